// Service worker: opening a few pages without network. The outbox does not depend on it.
//
// Pages are kept per login, and the login is read from the page itself, so that nobody is ever shown another person's
// page. A stored page loses its server time (`data-now`): a clock read from it would be hours wrong.

/// <reference lib="webworker" />
import { NOTICES, W } from './words';

declare const self: ServiceWorkerGlobalScope;
declare const __VERSION__: string;
declare const __SHELL__: string[];

const ASSETS = `xa-assets-${__VERSION__}`;
const PAGES = 'xa-pages-';
const META = 'xa-meta';
const LOGIN = '/--login';
const KEPT = ['/', '/hazards/new', '/incidents/new', '/checks/new', '/drills/call', '/outbox', '/help'];
const LOST = '/offline';
const PATIENCE_MS = 3000;
/** Pages fetched ahead are read again after this. */
const OLD_MS = 12 * 3_600_000;

async function login(): Promise<string> {
  const kept = await (await caches.open(META)).match(LOGIN);
  return kept ? kept.text() : '';
}

async function setLogin(who: string): Promise<void> {
  await (await caches.open(META)).put(LOGIN, new Response(who));
  for (const name of await caches.keys()) if (name.startsWith(PAGES) && (!who || name !== PAGES + who)) await caches.delete(name);
}

/** Keeps a page under the login it was made for. */
async function keep(path: string, answer: Response): Promise<void> {
  if (!answer.ok || answer.redirected || !/html/.test(answer.headers.get('content-type') ?? '')) return;
  const html = await answer.text();
  const who = html.match(/<body[^>]*\bdata-login="([^"]*)"/)?.[1];
  if (!who) return;
  if (who !== (await login())) await setLogin(who);
  const stored = html.replace(/(<body[^>]*\bdata-now=")[^"]*"/, '$1"');
  const headers = new Headers({ 'Content-Type': 'text/html; charset=utf-8', 'X-Stored-At': String(Date.now()) });
  const policy = answer.headers.get('content-security-policy');
  if (policy) headers.set('Content-Security-Policy', policy);
  await (await caches.open(PAGES + who)).put(path, new Response(stored, { headers }));
}

async function stored(path: string): Promise<Response | undefined> {
  const who = await login();
  return who ? (await caches.open(PAGES + who)).match(path) : undefined;
}

/** Reads ahead what is missing or old. */
async function stock(): Promise<void> {
  for (const path of [...KEPT, LOST]) {
    const have = await stored(path);
    if (have && Number(have.headers.get('X-Stored-At')) > Date.now() - OLD_MS) continue;
    await fetch(path, { credentials: 'same-origin' })
      .then((answer) => keep(path, answer))
      .catch(() => undefined);
  }
}

async function lost(): Promise<Response> {
  const page = await stored(LOST);
  if (page) return page;
  const html = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>校安</title><h1>校安</h1><p>${W.offlinePage}</p><p><a href="/">${W.offlineHome}</a></p></html>`;
  return new Response(html, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8' } });
}

async function page(event: FetchEvent, path: string): Promise<Response> {
  const kept = KEPT.includes(path);
  const network = fetch(event.request).then((answer) => {
    if (kept) event.waitUntil(keep(path, answer.clone()));
    return answer;
  });
  if (!kept) return network.catch(lost);
  const timer = new Promise<undefined>((done) => setTimeout(done, PATIENCE_MS));
  const first = await Promise.race([network.catch(() => undefined), timer]);
  return first ?? (await stored(path)) ?? network.catch(lost);
}

async function asset(request: Request): Promise<Response> {
  const have = await caches.match(request, { ignoreSearch: true });
  if (have) return have;
  return fetch(request);
}

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(ASSETS)
      .then((cache) => cache.addAll(__SHELL__))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      // A stored page names the files of its own build: with the old files go the old pages.
      const who = await login();
      for (const name of await caches.keys()) {
        if (name.startsWith('xa-assets-') && name !== ASSETS) await Promise.all([caches.delete(name), caches.delete(PAGES + who)]);
      }
      await self.clients.claim();
      if (who) await stock();
    })(),
  );
});

self.addEventListener('message', (event) => {
  const data = event.data as { type?: string; login?: string };
  if (data?.type !== 'shell') return;
  event.waitUntil(
    (async () => {
      if ((data.login ?? '') !== (await login())) await setLogin(data.login ?? '');
      if (data.login) await stock();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith('/assets/')) event.respondWith(asset(event.request));
  else if (event.request.mode === 'navigate') event.respondWith(page(event, url.pathname));
});

/** A message: one of a few lines, and where to read on. The same one again takes its own place. */
self.addEventListener('push', (event) => {
  const told = (event.data?.json() ?? {}) as { line?: string; link?: string; id?: string };
  const text = NOTICES[told.line ?? ''] ?? NOTICES.notice ?? '';
  const urgent = ['alarm', 'incident', 'urgent'].includes(told.line ?? '');
  event.waitUntil(self.registration.showNotification('校安', { body: text, tag: told.id ?? '', requireInteraction: urgent, data: told.link ?? '/messages' }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const to = new URL(String(event.notification.data), self.location.origin);
  // Only into this house, whatever a message says.
  event.waitUntil(self.clients.openWindow(to.origin === self.location.origin ? to.pathname : '/messages'));
});
