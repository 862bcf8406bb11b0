// Small hands: find, make, show a message, open a dialog.

import { W } from './words';

export { W };

export const $ = <E extends HTMLElement>(selector: string, root: ParentNode = document): E | null => root.querySelector<E>(selector);
export const $$ = <E extends HTMLElement>(selector: string, root: ParentNode = document): E[] => Array.from(root.querySelectorAll<E>(selector));
export const body = document.body.dataset;

type Child = Node | string | null | undefined | false;
/** make('a.btn.p', { href }, 'text'): class names after dots. */
export function make<K extends keyof HTMLElementTagNameMap>(
  what: K | `${K}.${string}`,
  attributes: Record<string, string | boolean> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const [tag, ...classes] = what.split('.') as [K, ...string[]];
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(' ');
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...(children.filter(Boolean) as (Node | string)[]));
  return element;
}

/** A drawing of the sprite, by the address the page itself uses. */
export function icon(name: string): SVGElement {
  const known = document.querySelector('use')?.getAttribute('href')?.split('#')[0] ?? '';
  const box = document.createElement('span');
  box.innerHTML = `<svg class="ic" aria-hidden="true"><use href="${known}#${name}"></use></svg>`;
  return box.firstChild as SVGElement;
}

export const button = (label: string, act: () => void, classes = 'btn'): HTMLButtonElement => {
  const element = make('button', { type: 'button', class: classes }, label);
  element.addEventListener('click', act);
  return element;
};

const TOAST_MS = 6000;
/** Undo lines and messages with a way out stay longer: old eyes, gloves. */
export const UNDO_MS = 8000;

export function toast(text: string, act?: { label: string; href?: string; run?: () => void }): () => void {
  const line = make('p.toast', {}, make('span', {}, text));
  const close = () => line.remove();
  if (act?.href) line.append(make('a.btn', { href: act.href }, act.label));
  else if (act) line.append(button(act.label, () => (close(), act.run?.())));
  const room = $('[data-toasts]');
  room?.replaceChildren(line);
  setTimeout(close, act ? UNDO_MS : TOAST_MS);
  return close;
}

/** Opens as a modal where the browser has dialogs, else in place. */
export function openDialog(dialog: HTMLDialogElement): void {
  if (!dialog.isConnected) document.body.append(dialog);
  if (dialog.open) return;
  if (dialog.showModal) dialog.showModal();
  else dialog.setAttribute('open', '');
}
export function closeDialog(dialog: HTMLDialogElement): void {
  if (dialog.close) dialog.close();
  else dialog.removeAttribute('open');
}

/** Only for what cannot be taken back: 作废, 签字, 去掉. */
export function ask(question: string, verb: string = W.ok): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = make('dialog', { 'aria-label': verb });
    const end = (yes: boolean) => (closeDialog(dialog), dialog.remove(), resolve(yes));
    const yes = button(verb, () => end(true), 'btn d big');
    dialog.append(make('div.pad', {}, make('p', {}, question), yes, button(W.cancel, () => end(false), 'btn big')));
    dialog.addEventListener('cancel', () => end(false));
    openDialog(dialog);
  });
}

/** Somebody is writing there: single keys belong to them. */
export const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && !(target instanceof HTMLInputElement && /^(radio|checkbox|button|submit)$/.test(target.type));
