// Scanning a place's code: the camera where there is one (https), a photo of the code where there is none, and the
// characters under the code typed by hand when the lens is frosted.

import QrScanner from 'qr-scanner';
import type * as Dom from './dom';

type Hands = Pick<typeof Dom, '$' | 'button' | 'closeDialog' | 'make' | 'openDialog' | 'W'>;

const CODE = /\/q\/([\w-]{3,40})\/?$/;

/** Our codes are addresses of this site: …/q/{code}. */
function codeOf(text: string): string | null {
  try {
    const url = new URL(text, location.href);
    return CODE.exec(url.pathname)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** The hands come from the page's own script: this file shares no code with it. */
export async function scan(by: HTMLElement, { $, button, closeDialog, make, openDialog, W }: Hands): Promise<void> {
  const video = make('video.scan-view', { playsinline: true, muted: true });
  const words = make('p', { role: 'status' }, W.scanTitle);
  const typed = make('input.input', { 'aria-label': W.scanType, placeholder: W.scanType, autocapitalize: 'characters', autocomplete: 'off' });
  const photo = make('input.vh', { type: 'file', accept: 'image/*', capture: 'environment', id: 'scan-photo' });
  const torch = button(W.torch, () => void scanner?.toggleFlash());
  torch.hidden = true;
  const dialog = make('dialog.scan', { 'aria-label': W.scanTitle });
  let scanner: QrScanner | undefined;

  const end = () => {
    scanner?.destroy();
    closeDialog(dialog);
    dialog.remove();
  };
  const take = (code: string) => {
    navigator.vibrate?.(60);
    end();
    // The round goes to the place itself; a form takes the code in its field; anywhere else it is an address.
    if (!document.dispatchEvent(new CustomEvent('scanned', { detail: code, cancelable: true }))) return;
    // The field may lie in a folded part of the form.
    const form = by.closest('form');
    const field = $<HTMLInputElement>('[data-place-code], input[name=code]', form ?? undefined);
    if (!field || (form && !form.contains(field))) return location.assign(`/q/${encodeURIComponent(code)}`);
    const fold = field.closest('details');
    if (fold) fold.open = true;
    field.value = code;
    field.dispatchEvent(new Event('change', { bubbles: true }));
    field.focus();
  };
  const found = (text: string) => {
    const code = codeOf(text);
    if (code) take(code);
    else words.textContent = W.scanForeign;
  };
  photo.addEventListener('change', () => {
    const file = photo.files?.[0];
    if (!file) return;
    QrScanner.scanImage(file, { returnDetailedScanResult: true }).then(
      (result) => found(result.data),
      () => (words.textContent = W.scanNone),
    );
  });
  const use = button(W.scanGo, () => typed.value.trim() && take(typed.value.trim().toUpperCase()));
  const shot = make('label.btn.big', { for: 'scan-photo' }, W.scanPhoto);
  dialog.append(make('div.pad', {}, words, video, torch, make('div.join', {}, typed, use), photo, shot, button(W.cancel, end, 'btn big')));
  // A file picker closed without a choice sends a `cancel` too.
  dialog.addEventListener('cancel', (event) => event.target === dialog && end());
  openDialog(dialog);

  if (!navigator.mediaDevices?.getUserMedia) {
    video.hidden = true;
    words.textContent = W.scanNoCamera;
    return;
  }
  shot.hidden = true;
  try {
    scanner = new QrScanner(video, (result) => found(result.data), { returnDetailedScanResult: true, preferredCamera: 'environment', maxScansPerSecond: 8 });
    await scanner.start();
    torch.hidden = !(await scanner.hasFlash());
  } catch {
    video.hidden = true;
    shot.hidden = false;
    words.textContent = W.scanNoCamera;
  }
}
