// Bytes on the wire: the gate of docs; measured from the bundle and from a cold visit.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../harness/dist.mjs';
import { expect, phone, test } from './world';

const KB = 1024;
const size = (pattern: RegExp): number => {
  const dist = bundle();
  const found = readdirSync(dist).filter((name) => pattern.test(name));
  expect(found, String(pattern)).toHaveLength(1);
  return statSync(join(dist, found[0]!)).size;
};

test('app.js ≤ 20 KB, app.css ≤ 12 KB, htmx and icons within theirs', () => {
  expect(size(/^app\.\w+\.js\.br$/)).toBeLessThanOrEqual(20 * KB);
  expect(size(/^app\.\w+\.css\.br$/)).toBeLessThanOrEqual(12 * KB);
  expect(size(/^htmx\.esm\.\w+\.js\.br$/)).toBeLessThanOrEqual(13 * KB);
  expect(size(/^icons\.\w+\.svg\.br$/)).toBeLessThanOrEqual(2 * KB);
  expect(size(/^sw\.js\.br$/)).toBeLessThanOrEqual(4 * KB);
});

for (const path of ['/hazards', '/hazards/new']) {
  test(`a cold visit to ${path} loads ≤ 30 KB of files, and none twice`, async ({ browser, world }) => {
    const context = await browser.newContext({ ...phone, baseURL: world.url, serviceWorkers: 'block' });
    const page = await context.newPage();
    await page.goto(path, { waitUntil: 'load' });
    await page.waitForTimeout(500);
    // An address asked for twice is answered from memory the second time; what counts is what crossed the wire.
    const loaded = await page.evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter((one) => one.transferSize > 0 && !one.name.includes('/live')).map((one) => [one.name, one.encodedBodySize] as const),
    );
    expect(new Set(loaded.map(([name]) => name)).size).toBe(loaded.length);
    const sum = loaded.reduce((total, [, bytes]) => total + bytes, 0);
    console.log(`${path}: ${loaded.length} files, ${sum} bytes`);
    expect(sum).toBeLessThanOrEqual(30 * KB); // the page itself, heads and a photo's thumb come on top; all in all 40 KB
    await context.close();
  });
}

test('nothing moves while a list or a form loads', async ({ page }) => {
  for (const path of ['/hazards', '/hazards/new', '/']) {
    await page.goto(path);
    const shift = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          let sum = 0;
          new PerformanceObserver((list) => {
            for (const one of list.getEntries() as unknown as { value: number }[]) sum += one.value;
          }).observe({ type: 'layout-shift', buffered: true });
          setTimeout(() => done(sum), 600);
        }),
    );
    expect(shift, path).toBeLessThan(0.01);
  }
});
