// Photos are made small before anything else happens to them: a photo is at most 1600 px, a few hundred kilobytes,
// and without the place and phone that a camera writes into it.

import { $, button, make } from './dom';
import type { Photo } from './store';
import { W } from './words';

const MAX_SIDE = 1600;
const QUALITY = 0.8;
/** Worth a word to the person: the file was big, look whether it is still clear. */
const BIG_BYTES = 8 * 1024 * 1024;
const MAX_PHOTOS = 6;

const kept = new WeakMap<HTMLInputElement, Photo[]>();
const inputs = (form: ParentNode): HTMLInputElement[] => Array.from(form.querySelectorAll<HTMLInputElement>('input[data-photo]'));

/** The shrunk photos of a form. */
export const photosOf = (form: ParentNode): Photo[] => inputs(form).flatMap((input) => kept.get(input) ?? []);
export const hasPhoto = (input: HTMLInputElement): boolean => !!kept.get(input)?.length || !!input.files?.length;

async function shrink(file: Blob): Promise<Blob> {
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    image.src = url;
    await image.decode();
    const scale = Math.min(1, MAX_SIDE / Math.max(image.naturalWidth, image.naturalHeight));
    const canvas = make('canvas');
    canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
    const brush = canvas.getContext('2d')!;
    brush.fillStyle = '#fff'; // a screenshot's transparent parts
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error())), 'image/jpeg', QUALITY));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The plain form and the outbox post the same small files. */
function mirror(input: HTMLInputElement, photos: Photo[]): void {
  try {
    const files = new DataTransfer();
    for (const photo of photos) files.items.add(new File([photo.blob], photo.name, { type: photo.blob.type }));
    input.files = files.files;
  } catch {
    /* old browser: the outbox has its own copy */
  }
}

function show(input: HTMLInputElement, photos: Photo[]): void {
  const list = $('[data-thumbs]', input.closest('[data-photo-box]') ?? document);
  if (!list) return;
  for (const image of list.querySelectorAll('img')) URL.revokeObjectURL(image.src);
  list.hidden = !photos.length;
  list.replaceChildren(
    ...photos.map((photo, n) => {
      const image = make('img', { alt: W.photoAlt(n + 1) });
      image.src = URL.createObjectURL(photo.blob);
      const remove = button(W.remove, () => keep(input, photos.filter((other) => other !== photo)));
      remove.setAttribute('aria-label', `${W.remove} ${W.photoAlt(n + 1)}`);
      return make('li', {}, image, remove);
    }),
  );
}

function keep(input: HTMLInputElement, photos: Photo[]): void {
  kept.set(input, photos);
  mirror(input, photos);
  show(input, photos);
  input.dispatchEvent(new Event('photos', { bubbles: true }));
}

export function setPhotos(form: ParentNode, photos: Photo[]): void {
  for (const input of inputs(form)) keep(input, photos.filter((photo) => photo.field === input.name));
}

let work: Promise<void> = Promise.resolve();
/** Resolves when every photo taken so far is small and in its place. */
export const photosDone = (): Promise<void> => work;

async function take(input: HTMLInputElement, files: File[]): Promise<void> {
  const note = $('[data-photo-note]', input.closest('[data-photo-box]') ?? document);
  const say = (text: string) => {
    if (note) Object.assign(note, { textContent: text, hidden: !text });
  };
  const most = Number(input.dataset.max) || MAX_PHOTOS;
  const photos = [...(kept.get(input) ?? [])];
  let words = '';
  say(W.photoWork);
  for (const file of files) {
    if (photos.length >= most) {
      words = W.photoMost(most);
      break;
    }
    try {
      const blob = await shrink(file);
      photos.push({ field: input.name, name: `${photos.length + 1}.jpg`, blob });
      if (file.size > BIG_BYTES) words = W.photoBig(Math.round(file.size / 1024 / 1024));
    } catch {
      words = W.photoBad;
    }
  }
  say(words);
  keep(input, photos);
}

export function initPhotos(): void {
  document.addEventListener('change', (event) => {
    const input = event.target as HTMLInputElement;
    if (!input.matches?.('input[data-photo]')) return;
    const files = Array.from(input.files ?? []);
    work = work.then(() => take(input, files)).catch(() => undefined);
  });
}
