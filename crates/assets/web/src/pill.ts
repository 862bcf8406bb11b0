// One pill, always at the same place, tells the truth about the connection: green only for what the server has.

import { hm, hms, lastHeard } from './clock';
import { $, $$ } from './dom';
import { link } from './sender';
import { items } from './store';
import { W } from './words';

/** Time of the last live beat, "" when the page has no stream or it is down. */
export const live = { at: 0 };

let drawn = false;

async function draw(): Promise<void> {
  const all = await items().catch(() => []);
  const count = (state: string) => all.filter((item) => item.state === state).length;
  const [held, sending] = [count('held'), count('sending')];
  const waiting = count('waiting') + sending;
  const down = !navigator.onLine || !link.up;
  let tone = '';
  let words: string;
  if (held) [tone, words] = ['r', W.held(held)];
  else if (down) [tone, words] = ['a', waiting ? W.offlineWaiting(waiting) : W.offline];
  else if (sending) [tone, words] = ['a', W.sending(waiting)];
  else if (waiting) [tone, words] = ['a', W.waiting(waiting)];
  else words = live.at ? W.live(hms(live.at)) : W.synced(hm(lastHeard()));
  for (const pill of $$('[data-pill]')) {
    pill.hidden = false;
    pill.className = `pill ${tone}`;
    const text = $('[data-pill-words]', pill);
    if (text && text.textContent !== words) text.textContent = words;
  }
  // Only a page that opens without network gets the line, and it keeps its room: a page in use must not jump.
  for (const banner of $$('[data-offline]')) {
    if (!drawn) banner.hidden = !down;
    banner.classList.toggle('off', !down);
  }
  drawn = true;
  for (const banner of $$('[data-signin]')) {
    banner.hidden = !link.signedOut;
    $('a', banner)?.setAttribute('href', `/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  }
}

export const drawPill = (): void => void draw();

export function initPill(): void {
  document.addEventListener('outbox', drawPill);
  drawPill();
}
