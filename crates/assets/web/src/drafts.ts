// A form that is half filled when the phone rings is still half filled afterwards: form[data-draft] keeps its fields
// (not its photos) while typing, for this login only, and clears them when they are submitted.

import { body, button, make } from './dom';
import { db, ready } from './store';
import { W } from './words';

const SAVE_AFTER_MS = 400;
type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;
type Fields = [string, string][];

/** Fields as they would be posted, without files, without the token (the sender brings a fresh one). */
export function values(form: HTMLFormElement): Fields {
  const fields: Fields = [];
  new FormData(form).forEach((value, name) => {
    if (typeof value === 'string' && name !== 'csrf') fields.push([name, value]);
  });
  return fields;
}

const ticked = (control: Control): control is HTMLInputElement => control instanceof HTMLInputElement && /^(radio|checkbox)$/.test(control.type);

/** Puts values back. Without `all`, only where the page itself says nothing: what the server filled in stays. */
export function fill(form: HTMLFormElement, fields: Fields, all = false): boolean {
  const left = [...fields];
  const decided = new Set<string>();
  let used = false;
  for (const control of Array.from(form.elements) as Control[]) {
    if (ticked(control) && control.checked && !all) decided.add(control.name);
  }
  for (const control of Array.from(form.elements) as Control[]) {
    if (!control.name || control.type === 'file' || control.name === 'csrf' || control.tagName === 'BUTTON') continue;
    if (ticked(control)) {
      if (decided.has(control.name)) continue;
      const on = fields.some(([name, value]) => name === control.name && value === control.value);
      used ||= on !== control.checked;
      control.checked = on;
      continue;
    }
    const at = left.findIndex(([name]) => name === control.name);
    if (at < 0) continue;
    const value = left.splice(at, 1)[0]![1];
    if ((!all && control.value !== '' && !(control instanceof HTMLSelectElement)) || control.value === value) continue;
    control.value = value;
    used = true;
  }
  return used;
}

/** A round's draft belongs to exactly its places: another building's round is another draft. */
const idOf = (form: HTMLFormElement): string => {
  const places = Array.from(form.querySelectorAll<HTMLInputElement>('input[type=hidden][name^="seen_"]'), (seen) => seen.name.slice('seen_'.length));
  return [body.login, form.dataset.draft, ...places].join(':');
};

/** Hidden fields belong to the page, except those that are the round: its id and when each place was seen. */
const kept = (form: HTMLFormElement): Fields => {
  if (form.matches('[data-check]')) {
    const pages = new Set(Array.from(form.querySelectorAll<HTMLInputElement>('input[type=hidden]'), (input) => input.name).filter((name) => name !== 'id' && !name.startsWith('seen_')));
    return values(form).filter(([name]) => !pages.has(name));
  }
  const hidden = new Set(Array.from(form.querySelectorAll<HTMLInputElement>('input[type=hidden]'), (input) => input.name));
  return values(form).filter(([name, value]) => value !== '' && !hidden.has(name));
};

export async function saveDraft(form: HTMLFormElement): Promise<void> {
  if (!form.dataset.draft || form.dataset.busy) return;
  const base = await db();
  const fields = kept(form);
  if (fields.length) await base.put('drafts', { id: idOf(form), fields, at: Date.now() });
  else await base.delete('drafts', idOf(form));
}

export async function clearDraft(form: HTMLFormElement): Promise<void> {
  if (form.dataset.draft) await (await db()).delete('drafts', idOf(form));
}

async function restore(form: HTMLFormElement): Promise<void> {
  const draft = await (await db()).get('drafts', idOf(form));
  if (!draft || !fill(form, draft.fields, form.matches('[data-check]'))) return;
  form.dispatchEvent(new Event('restored', { bubbles: true }));
  const line = make('p.note', { role: 'status' }, W.draft);
  line.append(
    button(
      W.draftClear,
      () => {
        form.reset();
        line.remove();
        void clearDraft(form);
        form.dispatchEvent(new Event('restored', { bubbles: true }));
      },
      'btn t',
    ),
  );
  form.prepend(line);
}

/** Resolves when everything that was kept is back in its form. */
export async function initDrafts(): Promise<void> {
  const forms = Array.from(document.querySelectorAll<HTMLFormElement>('form[data-draft]'));
  if (!forms.length || !(await ready())) return;
  const timers = new WeakMap<HTMLFormElement, ReturnType<typeof setTimeout>>();
  const onEdit = (event: Event) => {
    const form = (event.target as HTMLElement).closest?.<HTMLFormElement>('form[data-draft]');
    if (!form) return;
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(() => void saveDraft(form), SAVE_AFTER_MS));
  };
  document.addEventListener('input', onEdit);
  document.addEventListener('change', onEdit);
  for (const form of forms) {
    // A form that came back from the server with its errors is newer than any draft.
    if (!form.querySelector('[aria-invalid], [data-errors]:not([hidden])') && !location.hash.startsWith('#item=')) await restore(form);
  }
}
