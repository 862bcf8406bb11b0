// The round: one place at a time, the normal is one tap. The radios stay what is posted; this only brings them forward
// one by one, writes when each place was seen, and lets the last tap be taken back for eight seconds.

import { now } from './clock';
import { $, $$, button, closeDialog, icon, make, openDialog, toast, UNDO_MS } from './dom';
import { saveDraft } from './drafts';
import { setPhotos } from './photo';
import { W } from './words';

type Result = 'fine' | 'found' | 'skipped';
const SVG = 'http://www.w3.org/2000/svg';

const radio = (place: HTMLElement, result: Result) => $<HTMLInputElement>(`input[type=radio][value=${result}]`, place);
const resultOf = (place: HTMLElement): Result | undefined => $<HTMLInputElement>('input[type=radio]:checked', place)?.value as Result | undefined;
const seenOf = (place: HTMLElement) => $<HTMLInputElement>('input[type=hidden][name^="seen_"]', place);
const nameOf = (place: HTMLElement): string => $('legend', place)?.textContent?.trim() ?? '';

export function step(form: HTMLFormElement): void {
  const places = $$<HTMLFieldSetElement>('fieldset[data-place]', form);
  if (!places.length) return;
  const submit = $('.submit', form);
  const hazard = $<HTMLDialogElement>('dialog[data-hazard]');
  let at = 0;

  const count = make('span');
  const name = make('span.vh', { role: 'status' });
  const bar = document.createElementNS(SVG, 'svg');
  bar.setAttribute('class', 'bar thick');
  bar.setAttribute('viewBox', `0 0 ${places.length} 1`);
  bar.setAttribute('preserveAspectRatio', 'none');
  bar.setAttribute('aria-hidden', 'true');
  const done = bar.appendChild(document.createElementNS(SVG, 'rect'));
  const here = bar.appendChild(document.createElementNS(SVG, 'rect'));
  for (const [rect, tone] of [[done, 'g'], [here, 'b']] as const) {
    rect.setAttribute('class', tone);
    rect.setAttribute('height', '1');
  }
  const top = make('div', {}, make('p.step-top', {}, count), name);
  top.append(bar);

  const fine = button('', () => record('fine'), 'btn p huge');
  fine.dataset.primary = '';
  const tile = (label: string, drawing: string, act: () => void) => {
    const element = button(label, act, 'tile');
    element.prepend(icon(drawing));
    return element;
  };
  const undo = make('p.undo', { role: 'status' });
  const ahead = make('p.s');
  const acts = make('div.stepper', {}, fine, make('div.grid', {}, tile(W.found, 'hazard', raise), tile(W.skipped, 'help', () => record('skipped'))), ahead);
  const sum = make('section.card.pad.sum', { hidden: true });

  function draw(): void {
    const answered = places.filter(resultOf).length;
    const over = answered === places.length && at >= places.length;
    places.forEach((place, n) => (place.hidden = n !== at));
    acts.hidden = over;
    sum.hidden = !over;
    if (submit) submit.hidden = !over;
    count.textContent = over ? '' : `${at + 1} / ${places.length}`;
    done.setAttribute('width', String(answered));
    here.setAttribute('x', String(answered));
    here.setAttribute('width', over ? '0' : '1');
    if (over) return summary();
    const next = places[nextOpen(at)];
    name.textContent = nameOf(places[at]!);
    fine.replaceChildren(icon('check'), next ? W.fine : W.fineLast);
    ahead.textContent = next ? W.nextPlace(nameOf(next)) : W.lastPlace;
  }

  /** The next place without a result after this one, else any such place, else past the end. */
  function nextOpen(from: number): number {
    const open = (n: number) => n !== from && !resultOf(places[n]!);
    for (let n = from + 1; n < places.length; n++) if (open(n)) return n;
    for (let n = 0; n < from; n++) if (open(n)) return n;
    return places.length;
  }

  function summary(): void {
    const tally = (result: Result) => places.filter((place) => resultOf(place) === result).length;
    sum.replaceChildren(
      make('h2', {}, W.walked),
      make('p', {}, W.counts(tally('fine'), tally('found'), tally('skipped'))),
      ...places.flatMap((place, n) => {
        const result = resultOf(place)!;
        if (result === 'fine') return [];
        const back = button(W.lookAgain, () => ((at = n), draw()));
        return [make('p.row', {}, make('span', {}, `${nameOf(place)}：${W.results[result]}`), make('span.sp'), back)];
      }),
    );
  }

  function record(result: Result): void {
    const place = places[at]!;
    const before = resultOf(place);
    const input = radio(place, result);
    const seen = seenOf(place);
    if (!input) return;
    input.checked = true;
    if (seen) seen.value = String(now());
    navigator.vibrate?.(30);
    void saveDraft(form);
    const was = at;
    const line = make('span', {}, `${nameOf(place)}　${W.noted(W.results[result]!)}`);
    const back = button(
      W.undo,
      () => {
        input.checked = false;
        if (before) radio(place, before)!.checked = true;
        else if (seen) seen.value = '';
        at = was;
        undo.replaceChildren();
        void saveDraft(form);
        draw();
      },
      'btn t',
    );
    undo.replaceChildren(line, back);
    setTimeout(() => back.isConnected && undo.replaceChildren(), UNDO_MS);
    at = nextOpen(at);
    draw();
    if (at >= places.length) $('[data-primary]', submit ?? undefined)?.focus();
  }

  /** 「有隐患」: the short form in a dialog; the place is noted once the hazard is stored. */
  function raise(): void {
    const place = places[at]!;
    const check = $<HTMLInputElement>('input[name=id]', form)?.value ?? '';
    const inner = hazard && $<HTMLFormElement>('form', hazard);
    if (!hazard || !inner) {
      record('found');
      toast(W.noted(W.results['found']!), { label: W.reportHere, href: `/hazards/new?place=${place.dataset.place}&check=${check}` });
      return;
    }
    const put = (field: string, value: string) => {
      const input = $<HTMLInputElement>(`[name=${field}]`, inner);
      if (input) input.value = value;
    };
    put('place', place.dataset.place ?? '');
    put('check', check);
    for (const slot of $$('[data-place-name]', hazard)) slot.textContent = nameOf(place);
    openDialog(hazard);
  }
  hazard?.addEventListener('stored', (event) => {
    const inner = event.target as HTMLFormElement;
    inner.reset();
    setPhotos(inner, []);
    delete inner.dataset.key;
    closeDialog(hazard);
    toast(W.hazardStored);
    record('found');
  });

  document.addEventListener('scanned', (event) => {
    const n = places.findIndex((place) => place.dataset.code === (event as CustomEvent<string>).detail);
    if (n < 0) return;
    event.preventDefault();
    at = n;
    draw();
  });
  form.addEventListener('restored', () => {
    at = resultOf(places[0]!) ? nextOpen(0) : 0;
    draw();
  });

  form.classList.add('stepping');
  places[0]!.before(top);
  places[places.length - 1]!.after(acts, sum, undo);
  at = resultOf(places[0]!) ? nextOpen(0) : 0;
  draw();
}
