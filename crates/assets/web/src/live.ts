// Live rows by server-sent events. Rows fade in with a blue edge and never jump under the pointer: while the list is
// scrolled away new rows wait behind 「有 n 条新的 ↑」. A hidden tab closes its stream; when it is seen again it reads the
// list once more, because what happened meanwhile was not sent to it.

import { setClock } from './clock';
import { $, $$, button } from './dom';
import { drawPill, live } from './pill';
import { link, token } from './sender';
import { W } from './words';

const SILENT_MS = 45_000; // three beats
const REOPEN_MS = 3_000;
const LONGEST_PAUSE_MS = 60_000;
const MAX_HELD_BACK = 100;
// An alarm's tones: high enough for old loudspeakers, a fifth of a second each.
const RING_HZ = 880;
const RING_S = 0.2;
const LEAVE_MS = 6_000; // long enough to read the new state word, short enough that the list is true again

const HTMX_TIMEOUT_MS = 15_000;

let loading: Promise<typeof import('htmx.org').default> | undefined;
const htmx = () =>
  (loading ??= import('htmx.org').then(({ default: it }) => {
    it.config.defaultTimeout = HTMX_TIMEOUT_MS;
    return it;
  }));

/**
 * htmx swaps what a filter asks for. Its 12 KB come when a hand nears such a form, not with the page; what was chosen
 * before it was there is sent as soon as it is.
 */
export function initSwaps(): void {
  const near = (event: Event) => {
    const form = (event.target as HTMLElement).closest?.<HTMLFormElement>('[hx-get], [hx-post]');
    if (!form) return;
    for (const kind of ['pointerover', 'focusin']) document.removeEventListener(kind, near);
    let chosen = false;
    const note = () => (chosen = true);
    form.addEventListener('change', note);
    void htmx().then(() => {
      form.removeEventListener('change', note);
      // htmx looks through the page right after it has loaded.
      if (chosen) setTimeout(() => form.requestSubmit?.(), 50);
    });
  };
  for (const kind of ['pointerover', 'focusin']) document.addEventListener(kind, near);
}

let stream: EventSource | undefined;
let watch: ReturnType<typeof setTimeout> | undefined;
let held: HTMLElement[] = [];
let bar: HTMLElement | undefined;

const rowsRoom = () => $('[data-live-rows]');

function settle(row: HTMLElement): void {
  row.classList.add('fresh');
  if ($('[hx-get], [hx-post]', row)) void htmx().then((it) => it.process(row));
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

/** An alarm has come: three short tones. A browser that nobody has touched yet stays silent; the words stand anyway. */
function ring(): void {
  try {
    const audio = new AudioContext();
    for (const n of [0, 1, 2]) {
      const tone = audio.createOscillator();
      tone.frequency.value = RING_HZ;
      tone.connect(audio.destination);
      tone.start(audio.currentTime + n * RING_S * 2);
      tone.stop(audio.currentTime + n * RING_S * 2 + RING_S);
      if (n === 2) tone.onended = () => void audio.close();
    }
  } catch {
    // No sound device: nothing to do about it.
  }
}

function takeRow(html: string): void {
  const box = document.createElement('template');
  box.innerHTML = html.trim();
  const row = box.content.firstElementChild as HTMLElement | null;
  if (!row?.id) return;
  const waiting = held.findIndex((one) => one.id === row.id);
  if (waiting >= 0) held[waiting] = row;
  const old = document.getElementById(row.id);
  if (row.id === 'row-alarms' && row.childElementCount > (old?.childElementCount ?? 0)) ring();
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
  // An empty list shows its sentence instead of rows: read it anew, or take the sentence away.
  if (!room.offsetParent && $('[data-live-box]')) reread();
  else if (room.getBoundingClientRect().top < 0) holdBack(row);
  else {
    $(':scope > .empty', room)?.remove();
    room.prepend(row);
    settle(row);
  }
}

/**
 * A row that no longer fits the list shows its new state word and a mark, then leaves; while a hand or the keyboard is
 * in the list it stays marked, so that nothing moves under them.
 */
function leave(row: HTMLElement): void {
  row.setAttribute('data-gone', '');
  setTimeout(() => {
    const room = row.parentElement;
    if (!room) return;
    if (room.matches(':hover') || row.contains(document.activeElement)) {
      leave(row);
      return;
    }
    row.remove();
    // The sentence of an empty list, and on 今日 what stood behind the seventh line, are the server's to say.
    if (!$('[data-row]', room) || !$('[data-live-box]')) reread();
  }, LEAVE_MS);
}

function takeLeft(html: string): void {
  const box = document.createElement('template');
  box.innerHTML = html.trim();
  const row = box.content.firstElementChild as HTMLElement | null;
  if (!row?.id) return;
  forget(row.id);
  const old = document.getElementById(row.id);
  if (!old) return;
  const focused = old.contains(document.activeElement);
  old.replaceWith(row);
  if (focused) $('a,button', row)?.focus();
  leave(row);
}

function takeGone(id: string): void {
  forget(`row-${id}`);
  const row = document.getElementById(`row-${id}`);
  if (row) leave(row);
}

/** A row that waits behind 「有 n 条新的 ↑」 and is no longer wanted was never seen: it just goes. */
function forget(rowId: string): void {
  const before = held.length;
  held = held.filter((one) => one.id !== rowId);
  if (held.length === before) return;
  if (held.length) bar?.replaceChildren(W.newRows(held.length));
  else {
    bar?.remove();
    bar = undefined;
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
  on('left', takeLeft);
  on('gone', takeGone);
  on('count', (data) => takeCounts(JSON.parse(data)));
  let lost = false;
  stream.onopen = () => {
    // The server repeats what is new, but not which rows changed or left meanwhile.
    if (lost) reread();
    lost = false;
  };
  stream.onerror = () => {
    silent();
    lost = true;
    // The browser reconnects by itself unless the server refused; then find out whether we are still signed in.
    if (stream?.readyState === EventSource.CLOSED) reopen(url, REOPEN_MS);
  };
}

/** Asks with growing pauses whether the server is back; ends when we are signed out or nobody looks. */
function reopen(url: string, pause: number): void {
  setTimeout(() => {
    if (document.hidden || stream?.readyState !== EventSource.CLOSED) return;
    void token().then((who) => {
      if (who) {
        open(url);
        reread();
      } else if (!link.signedOut) reopen(url, Math.min(pause * 2, LONGEST_PAUSE_MS));
    });
  }, pause);
}

/** Reads the list anew, as the fragment that the server also gives htmx; 今日 has none and is read whole. */
function reread(): void {
  const box = $('[data-live-box]') ?? $('main.kind-today');
  if (!box || $(':focus', box)) return;
  held = [];
  bar?.remove();
  bar = undefined;
  void fetch(location.href, { headers: { 'HX-Request': 'true', Accept: 'text/html' }, credentials: 'same-origin' })
    .then((answer) => (answer.ok && !answer.redirected ? answer.text() : ''))
    .then((html) => {
      if (!html) return;
      const main = box.matches('main') && new DOMParser().parseFromString(html, 'text/html').querySelector('main');
      if (main) box.replaceChildren(...main.childNodes);
      else box.innerHTML = html;
    })
    .catch(() => undefined);
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
