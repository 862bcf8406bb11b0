// A stopwatch beside a field of seconds: [data-stopwatch="field id"] with [data-stopwatch-go] and [data-stopwatch-face].
// It runs on the device's own clock, so that it is right without network and through a page that sleeps.

import { $, $$ } from './dom';
import { W } from './words';

const shown = (s: number): string => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;

export function initStopwatches(): void {
  for (const box of $$('[data-stopwatch]')) {
    const go = $<HTMLButtonElement>('[data-stopwatch-go]', box);
    const face = $('[data-stopwatch-face]', box);
    const field = $<HTMLInputElement>(`#${box.dataset.stopwatch}`);
    if (!go || !face || !field) continue;
    const first = go.textContent ?? '';
    let from = 0;
    let beat = 0;
    const seconds = () => Math.round((Date.now() - from) / 1000);
    go.addEventListener('click', () => {
      if (!from) {
        from = Date.now();
        go.textContent = W.arrived;
        beat = window.setInterval(() => (face.textContent = shown(seconds())), 500);
        return;
      }
      window.clearInterval(beat);
      const took = seconds();
      face.textContent = shown(took);
      field.value = String(took);
      field.dispatchEvent(new Event('input', { bubbles: true }));
      go.textContent = first;
      from = 0;
    });
  }
}
