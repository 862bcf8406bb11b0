// What runs on every page. One file, because on a slow line a second request costs more than a few kilobytes; only
// htmx (when a hand nears a filter) and the scanner are loaded when they are needed, and neither shares code with
// this one. Without scripts every page works, except offline and live.
//
// What pages say to this code, by attributes:
//   body    data-login data-name data-csrf data-now (server ms) data-sim (factor)
//   main    data-live="/live?…"; in it [data-live-box] what is read anew, [data-live-rows] where rows are, rows data-row
//           id="row-…", new ones data-new="1", figures data-count="name"
//   form    data-outbox="kind" data-title data-after="/…" (go on there once sent) data-inline (stay, only tell: event
//           `stored`), data-press (an alarm: sent at once, what fails is said in [data-press-failed]), data-draft="name", data-check (a round), data-confirm="question" (also on a button), data-look
//   field   data-ask="sentence when empty", data-max (characters), data-past (not in the future); fieldset data-one="name"
//           (one must be chosen); file data-photo data-max data-need; input data-uuid (gets an id), data-place-code
//           sentences: [data-errors] on top with [data-errors-count] and ul; at the field [data-err="name"], field #f-name
//   round   fieldset data-place="id" data-code="…", dialog[data-hazard] with [data-place-name]
//   button  data-primary (the filled verb), data-scan, data-print, data-push="server's key" (browser notices), data-more / data-less="field id",
//           data-sheet="dialog id", data-close, data-toggle="element id"; a data-gallery; details data-menu
//   watch   [data-stopwatch="field id"] with [data-stopwatch-go] and [data-stopwatch-face]
//   shell   [data-pill] [data-pill-words] [data-offline] [data-signin] [data-toasts] [data-find] [data-nav="key"]
//           [data-outbox-list] on /outbox; [data-chosen] [data-chosen-count] for ticked rows

import { addSeen, step } from './check';
import './clock';
import { $, $$, ask, body, button, closeDialog, make, openDialog, toast, W } from './dom';
import { initDrafts } from './drafts';
import { show as showPhoto } from './gallery';
import { initKeys } from './keys';
import { initLive, initSwaps } from './live';
import { initLook } from './look';
import { initOutbox } from './outbox';
import { initPhotos } from './photo';
import { initPill } from './pill';
import { initPress } from './press';
import { initSender } from './sender';
import { initShell } from './shell';
import { initSifts } from './sift';
import { initStopwatches } from './stopwatch';
import { show as showOutbox } from './shelf';
import { uuid } from './store';
import { check, initValidation } from './validate';

document.documentElement.classList.add('on');

/** A click on the dark ground around a dialog; its own margin inside counts as the dialog. */
function outside(dialog: HTMLElement, { clientX, clientY }: MouseEvent): boolean {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}

/** A link to a sheet opens it; without scripts the link shows it by :target. */
function onClick(event: MouseEvent): void {
  const target = event.target as HTMLElement;
  const to = <E extends HTMLElement = HTMLElement>(selector: string) => target.closest<E>(selector);
  const opener = to('[data-sheet]');
  const sheet = opener && $<HTMLDialogElement>(`#${opener.dataset.sheet}`);
  if (sheet) {
    event.preventDefault();
    openDialog(sheet);
  }
  const dialog = to<HTMLDialogElement>('dialog');
  if (dialog && (to('[data-close]') || (target === dialog && outside(dialog, event)))) {
    if (to('[data-close]')) event.preventDefault();
    closeDialog(dialog);
  }
  if (to('[data-print]')) print();
  const toggle = to('[data-toggle]');
  if (toggle) {
    event.preventDefault();
    document.getElementById(toggle.dataset.toggle ?? '')?.classList.toggle('open');
  }
  const stepper = to('[data-more], [data-less]');
  const field = stepper && $<HTMLInputElement>(`#${stepper.dataset.more ?? stepper.dataset.less}`);
  if (field) {
    if (!field.value) field.value = field.min || '0';
    else if (stepper.dataset.more) field.stepUp();
    else field.stepDown();
    field.dispatchEvent(new Event('change', { bubbles: true }));
  }
  for (const menu of $$<HTMLDetailsElement>('details[data-menu][open]')) if (!menu.contains(target)) menu.open = false;
  const photo = to<HTMLAnchorElement>('a[data-gallery]');
  if (photo && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    showPhoto(photo);
  }
  const push = to('[data-push]');
  if (push) void import('./push').then((part) => part.subscribe(push, { say: toast, csrf: body.csrf ?? '', W }));
  const scan = to('[data-scan]');
  if (scan) {
    event.preventDefault();
    void import('./scan').then((part) => part.scan(scan, { $, button, closeDialog, make, openDialog, W }));
  }
}

/** 作废 and 签字 ask first; nothing else does. */
function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  const by = event.submitter as HTMLButtonElement | null;
  const question = by?.dataset.confirm ?? form.dataset.confirm;
  // What is missing is said first: nobody is asked about a form that will not be sent.
  if (!question || form.dataset.sure || (form.noValidate && check(form).length)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  void ask(question, by?.textContent?.trim()).then((yes) => {
    if (!yes) return;
    form.dataset.sure = '1';
    if (form.requestSubmit) form.requestSubmit(by);
    else form.submit();
    delete form.dataset.sure;
  });
}

/** Ticked rows show the bar with what can be done to them together. */
function onTick(event: Event): void {
  if (!(event.target as HTMLElement).matches?.('[data-row] input[type=checkbox]')) return;
  const n = $$('[data-row] input[type=checkbox]:checked').length;
  for (const bar of $$('[data-chosen]')) bar.hidden = !n;
  for (const place of $$('[data-chosen-count]')) place.textContent = String(n);
}

document.addEventListener('click', onClick);
document.addEventListener('submit', onSubmit, true);
document.addEventListener('change', onTick);
for (const input of $$<HTMLInputElement>('input[data-uuid]')) input.value ||= uuid();
const list = $$<HTMLAnchorElement>('main.kind-list [data-row] .l1 a, main.kind-list [data-row] h3 a');
if (list.length) sessionStorage.setItem('xa-list', JSON.stringify(list.map((a) => a.pathname)));

initLook();
initPhotos();
initStopwatches();
initValidation();
initOutbox();
initPill();
initPress();
initSender();
initShell();
initSifts();
const main = $('main[data-live]');
if (main) initLive(main);
const round = $<HTMLFormElement>('form[data-check]');
if (round) addSeen(round);
const restored = initDrafts();
if (round) void restored.then(() => step(round));
const shelf = $('[data-outbox-list]');
if (shelf) showOutbox(shelf);
if (matchMedia('(pointer: fine)').matches) initKeys();
initSwaps();
