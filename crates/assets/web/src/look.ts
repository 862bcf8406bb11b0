// Theme and type size: at once on the page, then to the server, which keeps them in cookies. Without network the
// cookie is set here, so that the next stored page already looks right.

import { body } from './dom';

const YEAR_S = 31_536_000;

export function initLook(): void {
  const root = document.documentElement;
  // A stored page may be older than the choice.
  for (const name of ['theme', 'size'] as const) {
    const chosen = document.cookie.match(`(?:^|; )${name}=(\\w+)`)?.[1];
    if (chosen) root.dataset[name] = chosen;
    for (const radio of document.querySelectorAll<HTMLInputElement>(`[data-look] [name=${name}]`)) radio.checked = radio.value === root.dataset[name];
  }
  document.addEventListener('change', (event) => {
    const input = event.target as HTMLInputElement;
    const form = input.closest?.<HTMLFormElement>('form[data-look]');
    if (!form) return;
    root.dataset[input.name] = input.value;
    document.cookie = `${input.name}=${input.value};path=/;max-age=${YEAR_S};samesite=lax`;
    void fetch(form.action, { method: 'POST', redirect: 'manual', body: new URLSearchParams(new FormData(form) as never), headers: { 'X-CSRF': body.csrf ?? '' } }).catch(() => undefined);
  });
}
