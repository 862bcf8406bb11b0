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
/** The place's id stands once, in the name of the field that says when it was seen: a round has many places. */
const idOf = (place: HTMLElement): string => seenOf(place)?.name.slice('seen_'.length) ?? '';
/**
 * Gives each place the field that says when it was seen. The page sends it only where something stands in it: a round has
 * many places, and their ids are what it weighs.
 */
export function addSeen(form: HTMLFormElement): void {
  for (const place of $$('fieldset[data-place]', form)) {
    const name = radio(place, 'fine')?.name.replace('result_', 'seen_');
    if (name && !seenOf(place)) place.append(make('input', { type: 'hidden', name, value: '' }));
  }
}
const nameOf = (place: HTMLElement): string => $('legend', place)?.textContent?.trim() ?? '';

/** Progress as one bar: what is answered in green, the place in hand in blue. */
function progress(places: number) {
  const bar = document.createElementNS(SVG, 'svg');
  bar.setAttribute('class', 'bar thick');
  bar.setAttribute('viewBox', `0 0 ${places} 1`);
  bar.setAttribute('preserveAspectRatio', 'none');
  bar.setAttribute('aria-hidden', 'true');
  const part = (tone: string) => {
    const rect = bar.appendChild(document.createElementNS(SVG, 'rect'));
    rect.setAttribute('class', tone);
    rect.setAttribute('height', '1');
    return rect;
  };
  const done = part('g');
  const here = part('b');
  const draw = (answered: number, over: boolean) => {
    done.setAttribute('width', String(answered));
    here.setAttribute('x', String(answered));
    here.setAttribute('width', over ? '0' : '1');
  };
  return { bar, draw };
}

