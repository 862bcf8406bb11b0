// Sends what waits, one item at a time per browser, oldest first. Nothing is called sent before the server says so in
// JSON: a login page, a hotel's portal or a proxy's error page all leave the item where it is.

import { setClock } from './clock';
import { body } from './dom';
import { changed } from './outbox';
import { db, items, prune, ready, type Asks, type FieldError, type Item } from './store';
import { W } from './words';

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 300_000;
/** A 350 KB photo over a 2G line takes a minute. */
const REQUEST_MS = 60_000;
const PHOTO_MS = 60_000;
const LOCK = 'xa-send';
const LEASE_MS = 30_000;

interface Token {
  csrf: string;
  login: string;
  name: string;
  now: number;
}
interface Problem {
  code?: string;
  title?: string;
  fields?: FieldError[];
}

/** Link to the server: pill and banners show it. */
export const link = { up: navigator.onLine, signedOut: false };

const wait = (tries: number): number => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries) * (0.8 + 0.4 * Math.random());

async function ask(url: string, init: RequestInit, ms: number): Promise<Response | null> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ms);
  try {
    return await fetch(url, { ...init, signal: stop.signal, credentials: 'same-origin', cache: 'no-store' });
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

const json = async <T>(answer: Response): Promise<T | null> =>
  /json/.test(answer.headers.get('content-type') ?? '') ? ((await answer.json().catch(() => null)) as T | null) : null;

/** Who is signed in now, and the server's time; sets the link's state. */
export async function token(): Promise<Token | null> {
  const answer = await ask('/me/token', { headers: { Accept: 'application/json' } }, REQUEST_MS);
  link.up = answer !== null && answer.status < 500;
  const found = answer?.ok ? await json<Token>(answer) : null;
  link.signedOut = answer?.status === 401;
  if (found) setClock(found.now);
  changed();
  return found?.login ? found : null;
}

function bodyOf(item: Item): FormData {
  const data = new FormData();
  for (const [name, value] of item.fields) data.append(name, value);
  for (const photo of item.photos) data.append(photo.field, photo.blob, photo.name);
  return data;
}

async function put(item: Item, change: Partial<Item>): Promise<Item> {
  const next = { ...item, ...change };
  const base = await db();
  // Taken away by hand while it was under way: do not bring it back.
  if (await base.get('items', item.key)) await base.put('items', next);
  changed();
  return next;
}

const later = (item: Item, why: string, header?: string | null): Promise<Item> =>
  put(item, { state: 'waiting', tries: item.tries + 1, next_at: Date.now() + (Number(header) * 1000 || wait(item.tries)), why });

/** Returns false when going on with the next item makes no sense now. */
async function send(waiting: Item, csrf: string): Promise<boolean> {
  const item = await put(waiting, { state: 'sending', why: '' });
  const headers = {
    'Idempotency-Key': item.key,
    Accept: 'application/json',
    'X-CSRF': csrf,
    'X-Device-At': String(item.made_at),
    'X-Claimed-At': String(item.claimed_at),
  };
  const answer = await ask(item.action, { method: 'POST', headers, body: bodyOf(item), redirect: 'manual' }, REQUEST_MS + item.photos.length * PHOTO_MS);
  if (!answer || answer.type === 'opaqueredirect') {
    link.up = !!answer;
    await later(item, W.unreachable);
    return false;
  }
  if (answer.ok) {
    const told = await json<{ id?: string; location?: string; received_at?: number | string; asks?: Asks }>(answer);
    if (!told?.id) return await later(item, W.unreachable), false;
    const at = told.received_at;
    const asks = told.asks?.href.startsWith('/') ? told.asks : undefined;
    await put(item, { state: 'done', photos: [], location: told.location ?? '', asks, received_at: Number(at) || Date.parse(String(at)) || Date.now() });
    return true;
  }
  if (answer.status === 401) {
    link.signedOut = true;
    await put(item, { state: 'waiting', why: W.signIn });
    return false;
  }
  const problem = await json<Problem>(answer);
  if (answer.status === 429 || answer.status === 408 || answer.status >= 500) {
    await later(item, problem?.title ?? W.busy, answer.headers.get('retry-after'));
    return answer.status === 500; // one item the server stumbles over does not hold up the rest
  }
  await put(item, { state: 'held', why: problem?.title ?? W.refused, errors: problem?.fields ?? [] });
  return true;
}

async function run(): Promise<void> {
  const due = (await items()).filter(
    (item) => item.state === 'sending' || (item.state === 'waiting' && item.next_at <= Date.now()) || (item.state === 'held' && item.foreign && item.login === body.login),
  );
  if (!due.length) return;
  const who = await token();
  // An item left in `sending` was cut off with its page: the key makes sending it again harmless.
  for (const item of due) if (item.state !== 'waiting') await put(item, { state: 'waiting', foreign: false, why: '' });
  if (!who) {
    unreached += 1;
    return;
  }
  unreached = 0;
  for (const { key } of due) {
    const item = await (await db()).get('items', key);
    if (!item || item.state !== 'waiting') continue;
    if (item.login !== who.login) await put(item, { state: 'held', foreign: true, why: W.otherLogin(item.name) });
    else if (!(await send(item, who.csrf))) return;
  }
  await prune();
}

/** Only one page of this browser sends: Web Locks, or a lease in localStorage where there are none. */
async function alone(work: () => Promise<void>): Promise<void> {
  if (navigator.locks) return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? work() : undefined));
  const held = Number(localStorage.getItem(LOCK));
  if (held > Date.now()) return;
  const renew = () => localStorage.setItem(LOCK, String(Date.now() + LEASE_MS));
  renew();
  const timer = setInterval(renew, LEASE_MS / 3);
  try {
    await work();
  } finally {
    clearInterval(timer);
    localStorage.removeItem(LOCK);
  }
}

let running: Promise<void> | undefined;
let again = false;
let unreached = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Sends everything that is due; resolves when this round is over. */
export function drain(): Promise<void> {
  if (running) {
    again = true;
    return running;
  }
  running = (async () => {
    if (!(await ready())) return;
    do {
      again = false;
      await alone(run).catch(() => undefined);
    } while (again);
  })().finally(() => {
    running = undefined;
    void plan();
  });
  return running;
}

/** Wakes up for the next item's time, or to look whether the server is back. */
async function plan(): Promise<void> {
  clearTimeout(timer);
  const times = (await items()).filter((item) => item.state === 'waiting' || item.state === 'sending').map((item) => item.next_at);
  if (!times.length || link.signedOut) return;
  const at = Math.max(Math.min(...times) - Date.now(), unreached || link.up === false ? wait(Math.max(0, unreached - 1)) : FIRST_WAIT_MS);
  timer = setTimeout(() => void drain(), at);
}

export function initSender(): void {
  if (!body.login) return;
  void drain();
  addEventListener('online', () => {
    link.up = true;
    unreached = 0;
    changed();
    // Whatever waited for the network need not sit out its pause.
    void items()
      .then(async (all) => {
        for (const item of all) if (item.state === 'waiting' && item.next_at) await put(item, { next_at: 0 });
      })
      .then(drain);
  });
  addEventListener('offline', () => {
    link.up = false;
    changed();
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void drain();
  });
}
