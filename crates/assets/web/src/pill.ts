// One pill, always at the same place, tells the truth about the connection: green only for what the server has.

import { hm, hms, lastHeard } from './clock';
import { $, $$ } from './dom';
import { link } from './sender';
import { items } from './store';
import { W } from './words';

/** Time of the last live beat, "" when the page has no stream or it is down. */
export const live = { at: 0 };

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
  for (const banner of $$('[data-offline]')) banner.hidden = !down;
  for (const banner of $$('[data-signin]')) banner.hidden = !link.signedOut;
}

export const drawPill = (): void => void draw();

export function initPill(): void {
  document.addEventListener('outbox', drawPill);
  drawPill();
}
