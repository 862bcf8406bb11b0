// The outbox: a submitted form becomes an item on the phone first, and is sent from there. The person gets an answer
// at once; 「已同步」 is said only after the server's.

import { hm, now } from './clock';
import { $, body, button, make, toast } from './dom';
import { clearDraft, fill, values } from './drafts';
import { photosDone, photosOf, setPhotos } from './photo';
import { drain, link } from './sender';
import { db, items, ready, uuid, type Item } from './store';
import { showErrors } from './validate';
import { W } from './words';

/** How long a form that leaves the page waits for the server: enough on a good line, short enough not to be felt. */
const LEAVE_AFTER_MS = 800;
const MENDED = '#item=';

export const changed = (): void => {
  document.dispatchEvent(new Event('outbox'));
  channel?.postMessage(0);
};
const channel = 'BroadcastChannel' in window ? new BroadcastChannel('xa-outbox') : undefined;
channel?.addEventListener('message', () => document.dispatchEvent(new Event('outbox')));

/** One filling of a form is one item, however often its button is pressed. */
const keyOf = (form: HTMLFormElement): string => (form.dataset.key ??= uuid());

function itemOf(form: HTMLFormElement, submitter: HTMLElement | null): Item {
  const fields = values(form);
  if (submitter instanceof HTMLButtonElement && submitter.name) fields.push([submitter.name, submitter.value]);
  return {
    key: keyOf(form),
    form: form.dataset.outbox ?? '',
    title: form.dataset.title ?? document.title,
    action: form.getAttribute('action') ?? location.pathname,
    page: location.pathname + location.search,
    login: body.login ?? '',
    name: body.name ?? '',
    fields,
    photos: photosOf(form),
    made_at: Date.now(),
    claimed_at: now(),
    state: 'waiting',
    tries: 0,
    next_at: 0,
    why: '',
    location: '',
    received_at: 0,
  };
}

async function submit(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  if (form.dataset.busy) return;
  form.dataset.busy = '1';
  await photosDone();
  const item = itemOf(form, submitter);
  try {
    const base = await db();
    await base.put('items', item);
    if (form.dataset.mends && form.dataset.mends !== item.key) await base.delete('items', form.dataset.mends);
  } catch {
    delete form.dataset.busy;
    if (navigator.onLine) form.submit();
    else toast(W.full);
    return;
  }
  void clearDraft(form);
  void navigator.storage?.persist?.(); // ask the browser not to tidy it away
  changed();
  const sent = drain();
  form.dispatchEvent(new CustomEvent('stored', { bubbles: true, detail: item }));
  if (form.hasAttribute('data-inline')) {
    delete form.dataset.busy;
    return;
  }
  const after = form.dataset.after;
  if (!after) {
    answerInPlace(form, item);
    return;
  }
  toast(navigator.onLine ? W.storedSending : W.storedOffline);
  await Promise.race([sent, new Promise((done) => setTimeout(done, LEAVE_AFTER_MS))]);
  const seen = (await (await db()).get('items', item.key)) ?? item;
  // Leaving is for what went or is on its way: the next page may not be on the phone, and a refusal is mended here.
  if (seen.state === 'held' || !navigator.onLine || !link.up || link.signedOut) {
    answerInPlace(form, item);
    return;
  }
  sessionStorage.setItem('xa-toast', seen.state === 'done' ? W.syncedAt(hm(seen.received_at)) : W.stored);
  location.assign(after);
}

/** The form makes room for what became of it: stored, then synced. What was refused brings the form back. */
function answerInPlace(form: HTMLFormElement, item: Item): void {
  const words = make('p.sentence', { role: 'status', tabindex: '-1' });
  const acts = make('div.row');
  const card = make('section.card.pad.done-card', {}, words, acts);
  const back = () => {
    document.removeEventListener('outbox', tell);
    delete form.dataset.key;
    delete form.dataset.busy;
    form.hidden = false;
  };
  const again = () => {
    back();
    form.reset();
    setPhotos(form, []);
    card.remove();
  };
  async function tell(): Promise<void> {
    const seen = (await (await db()).get('items', item.key)) ?? item;
    if (seen.state === 'held') {
      back();
      words.textContent = seen.why;
      words.classList.add('r');
      acts.replaceChildren(...(seen.foreign ? [] : [make('a.btn', { href: item.page }, W.latest)]));
      form.dataset.mends = item.key;
      showErrors(form, seen.errors ?? []);
      return;
    }
    const done = seen.state === 'done';
    // What must be told at once has told nobody until the server answers: said in red, the telephones stay in sight.
    const unsent = done ? undefined : form.dataset.unsent;
    const asks = done ? seen.asks : undefined;
    words.textContent = done ? W.syncedAt(hm(seen.received_at)) + (asks?.words ?? '') : (unsent ?? (navigator.onLine && link.up ? W.storedSending : W.storedOffline));
    words.classList.toggle('r', !!unsent || (!!asks && asks.pressing !== false));
    const see = done && (seen.location || form.dataset.after);
    acts.replaceChildren(...(asks ? [make(asks.pressing !== false ? 'a.btn.big.d' : 'a.btn.big', { href: asks.href }, asks.act)] : []), ...(see ? [make('a.btn.big', { href: see }, W.see)] : []), ...(form.dataset.after ? [] : [button(W.another, again, 'btn big')]));
  }
  // One answer at a time: a second refusal takes the place of the first.
  form.parentElement?.querySelector(':scope > .done-card')?.remove();
  form.hidden = true;
  form.before(card);
  document.addEventListener('outbox', tell);
  void tell();
  words.focus();
}

/** A held item opened again: its values, photos and the server's words are back in the form. */
async function mend(form: HTMLFormElement, key: string): Promise<void> {
  const item = await (await db()).get('items', key);
  if (!item || item.state === 'done' || item.login !== body.login || item.form !== form.dataset.outbox) return;
  fill(form, item.fields, true);
  setPhotos(form, item.photos);
  form.dataset.mends = key;
  showErrors(form, item.errors ?? []);
}

export function initOutbox(): void {
  const left = sessionStorage.getItem('xa-toast');
  sessionStorage.removeItem('xa-toast');
  if (left) toast(left);
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-outbox]')) {
    if (location.hash.startsWith(MENDED)) void ready().then((can) => (can ? mend(form, location.hash.slice(MENDED.length)) : undefined));
    if (!('serviceWorker' in navigator)) form.before(make('p.note', {}, W.keepOpen));
  }
  // Whether anything can be kept is known long before anybody has filled a form; until then the browser posts it itself.
  let can = false;
  void ready().then((answer) => {
    can = answer;
  });
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || !form.matches('form[data-outbox]') || !can) return;
    event.preventDefault();
    void submit(form, (event as SubmitEvent).submitter ?? $('[data-primary]', form));
  });
}

/** Puts an item back in the queue by hand. */
export async function resend(key: string): Promise<void> {
  const base = await db();
  const item = await base.get('items', key);
  if (!item || item.state === 'done' || item.state === 'sending') return;
  await base.put('items', { ...item, state: 'waiting', tries: 0, next_at: 0, why: '' });
  changed();
  void drain();
}

export async function drop(key: string): Promise<void> {
  await (await db()).delete('items', key);
  changed();
}

export { items };
