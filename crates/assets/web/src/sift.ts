// A field of more chips than one looks through (three hundred schools) gets a line in which to type: what does not hold
// the words is hidden, what is chosen stays. The line has no name: it is never sent and never kept in a draft.

import { $, $$, make, W } from './dom';

const LONG = 12;

export function initSifts(): void {
  for (const field of $$('fieldset.choice')) {
    const room = $('.chips', field);
    const chips = $$('.chip', field);
    if (!room || chips.length <= LONG) continue;
    const line = make('input', { type: 'search', placeholder: W.sift, 'aria-label': W.sift, autocomplete: 'off' });
    line.addEventListener('input', () => {
      const words = line.value.trim();
      for (const chip of chips) chip.hidden = !chip.textContent?.includes(words) && !$<HTMLInputElement>('input', chip)?.checked;
    });
    // Enter belongs to the line, not to the form's verb.
    line.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') event.preventDefault();
    });
    room.before(line);
  }
}
