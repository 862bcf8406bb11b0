// One stand-in server per worker, reset before each test; `world` bends its answers and reads what it was sent.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base, expect, type Page } from '@playwright/test';

const here = dirname(fileURLToPath(import.meta.url));

export interface Seen {
  path: string;
  key?: string;
  csrf?: string;
  device?: string;
  claimed?: string;
  accept?: string;
  fields: [string, string][];
  photos: { name: string; file: string; type: string; bytes: number }[];
  answer: string | number;
}

export class World {
  constructor(readonly url: string) {}
  private async call(path: string, body?: unknown) {
    const answer = await fetch(this.url + path, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
    return answer.json();
  }
  set = (change: Record<string, unknown>) => this.call('/--/set', change);
  push = (event: string, data: string) => this.call('/--/push', { event, data });
  seen = async (): Promise<Seen[]> => (await this.call('/--/seen')).seen;
  streams = async (): Promise<number> => (await this.call('/--/seen')).streams;
}

export const test = base.extend<{ world: World }, { server: string }>({
  server: [
    async ({}, use) => {
      const child = spawn('node', [join(here, '../harness/server.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
      const port = await new Promise<string>((done, fail) => {
        createInterface(child.stdout).on('line', (line) => line.startsWith('listening ') && done(line.slice(10)));
        child.on('exit', (code) => fail(new Error(`the stand-in server ended with ${code}`)));
      });
      await use(`http://127.0.0.1:${port}`);
      child.kill();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  world: async ({ server }, use) => {
    const world = new World(server);
    await world.set({ reset: true });
    await use(world);
  },
  baseURL: async ({ server }, use) => use(server),
});
export { expect };

export const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

/** A photo as a camera makes it: larger than what may be sent. */
export async function photo(page: Page, width = 2400, height = 1800): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const base64 = await page.evaluate(
    async ([w, h]) => {
      const canvas = document.createElement('canvas');
      canvas.width = w!;
      canvas.height = h!;
      const brush = canvas.getContext('2d')!;
      for (let n = 0; n < 400; n++) {
        brush.fillStyle = `hsl(${(n * 47) % 360} 60% 50%)`;
        brush.fillRect((n * 131) % w!, (n * 89) % h!, 180, 140);
      }
      return canvas.toDataURL('image/png').split(',')[1]!;
    },
    [width, height],
  );
  return { name: 'IMG_0001.png', mimeType: 'image/png', buffer: Buffer.from(base64, 'base64') };
}

/** Items in the phone's own store, as the page sees them. */
export const items = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<{ key: string; state: string; why: string; login: string; photos: unknown[]; tries: number }[]>((done, fail) => {
        const open = indexedDB.open('xiaoan');
        open.onerror = () => fail(open.error);
        open.onsuccess = () => {
          const all = open.result.transaction('items').objectStore('items').getAll();
          all.onsuccess = () => {
            open.result.close();
            done(all.result);
          };
        };
      }),
  );

const dot = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** A whole hazard; the photo only where the test has not put one. */
export async function fillHazard(page: Page, text: string): Promise<void> {
  if (!(await page.locator('form [data-thumbs] img').count())) {
    await page.setInputFiles('#f-photo', { name: 'dot.png', mimeType: 'image/png', buffer: dot });
    await expect(page.locator('form [data-thumbs] img')).toHaveCount(1);
  }
  await page.getByLabel('部位').selectOption({ label: '3号楼东楼梯二层' });
  await page.getByRole('radio', { name: '消防' }).check();
  await page.getByLabel('哪里不对').fill(text);
}
