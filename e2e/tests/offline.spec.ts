import { expect, fillHazard, items, phone, test } from './world';

test.use(phone);

async function armed(page: import('@playwright/test').Page): Promise<void> {
  await page.goto('/');
  await page.waitForFunction(() => navigator.serviceWorker?.controller);
  // Pages are read ahead, one after the other; the last that the stand-in has is /outbox.
  const last = () =>
    page.evaluate(async () => {
      for (const name of await caches.keys()) if (name.startsWith('xa-pages-') && (await (await caches.open(name)).match('/outbox'))) return true;
      return false;
    });
  await expect.poll(last).toBe(true);
}

test('a page never opened before opens without network, and what is filled in it arrives', async ({ page, context, world }) => {
  await armed(page);
  await context.setOffline(true);
  await page.goto('/hazards/new');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('报隐患');
  await fillHazard(page, '灯不亮');
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.locator('[data-pill]')).toHaveText('离线 · 1 条待传');
  await context.setOffline(false);
  await expect(page.locator('.done-card')).toContainText('已同步');
  expect(await world.seen()).toHaveLength(1);
});

test('the same with the server gone and the browser none the wiser', async ({ page, world }) => {
  await armed(page);
  await world.set({ dead: true });
  await page.goto('/hazards/new');
  await fillHazard(page, '灯不亮');
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.locator('[data-pill]')).toHaveText('离线 · 1 条待传');
  expect(await items(page)).toMatchObject([{ state: 'waiting' }]);
});

test('a stored page does not set the clock back', async ({ page, context, world }) => {
  await armed(page);
  await context.setOffline(true);
  await page.goto('/hazards/new');
  expect(await page.locator('body').getAttribute('data-now')).toBe('');
  await fillHazard(page, '灯不亮');
  await page.getByRole('button', { name: '提交' }).click();
  await context.setOffline(false);
  await expect.poll(async () => (await world.seen()).length).toBe(1);
  const [sent] = await world.seen();
  expect(Math.abs(Number(sent?.claimed) - Date.now())).toBeLessThan(15_000);
});

test('a page that was not stored says so', async ({ page, context }) => {
  await armed(page);
  await context.setOffline(true);
  await page.goto('/hazards/1');
  await expect(page.getByText('这部分没有存到手机上，有网络时能看。')).toBeVisible();
});

test('another login, or signing out, leaves no page of the first', async ({ page, context, world }) => {
  await armed(page);
  await world.set({ login: '01890000-0000-7000-8000-000000000002', name: '赵敏' });
  await armed(page);
  const caches_ = await page.evaluate(() => caches.keys());
  expect(caches_.filter((name) => name.startsWith('xa-pages-'))).toEqual(['xa-pages-01890000-0000-7000-8000-000000000002']);
  await world.set({ login: '' });
  await page.goto('/login');
  await expect.poll(() => page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('xa-pages-')).length)).toBe(0);
  await context.setOffline(true);
  await page.goto('/hazards/new').catch(() => undefined);
  await expect(page.getByText('赵敏')).toHaveCount(0);
});
