// The service worker keeps the few pages a round needs, for this login only.

import { body } from './dom';

export function initShell(): void {
  const worker = navigator.serviceWorker;
  if (!worker) return;
  worker
    .register('/sw.js')
    .then(() => worker.ready)
    .then((ready) => ready.active?.postMessage({ type: 'shell', login: body.login ?? '' }))
    .catch(() => undefined);
  // Whoever signs out leaves no page behind.
  document.addEventListener('submit', (event) => {
    if ((event.target as HTMLFormElement).getAttribute('action') === '/logout') worker.controller?.postMessage({ type: 'shell', login: '' });
  });
}
