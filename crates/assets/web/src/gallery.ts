// Photos large, one after the other: all photos of the page in their order.

import { $$, button, closeDialog, make, openDialog } from './dom';
import { W } from './words';

export function show(first: HTMLAnchorElement): void {
  const all = $$<HTMLAnchorElement>('a[data-gallery]');
  let at = Math.max(0, all.indexOf(first));
  const image = make('img');
  const words = make('span', { 'aria-live': 'polite' });
  const dialog = make('dialog.show', { 'aria-label': W.photoAlt(at + 1) });
  const draw = () => {
    const link = all[at]!;
    image.src = link.href;
    image.alt = link.querySelector('img')?.alt ?? '';
    words.textContent = `${at + 1} / ${all.length}　${link.closest('figure')?.querySelector('figcaption')?.textContent ?? image.alt}`;
  };
  const go = (step: number) => {
    at = (at + step + all.length) % all.length;
    draw();
  };
  const bar = make('p', {}, words, make('span.sp'));
  if (all.length > 1) bar.append(button(W.previous, () => go(-1)), button(W.following, () => go(1)));
  bar.append(button(W.close, () => closeDialog(dialog)));
  dialog.append(image, bar);
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowLeft') go(-1);
    if (event.key === 'ArrowRight') go(1);
  });
  dialog.addEventListener('close', () => {
    dialog.remove();
    first.focus();
  });
  draw();
  openDialog(dialog);
}