class Round {
  private at = 0;
  private readonly submit: HTMLElement | null;
  private readonly hazard = $<HTMLDialogElement>('dialog[data-hazard]');
  private readonly count = make('p.step-top');
  private readonly name = make('span.vh', { role: 'status' });
  private readonly fine = button('', () => this.record('fine'), 'btn p huge');
  private readonly ahead = make('p.s');
  private readonly undo = make('p.undo', { role: 'status' });
  private readonly sum = make('section.card.pad.sum', { hidden: true });
  private readonly acts: HTMLElement;
  private readonly progress;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly places: HTMLFieldSetElement[],
  ) {
    this.submit = $('.submit', form);
    this.progress = progress(places.length);
    this.fine.dataset.primary = '';
    const tile = (label: string, drawing: string, act: () => void) => {
      const element = button(label, act, 'tile');
      element.prepend(icon(drawing));
      return element;
    };
    const other = make('div.grid', {}, tile(W.found, 'hazard', () => this.raise()), tile(W.skipped, 'help', () => this.record('skipped')));
    this.acts = make('div.stepper', {}, this.fine, other, this.ahead);
    const top = make('div', {}, this.count, this.name);
    top.append(this.progress.bar);

    form.classList.add('stepping');
    places[0]!.before(top);
    places[places.length - 1]!.after(this.acts, this.sum, this.undo);
    form.addEventListener('restored', () => this.start());
    this.hazard?.addEventListener('stored', (event) => this.raised(event.target as HTMLFormElement));
    document.addEventListener('scanned', (event) => this.scanned(event as CustomEvent<string>));
    this.start();
  }

  private start(): void {
    this.at = resultOf(this.places[0]!) ? this.nextOpen(0) : 0;
    this.draw();
  }

  private draw(): void {
    const { places, at } = this;
    const answered = places.filter(resultOf).length;
    const over = at >= places.length;
    places.forEach((place, n) => (place.hidden = n !== at));
    this.acts.hidden = over;
    this.sum.hidden = !over;
    if (this.submit) this.submit.hidden = !over;
    this.count.textContent = over ? '' : `${at + 1} / ${places.length}`;
    this.progress.draw(answered, over);
    if (over) return this.summary();
    const next = places[this.nextOpen(at)];
    this.name.textContent = nameOf(places[at]!);
    this.fine.replaceChildren(icon('check'), next ? W.fine : W.fineLast);
    this.ahead.textContent = next ? W.nextPlace(nameOf(next)) : W.lastPlace;
  }

  /** The next place without a result after this one, else any such place, else past the end. */
  private nextOpen(from: number): number {
    const open = (n: number) => n !== from && !resultOf(this.places[n]!);
    for (let n = from + 1; n < this.places.length; n++) if (open(n)) return n;
    for (let n = 0; n < from; n++) if (open(n)) return n;
    return this.places.length;
  }

  /** All seen: the figures, and every place that was not simply fine, with a way back to it. */
  private summary(): void {
    const tally = (result: Result) => this.places.filter((place) => resultOf(place) === result).length;
    const lines = this.places.flatMap((place, n) => {
      const result = resultOf(place)!;
      if (result === 'fine') return [];
      const back = button(W.lookAgain, () => {
        this.at = n;
        this.draw();
      });
      return [make('p.row', {}, make('span', {}, `${nameOf(place)}：${W.results[result]}`), make('span.sp'), back)];
    });
    this.sum.replaceChildren(make('h2', {}, W.walked), make('p', {}, W.counts(tally('fine'), tally('found'), tally('skipped'))), ...lines);
  }

  private record(result: Result): void {
    const place = this.places[this.at]!;
    const before = resultOf(place);
    const input = radio(place, result);
    const seen = seenOf(place);
    if (!input) return;
    input.checked = true;
    if (seen) seen.value = String(now());
    navigator.vibrate?.(30);
    void saveDraft(this.form);
    const was = this.at;
    const back = button(
      W.undo,
      () => {
        input.checked = false;
        if (before) radio(place, before)!.checked = true;
        else if (seen) seen.value = '';
        this.at = was;
        this.undo.replaceChildren();
        void saveDraft(this.form);
        this.draw();
      },
      'btn t',
    );
    this.undo.replaceChildren(make('span', {}, `${nameOf(place)}　${W.noted(W.results[result]!)}`), back);
    setTimeout(() => back.isConnected && this.undo.replaceChildren(), UNDO_MS);
    this.at = this.nextOpen(this.at);
    this.draw();
    if (this.at >= this.places.length) $('[data-primary]', this.submit ?? undefined)?.focus();
  }

  /** 「有隐患」: the short form in a dialog; the place is noted once the hazard is stored. */
  private raise(): void {
    const place = this.places[this.at]!;
    const check = $<HTMLInputElement>('input[name=id]', this.form)?.value ?? '';
    const inner = this.hazard && $<HTMLFormElement>('form', this.hazard);
    if (!this.hazard || !inner) {
      this.record('found');
      toast(W.noted(W.results['found']!), { label: W.reportHere, href: `/hazards/new?place=${idOf(place)}&check=${check}` });
      return;
    }
    for (const [field, value] of [['place', idOf(place)], ['check', check]] as const) {
      const input = $<HTMLInputElement>(`[name=${field}]`, inner);
      if (input) input.value = value;
    }
    for (const slot of $$('[data-place-name]', this.hazard)) slot.textContent = nameOf(place);
    openDialog(this.hazard);
  }

  private raised(inner: HTMLFormElement): void {
    inner.reset();
    setPhotos(inner, []);
    delete inner.dataset.key;
    if (this.hazard) closeDialog(this.hazard);
    toast(W.hazardStored);
    this.record('found');
  }

  /** A scanned code jumps to its place. */
  private scanned(event: CustomEvent<string>): void {
    const n = this.places.findIndex((place) => place.dataset.code === event.detail);
    if (n < 0) return;
    event.preventDefault();
    this.at = n;
    this.draw();
  }
}

export function step(form: HTMLFormElement): void {
  const places = $$<HTMLFieldSetElement>('fieldset[data-place]', form);
  if (places.length) new Round(form, places);
}
