// 报警: whoever presses learns within seconds whether it has gone out. A dead line, an ended session or a server without
// its database is said in words, with the telephone beside it; the same press sent again is the same alarm.

import { $, $$, W } from './dom';
import { uuid } from './store';

/** A second and a half is what the server takes at the most; a slow line needs more. */
const PATIENCE_MS = 12_000;

async function send(form: HTMLFormElement, key: string): Promise<string> {
  if (!navigator.onLine) return W.pressOffline;
  const stop = new AbortController();
  const end = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const body = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    const headers = { accept: 'application/json', 'idempotency-key': key };
    const answer = await fetch(form.action, { method: 'POST', headers, body, signal: stop.signal });
    if (answer.status === 201) {
      const { id } = (await answer.json()) as { id: string };
      location.assign(`/alarms/${id}`);
      return '';
    }
    if (answer.status === 202) return W.pressKept;
    return answer.status === 401 ? W.pressSignedOut : W.pressFailed;
  } catch {
    return W.pressOffline;
  } finally {
    clearTimeout(end);
  }
}

export function initPress(): void {
  for (const form of $$<HTMLFormElement>('form[data-press]')) {
    const said = $('[data-press-failed]', form);
    const verb = $<HTMLButtonElement>('[data-primary]', form);
    const key = uuid();
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      if (verb?.disabled) return;
      if (verb) verb.disabled = true;
      void send(form, key).then((fault) => {
        if (!fault) return;
        if (verb) verb.disabled = false;
        if (!said) return;
        said.hidden = false;
        (said.firstElementChild ?? said).textContent = fault;
        said.scrollIntoView({ block: 'center' });
      });
    });
  }
}
