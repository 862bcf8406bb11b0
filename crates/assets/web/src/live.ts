// Live rows by server-sent events. Rows fade in with a blue edge and never jump under the pointer: while the list is
// scrolled away new rows wait behind 「有 n 条新的 ↑」. A hidden tab closes its stream; when it is seen again it reads the
// list once more, because what happened meanwhile was not sent to it.

import { setClock } from './clock';
import { $, $$, button } from './dom';
import { drawPill, live } from './pill';
import { link, token } from './sender';
import { W } from './words';

const SILENT_MS = 45_000; // three beats
const REOPEN_MS = 5_000;
const MAX_HELD_BACK = 100;

const HTMX_TIMEOUT_MS = 15_000;

/** Loaded by the pages that swap parts of themselves; the others do without its 12 KB. */
export const htmx = () =>
  import('htmx.org').then(({ default: it }) => {
    it.config.defaultTimeout = HTMX_TIMEOUT_MS;
    return it;
  });

let stream: EventSource | undefined;
let watch: ReturnType<typeof setTimeout> | undefined;
let held: HTMLElement[] = [];
let bar: HTMLElement | undefined;

const rowsRoom = () => $('[data-live-rows]');

function settle(row: HTMLElement): void {
  row.classList.add('fresh');
  void htmx().then((it) => it.process(row));
  setTimeout(() => row.classList.remove('fresh'), 2000);
}

function release(): void {
  const room = rowsRoom();
  for (const row of held) {
    room?.prepend(row);
    settle(row);
  }
  held = [];
  bar?.remove();
  bar = undefined;
}

function holdBack(row: HTMLElement): void {
  held.push(row);
  if (held.length > MAX_HELD_BACK) held.shift();
  bar?.remove();
  bar = button(
    W.newRows(held.length),
    () => {
      release();
      rowsRoom()?.closest('[data-live-box], .card, main')?.scrollIntoView({ block: 'start' });
    },
    'btn p fresh-bar',
  );
  ($('[data-live-box]') ?? $('main'))?.prepend(bar);
}

function takeRow(html: string): void {
  const box = document.createElement('template');
  box.innerHTML = html.trim();
  const row = box.content.firstElementChild as HTMLElement | null;
  if (!row?.id) return;
  const waiting = held.findIndex((one) => one.id === row.id);
  if (waiting >= 0) held[waiting] = row;
  const old = document.getElementById(row.id);
  if (old) {
    // Keep the keyboard where it was: same link or button by its place in the row.
    const inside = old.contains(document.activeElement) ? Array.from(old.querySelectorAll('a,button,input')).indexOf(document.activeElement as HTMLElement) : -1;
    old.replaceWith(row);
    if (inside >= 0) (row.querySelectorAll<HTMLElement>('a,button,input')[inside] ?? row).focus();
    settle(row);
    return;
  }
  const room = rowsRoom();
  if (row.dataset.new !== '1' || !room || waiting >= 0) return;
  if (room.getBoundingClientRect().top < 0) holdBack(row);
  else {
    room.prepend(row);
    settle(row);
  }
}

function takeCounts(counts: Record<string, number>): void {
  for (const [name, n] of Object.entries(counts)) {
    for (const place of $$(`[data-count="${CSS.escape(name)}"]`)) {
      place.textContent = String(n);
      if (place.matches('.n')) place.hidden = !n;
    }
  }
}

function beat(ms: number): void {
  setClock(ms);
  link.up = true;
  live.at = ms;
  clearTimeout(watch);
  watch = setTimeout(silent, SILENT_MS);
  drawPill();
}

function silent(): void {
  live.at = 0;
  drawPill();
}

function open(url: string): void {
  stream?.close();
  stream = new EventSource(url);
  const on = (name: string, take: (data: string) => void) => stream?.addEventListener(name, (event) => take((event as MessageEvent<string>).data));
  on('beat', (data) => beat(Number(data)));
  on('row', takeRow);
  on('gone', (id) => {
    for (const row of [document.getElementById(`row-${id}`), ...held.filter((one) => one.id === `row-${id}`)]) row?.setAttribute('data-gone', '');
  });
  on('count', (data) => takeCounts(JSON.parse(data)));
  stream.onerror = () => {
    silent();
    // The browser reconnects by itself unless the server refused; then find out whether we are still signed in.
    if (stream?.readyState === EventSource.CLOSED) {
      void token().then((who) => {
        if (who && !document.hidden) setTimeout(() => !document.hidden && open(url), REOPEN_MS);
      });
    }
  };
}

function reread(): void {
  if (!$('[data-live-box]') || $('[data-live-box] :focus')) return;
  held = [];
  bar?.remove();
  void htmx().then((it) => it.ajax('GET', location.href, { target: '[data-live-box]', swap: 'innerHTML' }));
}

export function initLive(main: HTMLElement): void {
  const url = main.dataset.live;
  if (!url || !('EventSource' in window)) return;
  open(url);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      stream?.close();
      silent();
    } else {
      open(url);
      reread();
    }
  });
  addEventListener('pagehide', () => stream?.close());
}
