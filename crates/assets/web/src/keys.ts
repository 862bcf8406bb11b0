// Keyboard of the desk (pages.md §14). No shortcut triggers an alarm, and none works while somebody types.

import { $, $$, closeDialog, make, openDialog, button, typing } from './dom';
import { W } from './words';

const GO: Record<string, string> = { t: 'today', h: 'hazard', w: 'watch', y: 'emergency', z: 'ledger', d: 'register', b: 'school' };
const SECOND_KEY_MS = 1200;

const seen = (element: HTMLElement): boolean => element.offsetParent !== null;
const rows = () => $$('[data-row]').filter(seen);
const current = () => $('[data-row].at');

function move(step: number): void {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains('at'));
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + step))]!;
  for (const row of all) row.classList.toggle('at', row === next);
  const link = $('a', next);
  link?.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

/** Previous or next record of the list that was looked at last. */
function neighbour(step: number): void {
  const list = JSON.parse(sessionStorage.getItem('xa-list') ?? '[]') as string[];
  const at = list.indexOf(location.pathname);
  const path = at < 0 ? undefined : list[at + step];
  if (path) location.assign(path);
}

/** Opens the first 「为什么？」 that can be seen, and puts the keyboard there, so that Esc closes it. */
function why(): void {
  const summary = $$('main .why > summary:not(.btn)').find(seen);
  summary?.focus();
  summary?.click();
}

function table(): void {
  const dialog = make('dialog', { 'aria-label': W.keysTitle });
  const list = make('dl');
  // Ticking is for lists that have something to tick.
  const tickable = $('[data-row] input[type=checkbox]') !== null;
  for (const [key, what] of W.keys.filter(([key]) => key !== 'x' || tickable)) list.append(make('dt', {}, make('kbd', {}, key!)), make('dd', {}, what!));
  dialog.append(make('div.pad', {}, make('h2', {}, W.keysTitle), list, button(W.close, () => closeDialog(dialog))));
  dialog.addEventListener('close', () => dialog.remove());
  openDialog(dialog);
}

export function initKeys(): void {
  // When g was pressed; a page that has just opened has not seen it.
  let going = -Infinity;
  const acts: Record<string, () => void> = {
    '/': () => $('[data-find]')?.focus(),
    n: () => $('.top .report')?.click(),
    j: () => move(1),
    k: () => move(-1),
    x: () => $<HTMLInputElement>('input[type=checkbox]', current() ?? undefined)?.click(),
    e: () => $$('[data-primary]').find(seen)?.click(),
    p: () => print(),
    '[': () => neighbour(-1),
    ']': () => neighbour(1),
    w: () => why(),
    '?': table,
  };
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      const form = (event.target as HTMLElement).closest?.('form') ?? $$<HTMLFormElement>('main form[method=post]').find(seen);
      const by = form && $<HTMLButtonElement>('[data-primary]', form);
      if (form?.requestSubmit) form.requestSubmit(by ?? undefined);
      return;
    }
    if (event.key === 'Escape') {
      for (const menu of $$<HTMLDetailsElement>('details[data-menu][open]')) {
        menu.open = false;
        $('summary', menu)?.focus();
      }
      if (typing(event.target)) (event.target as HTMLElement).blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || $('dialog[open]')) return;
    if (event.timeStamp - going < SECOND_KEY_MS && GO[event.key]) {
      going = -Infinity;
      event.preventDefault();
      const key = GO[event.key];
      ($(`.side [data-nav=${key}]`) ?? (key === 'school' ? $('.side [data-nav=units]') : null))?.click();
      return;
    }
    if (event.key === 'g') {
      going = event.timeStamp;
      return;
    }
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
