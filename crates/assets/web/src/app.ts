// What runs on every page. One file, because on a slow line a second request costs more than a few kilobytes; only
// htmx (when a hand nears a filter) and the scanner are loaded when they are needed, and neither shares code with
// this one. Without scripts every page works, except offline and live.

import { step } from './check';
import './clock';
import { $, $$, ask, button, closeDialog, make, openDialog, W } from './dom';
import { initDrafts } from './drafts';
import { show as showPhoto } from './gallery';
import { initKeys } from './keys';
import { initLive, initSwaps } from './live';
import { initLook } from './look';
import { initOutbox } from './outbox';
import { initPhotos } from './photo';
import { initPill } from './pill';
import { initSender } from './sender';
import { initShell } from './shell';
import { show as showOutbox } from './shelf';
import { uuid } from './store';
import { initValidation } from './validate';

document.documentElement.classList.add('on');

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
  if (dialog && (to('[data-close]') || target === dialog)) {
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
  if (!question || form.dataset.sure) return;
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
initValidation();
initOutbox();
initPill();
initSender();
initShell();
const main = $('main[data-live]');
if (main) initLive(main);
const restored = initDrafts();
const round = $<HTMLFormElement>('form[data-check]');
if (round) void restored.then(() => step(round));
const shelf = $('[data-outbox-list]');
if (shelf) showOutbox(shelf);
if (matchMedia('(pointer: fine)').matches) initKeys();
initSwaps();
