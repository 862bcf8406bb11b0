// What the phone keeps: outbox items and drafts, in IndexedDB. Everything here may be missing (private mode, old
// browser): callers ask `ready()` first and leave the form to the browser when it says no.

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

export type State = 'waiting' | 'sending' | 'done' | 'held';
export interface Photo {
  field: string;
  name: string;
  blob: Blob;
}
export interface FieldError {
  field: string;
  title: string;
}
export interface Item {
  /** UUIDv7: the request's Idempotency-Key, and the record's id where the form names none. */
  key: string;
  form: string;
  title: string;
  action: string;
  /** Page the form stands on: where it is mended. */
  page: string;
  login: string;
  name: string;
  fields: [string, string][];
  photos: Photo[];
  made_at: number;
  claimed_at: number;
  state: State;
  tries: number;
  /** Device time, ms; not before. */
  next_at: number;
  why: string;
  /** Held because somebody else is signed in: goes on by itself when they are back. */
  foreign?: boolean;
  errors?: FieldError[];
  location: string;
  received_at: number;
  /** What the server asks after it has taken it: a sentence, and where it is done. */
  asks?: Asks;
}
export interface Asks {
  words: string;
  act: string;
  href: string;
  /** To be done at once, not only to be looked at. */
  pressing?: boolean;
}
export interface Draft {
  id: string;
  fields: [string, string][];
  at: number;
}
interface Schema extends DBSchema {
  items: { key: string; value: Item };
  drafts: { key: string; value: Draft };
}

/** Finished items stay to be looked at; beyond these they go. */
const KEEP_DONE = 50;
const KEEP_DONE_MS = 3 * 86_400_000;
const KEEP_DRAFT_MS = 14 * 86_400_000;

let opened: Promise<IDBPDatabase<Schema>> | undefined;
export function db(): Promise<IDBPDatabase<Schema>> {
  opened ??= openDB<Schema>('xiaoan', 1, {
    upgrade(base) {
      base.createObjectStore('items', { keyPath: 'key' });
      base.createObjectStore('drafts', { keyPath: 'id' });
    },
  });
  return opened;
}

let can: Promise<boolean> | undefined;
/** Whether anything can be kept here at all. */
export function ready(): Promise<boolean> {
  can ??= (async () => {
    try {
      if (!window.indexedDB || !window.crypto?.getRandomValues) return false;
      await db();
      return true;
    } catch {
      return false;
    }
  })();
  return can;
}

/** All items, oldest first (keys are made in time order). */
export const items = async (): Promise<Item[]> => ((await ready()) ? (await db()).getAll('items') : []);

/** Throws away what nobody will look at again. */
export async function prune(): Promise<void> {
  const base = await db();
  const done = (await base.getAll('items')).filter((item) => item.state === 'done').reverse();
  for (const [n, item] of done.entries()) {
    if (n >= KEEP_DONE || item.made_at < Date.now() - KEEP_DONE_MS) await base.delete('items', item.key);
  }
  for (const draft of await base.getAll('drafts')) {
    if (draft.at < Date.now() - KEEP_DRAFT_MS) await base.delete('drafts', draft.id);
  }
}

/** UUIDv7 without crypto.randomUUID, which plain http does not have. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const ms = Date.now();
  for (let n = 0; n < 6; n++) bytes[n] = Math.floor(ms / 2 ** (8 * (5 - n))) & 255;
  bytes[6] = (bytes[6]! & 15) | 112;
  bytes[8] = (bytes[8]! & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
