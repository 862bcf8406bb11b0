// The server's business time as seen from here. It may be simulated and run faster than the device's clock.
// Claimed times are `now()`; the raw device time goes beside them (X-Device-At), so that a wrong phone clock is seen.

const SAVED = 'xa-clock';
const factor = Number(document.body.dataset.sim) || 1;
let server = Date.now();
let device = server;

/** Takes a fresh reading from the server: page head, live beat, /me/token. */
export function setClock(ms: number): void {
  if (!(ms > 0)) return;
  server = ms;
  device = Date.now();
  try {
    localStorage.setItem(SAVED, JSON.stringify([server, device]));
  } catch {
    /* private mode: this page's reading is enough */
  }
}

/** Server's business time now, ms UTC. */
export const now = (): number => Math.round(server + (Date.now() - device) * factor);

/** The server's clock when it last answered. */
export const lastHeard = (): number => server;

// A stored page (service worker) carries no time of its own: its `data-now` was emptied when it was stored.
const fresh = Number(document.body.dataset.now);
if (fresh) {
  setClock(fresh);
} else {
  try {
    const saved = JSON.parse(localStorage.getItem(SAVED) ?? 'null');
    if (saved) [server, device] = saved;
  } catch {
    /* none kept */
  }
}

const local = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString();
/** 07:58 in China, whatever the phone thinks its zone is. */
export const hm = (ms: number): string => local(ms).slice(11, 16);
/** 07:58:12 */
export const hms = (ms: number): string => local(ms).slice(11, 19);
/** 11-23 07:58 */
export const dhm = (ms: number): string => local(ms).slice(5, 16).replace('T', ' ');
/** 2026-11-23T07:58, the form of datetime-local fields */
export const field = (ms: number): string => local(ms).slice(0, 16);
