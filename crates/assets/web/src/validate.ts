// The same faults the server would find, found before the phone goes back in the pocket: a line on top with links, the
// sentence at the field, the first field focused. Never a pop-up.

import { field, now } from './clock';
import { $, $$ } from './dom';
import { hasPhoto } from './photo';
import type { FieldError } from './store';
import { W } from './words';

const HOUR_MS = 3_600_000;

function fault(control: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement): string {
  const ask = control.dataset.ask;
  const value = control.value.trim();
  if (control.required && !value) return ask || W.required;
  const most = Number(control.dataset.max);
  if (control instanceof HTMLTextAreaElement && most && value.length > most) return W.tooLong(most, value.length);
  if (control.validity.rangeOverflow || control.validity.rangeUnderflow) {
    const { min, max } = control as HTMLInputElement;
    return W.range(min, max);
  }
  if (control.hasAttribute('data-past') && value > field(now())) {
    const late = Date.parse(`${value}+08:00`) - now();
    return W.future(late < HOUR_MS ? `${Math.ceil(late / 60_000)} 分钟` : `${Math.round(late / HOUR_MS)} 小时`);
  }
  return control.validity.valid ? '' : ask || W.badValue;
}

/** Faults of a form, in the order of its fields. */
export function check(form: HTMLFormElement): FieldError[] {
  const faults: FieldError[] = [];
  for (const element of Array.from(form.elements)) {
    if (element instanceof HTMLFieldSetElement && element.dataset.one) {
      if (!$(`input[name="${element.dataset.one}"]:checked`, element)) faults.push({ field: element.dataset.one, title: element.dataset.ask || W.required });
    } else if (element instanceof HTMLInputElement && element.type === 'file') {
      if (element.hasAttribute('data-need') && !hasPhoto(element)) faults.push({ field: element.name, title: element.dataset.ask || W.photoNeeded });
    } else if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement) {
      if (!element.name || /^(hidden|radio|checkbox)$/.test(element.type)) continue;
      const title = fault(element);
      if (title) faults.push({ field: element.name, title });
    }
  }
  return faults;
}

/** In the list on top a sentence that fits any field says which one it means: 「经过：这一项还空着。」 */
function named(form: HTMLFormElement, fault: FieldError): string {
  if (fault.title !== W.required) return fault.title;
  const field = document.getElementById(`f-${fault.field}`);
  const label = field instanceof HTMLFieldSetElement ? $('legend', field) : $(`label[for="f-${CSS.escape(fault.field)}"]`, form);
  const name = label?.firstChild?.textContent?.trim();
  return name ? `${name}：${fault.title}` : fault.title;
}

export function showErrors(form: HTMLFormElement, faults: FieldError[]): void {
  for (const line of $$('[data-err]', form)) {
    const mine = faults.find((one) => one.field === line.dataset.err);
    line.hidden = !mine;
    (line.querySelector('span') ?? line).textContent = mine?.title ?? '';
    line.closest('.field')?.classList.toggle('bad', !!mine);
    const control = document.getElementById(`f-${line.dataset.err}`);
    if (mine) control?.setAttribute('aria-invalid', 'true');
    else control?.removeAttribute('aria-invalid');
  }
  const top = $('[data-errors]', form);
  if (top) {
    top.hidden = !faults.length;
    const count = $('[data-errors-count]', top);
    if (count) count.textContent = String(faults.length);
    $('ul', top)?.replaceChildren(
      ...faults.map((one) => {
        const row = document.createElement('li');
        const link = document.createElement('a');
        link.href = `#f-${one.field}`;
        link.textContent = named(form, one);
        row.append(link);
        return row;
      }),
    );
  }
  const first = faults[0] && document.getElementById(`f-${faults[0].field}`);
  if (!first) return;
  const target = first.matches('fieldset') ? $('input', first) : first;
  target?.focus();
  first.scrollIntoView({ block: 'center' });
}

export function initValidation(): void {
  // Our own sentences instead of the browser's bubbles, on every form whose fields are made of our parts.
  for (const form of $$<HTMLFormElement>('form[method="post"]')) {
    if ($('[data-err]', form)) form.noValidate = true;
  }
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || !form.noValidate) return;
    const faults = check(form);
    showErrors(form, faults);
    if (faults.length) event.preventDefault();
  });
  // A link of the list on top puts the cursor in the field it names.
  document.addEventListener('click', (event) => {
    const link = (event.target as HTMLElement).closest?.<HTMLAnchorElement>('[data-errors] a');
    const target = link && document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    (target.matches('fieldset') ? $('input', target) : target)?.focus();
  });
}
