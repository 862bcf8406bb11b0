// The page /outbox: what this phone still holds, what went, and what wants a hand.

import { dhm, hm } from './clock';
import { ask, body, button, make } from './dom';
import { drop, items, resend } from './outbox';
import type { Item } from './store';
import { W } from './words';

const TONE: Record<string, string> = { waiting: 'a', sending: 'b', done: 'g', held: 'r' };

function row(item: Item): HTMLElement {
  // A phone that is shared shows of another person's item only that it is there and whose it is.
  const mine = item.login === body.login;
  const line = make('div.item', { 'data-row': true, id: `item-${item.key}` });
  if (mine && item.photos[0]) {
    const image = make('img', { alt: W.photos(item.photos.length) });
    image.src = URL.createObjectURL(item.photos[0].blob);
    image.onload = () => URL.revokeObjectURL(image.src);
    line.append(image);
  }
  const what = make('div', {}, make('h3', {}, item.title), make('p.xs', {}, [W.madeAt(dhm(item.claimed_at)), item.photos.length ? W.photos(item.photos.length) : ''].filter(Boolean).join(' · ')));
  const why = mine ? item.why : W.otherLogin(item.name);
  if (why) what.append(make(item.state === 'held' ? 'p.r' : 'p.s', {}, why));
  if (item.state === 'waiting' && item.next_at > Date.now()) what.append(make('p.xs', {}, W.nextAt(hm(item.next_at))));
  const words = item.state === 'done' ? W.synced(hm(item.received_at)) : W.states[item.state]!;
  const state = make('span.st', {}, make('span', { class: `bd ${TONE[item.state]}` }, words));
  const acts = make('div.acts');
  if (mine && (item.state === 'waiting' || item.state === 'held')) acts.append(button(W.resend, () => void resend(item.key)));
  if (mine && item.state === 'held') {
    acts.append(
      make('a.btn', { href: `${item.page}#item=${item.key}` }, W.mend),
      button(W.remove, () => void ask(W.removeAsk, W.remove).then((yes) => (yes ? drop(item.key) : undefined)), 'btn t'),
    );
  }
  if (item.asks) {
    what.append(make(item.asks.pressing !== false ? 'p.r' : 'p', {}, item.asks.words));
    acts.append(make(item.asks.pressing !== false ? 'a.btn.d' : 'a.btn', { href: item.asks.href }, item.asks.act));
  }
  if (item.location) acts.append(make('a.btn', { href: item.location }, W.see));
  line.append(what, state, acts);
  return line;
}

export function show(room: HTMLElement): void {
  const draw = async () => {
    const all = (await items()).reverse().filter((item) => item.login === body.login || item.state !== 'done');
    const open = all.filter((item) => item.state !== 'done');
    room.replaceChildren(...(all.length ? [...open, ...all.filter((item) => item.state === 'done')].map(row) : [make('div.empty', {}, make('p', {}, W.outboxEmpty))]));
  };
  document.addEventListener('outbox', () => void draw());
  void draw();
}
