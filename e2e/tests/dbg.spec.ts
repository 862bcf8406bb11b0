import { phone, test } from './world';
test.use(phone);
test('dbg', async ({ page, world }) => {
  await page.goto('/');
  await page.waitForFunction(() => navigator.serviceWorker?.controller);
  await page.waitForFunction(async () => {
    for (const name of await caches.keys()) if (name.startsWith('xa-pages-') && (await (await caches.open(name)).match('/outbox'))) return true;
    return false;
  });
  const dump = () => page.evaluate(async () => { const out: Record<string, string[]> = {}; for (const n of await caches.keys()) out[n] = (await (await caches.open(n)).keys()).map((r) => new URL(r.url).pathname); return out; });
  console.log(JSON.stringify(await dump()));
  await world.set({ dead: true });
  await page.goto('/hazards/new');
  console.log(await page.locator('h1').textContent());
  console.log(JSON.stringify(await dump()));
});
