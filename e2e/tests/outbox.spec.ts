import { expect, fillHazard, items, phone, photo, test } from './world';

test.use(phone);

const pill = '[data-pill]';

test('without network the form is kept, with network it is sent, and only the answer makes it synced', async ({ page, context, world }) => {
  await page.goto('/hazards/new');
  await page.setInputFiles('#f-photo', await photo(page));
  await expect(page.locator('[data-thumbs] img')).toHaveCount(1);
  await fillHazard(page, '疏散指示灯不亮');
  await context.setOffline(true);
  const before = Date.now();
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.getByText('现在没有网络，已存在手机上，有网自动上传。').first()).toBeVisible();
  expect(Date.now() - before).toBeLessThan(3000);
  await expect(page.locator(pill)).toHaveText('离线 · 1 条待传');
  await expect(page.getByText('已同步')).toHaveCount(0);
  expect(await world.seen()).toHaveLength(0);

  await world.set({ delay: 700 });
  await context.setOffline(false);
  await expect.poll(async () => (await world.seen()).length).toBe(1);
  // The server has it but has not answered yet: nothing may say so.
  await expect(page.locator('.done-card').getByText('已同步')).toHaveCount(0);
  await expect(page.locator('.done-card')).toContainText(/已同步 \d\d:\d\d。/);
  await expect(page.locator(pill)).toHaveText(/^已同步 \d\d:\d\d$/);

  const [sent] = await world.seen();
  const [item] = await items(page);
  expect(item).toMatchObject({ state: 'done', photos: [] });
  expect(sent?.key).toBe(item?.key);
  expect(sent?.key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(sent?.csrf).toMatch(/^csrf-/);
  expect(sent?.accept).toBe('application/json');
  expect(sent?.fields).toContainEqual(['text', '疏散指示灯不亮']);
  expect(sent?.fields.map(([name]) => name)).not.toContain('csrf');
  expect(sent?.photos).toHaveLength(1);
  expect(sent?.photos[0]).toMatchObject({ name: 'photo', type: 'image/jpeg' });
  expect(sent!.photos[0]!.bytes).toBeLessThan(350_000);
});

test('claims the server time and sends the raw device time beside it', async ({ page, world }) => {
  await world.set({ skew: -3_600_000 }); // this phone is an hour fast
  await page.goto('/hazards/new');
  await fillHazard(page, '门锁坏了');
  await page.getByRole('button', { name: '提交' }).click();
  await expect.poll(async () => (await world.seen()).length).toBe(1);
  const [sent] = await world.seen();
  expect(Math.abs(Number(sent?.device) - Date.now())).toBeLessThan(10_000);
  expect(Math.abs(Number(sent?.device) - Number(sent?.claimed) - 3_600_000)).toBeLessThan(10_000);
});

test('two quick presses are one item and one request', async ({ page, world }) => {
  await world.set({ delay: 400 });
  await page.goto('/hazards/new');
  await fillHazard(page, '井盖松动');
  await page.getByRole('button', { name: '提交' }).dblclick();
  await page.locator('form[data-outbox]').evaluate((form: HTMLFormElement) => form.requestSubmit());
  await expect(page.locator('.done-card')).toContainText('已同步');
  expect(await items(page)).toHaveLength(1);
  expect(await world.seen()).toHaveLength(1);
});

test('a session that ended keeps the item and asks to sign in; afterwards it goes by itself', async ({ page, world }) => {
  await page.goto('/hazards/new');
  await fillHazard(page, '护栏松动');
  await world.set({ login: '' });
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.getByText('登录过期了。刚才填的还在，登录后接着填。')).toBeVisible();
  expect(await items(page)).toMatchObject([{ state: 'waiting' }]);
  expect(await world.seen()).toHaveLength(0);

  await world.set({ login: '01890000-0000-7000-8000-000000000001' });
  await page.goto('/outbox');
  await expect(page.locator('[data-outbox-list]')).toContainText('已同步');
  expect(await world.seen()).toHaveLength(1);
});

test('a session that ends between token and post keeps the item too', async ({ page, world }) => {
  await world.set({ answer: 401 });
  await page.goto('/hazards/new');
  await fillHazard(page, '护栏松动');
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.getByText('登录过期了。刚才填的还在，登录后接着填。')).toBeVisible();
  expect(await items(page)).toMatchObject([{ state: 'waiting' }]);
});

test('a refusal holds the item with its reason; mended it goes, and the old one is gone', async ({ page, world }) => {
  await world.set({ answer: 422, title: '请选部位，好让整改的人找得到。', fields: [{ field: 'place', title: '请选部位，好让整改的人找得到。' }] });
  await page.goto('/hazards/new');
  await page.setInputFiles('#f-photo', await photo(page, 800, 600));
  await expect(page.locator('[data-thumbs] img')).toHaveCount(1);
  await fillHazard(page, '灯不亮');
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.locator(pill)).toHaveText('1 条要处理');
  await expect(page.locator(pill)).toHaveClass(/\br\b/);
  const [held] = await items(page);
  expect(held).toMatchObject({ state: 'held', why: '请选部位，好让整改的人找得到。' });

  await page.goto('/outbox');
  await expect(page.locator('[data-outbox-list]')).toContainText('请选部位，好让整改的人找得到。');
  await world.set({ answer: 'ok' });
  await page.getByRole('link', { name: '改一改再传' }).click();
  await expect(page.getByLabel('哪里不对')).toHaveValue('灯不亮');
  await expect(page.locator('[data-thumbs] img')).toHaveCount(1);
  await expect(page.locator('[data-err=place]')).toContainText('请选部位');
  await page.getByLabel('部位').selectOption({ label: '食堂操作间' });
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.locator('.done-card')).toContainText('已同步');
  const left = await items(page);
  expect(left).toHaveLength(1);
  expect(left[0]?.key).not.toBe(held?.key);
  expect((await world.seen()).map((one) => one.photos.length)).toEqual([1, 1]);
});

for (const answer of [403, 404, 409, 413] as const) {
  test(`an answer ${answer} holds the item`, async ({ page, world }) => {
    await world.set({ answer, title: '王建军刚刚已经整改了这一条。看一下最新情况再办。' });
    await page.goto('/hazards/new');
    await fillHazard(page, '灯不亮');
    await page.getByRole('button', { name: '提交' }).click();
    await expect(page.locator('.done-card')).toContainText('看一下最新情况再办');
    expect(await items(page)).toMatchObject([{ state: 'held' }]);
  });
}

for (const answer of ['cut', 'html', 503, 429, 500] as const) {
  test(`an answer ${answer} is no answer: the item waits and is sent again with the same key`, async ({ page, world }) => {
    await world.set({ answer });
    await page.goto('/hazards/new');
    await fillHazard(page, '灯不亮');
    await page.getByRole('button', { name: '提交' }).click();
    // A line that is cut makes Chromium itself try again on its other connections: all under the one key.
    await expect.poll(async () => (await world.seen()).length).toBeGreaterThan(0);
    await expect.poll(async () => (await items(page))[0]?.state).toBe('waiting');
    await expect(page.locator('.done-card').getByText('已同步')).toHaveCount(0);
    await world.set({ answer: 'ok' });
    await page.goto('/outbox');
    await page.getByRole('button', { name: '重传' }).click();
    await expect(page.locator('[data-outbox-list]')).toContainText('已同步');
    const keys = (await world.seen()).map((one) => one.key);
    expect(new Set(keys).size).toBe(1);
    expect(keys.length).toBeGreaterThan(1);
  });
}

test('it tries again by itself when the server is back', async ({ page, world }) => {
  await page.goto('/hazards/new');
  await fillHazard(page, '灯不亮');
  await world.set({ dead: true });
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.locator(pill)).toHaveText('离线 · 1 条待传');
  await world.set({ dead: false });
  await expect(page.locator('.done-card')).toContainText('已同步', { timeout: 15_000 });
  expect(await world.seen()).toHaveLength(1);
});

test('what one person filled in is never sent as another', async ({ page, context, world }) => {
  await page.goto('/hazards/new');
  await fillHazard(page, '灯不亮');
  await context.setOffline(true);
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.locator(pill)).toHaveText('离线 · 1 条待传');
  await world.set({ login: '01890000-0000-7000-8000-000000000002', name: '赵敏' });
  await context.setOffline(false);
  await expect(page.locator(pill)).toHaveText('1 条要处理');
  await page.goto('/outbox');
  await expect(page.locator('[data-outbox-list]')).toContainText('这条是 李建国 填的');
  await expect(page.locator('[data-outbox-list] img, [data-outbox-list] .btn')).toHaveCount(0);
  expect(await world.seen()).toHaveLength(0);
  // The first person is back: no hand needed.
  await world.set({ login: '01890000-0000-7000-8000-000000000001', name: '李建国' });
  await page.goto('/outbox');
  await expect(page.locator('[data-outbox-list]')).toContainText('已同步');
  expect(await world.seen()).toHaveLength(1);
});

test('pressed while the photo is still being made small, the photo goes along', async ({ page, world }) => {
  await page.goto('/hazards/new');
  const big = await photo(page, 4000, 3000);
  await page.getByLabel('部位').selectOption({ label: '食堂操作间' });
  await page.setInputFiles('#f-photo', big);
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.locator('.done-card')).toContainText('已同步');
  expect((await world.seen())[0]?.photos).toMatchObject([{ type: 'image/jpeg' }]);
});

test('two pages of one browser send each item once', async ({ page, context, world }) => {
  const other = await context.newPage();
  await other.goto('/outbox');
  await page.goto('/hazards/new');
  await context.setOffline(true);
  await fillHazard(page, '灯不亮');
  await page.getByRole('button', { name: '提交' }).click();
  await expect(other.locator(pill)).toHaveText('离线 · 1 条待传');
  await world.set({ delay: 500 });
  await context.setOffline(false);
  await expect(page.locator('.done-card')).toContainText('已同步');
  await expect(other.locator('[data-outbox-list]')).toContainText('已同步');
  expect(await world.seen()).toHaveLength(1);
});

test('an item cut off while it was under way is sent again after the page is opened anew', async ({ page, world }) => {
  await world.set({ delay: 5000 });
  await page.goto('/hazards/new');
  await fillHazard(page, '灯不亮');
  await page.getByRole('button', { name: '提交' }).click();
  await expect.poll(async () => (await items(page))[0]?.state).toBe('sending');
  await world.set({ delay: 0 });
  await page.goto('/outbox');
  await expect(page.locator('[data-outbox-list]')).toContainText('已同步');
  expect(new Set((await world.seen()).map((one) => one.key)).size).toBe(1);
});

test.describe('a form with an address to go on to', () => {
  test.beforeEach(async ({ page }) => {
    await page.goto('/hazards/new');
    await page.locator('form[data-outbox]').evaluate((form: HTMLFormElement) => (form.dataset.after = '/hazards'));
    await fillHazard(page, '灯不亮');
  });
  const press = (page: import('@playwright/test').Page) => page.getByRole('button', { name: '提交' }).click();

  test('goes there once the server has answered, and says so', async ({ page }) => {
    await press(page);
    await page.waitForURL('**/hazards');
    await expect(page.locator('.toast')).toHaveText(/^已同步 \d\d:\d\d。$/);
  });

  test('does not wait for a slow server, and says no more than is true', async ({ page, world }) => {
    await world.set({ delay: 3000 });
    await press(page);
    await page.waitForURL('**/hazards');
    await expect(page.locator('.toast')).toHaveText('已存在手机上，有网自动上传。');
    await expect.poll(async () => (await items(page))[0]?.state, { timeout: 15_000 }).toBe('done');
    expect(new Set((await world.seen()).map((one) => one.key)).size).toBe(1);
  });

  test('stays without network', async ({ page, context }) => {
    await context.setOffline(true);
    await press(page);
    await expect(page.locator('.done-card')).toContainText('现在没有网络，已存在手机上，有网自动上传。');
    await page.waitForTimeout(1000);
    expect(new URL(page.url()).pathname).toBe('/hazards/new');
  });

  test('stays when it is refused: the words are at the field, and mending it sends one item', async ({ page, world }) => {
    await world.set({ answer: 422, title: '有 1 处要改。', fields: [{ field: 'text', title: '请写一句哪里不对。' }] });
    await press(page);
    await expect(page.locator('[data-err=text]')).toHaveText('请写一句哪里不对。');
    await expect(page.getByLabel('哪里不对')).toHaveValue('灯不亮');
    await world.set({ answer: 'ok' });
    await page.getByLabel('哪里不对').fill('二层的灯不亮');
    await press(page);
    await page.waitForURL('**/hazards');
    expect(await items(page)).toMatchObject([{ state: 'done' }]);
    expect(new Set((await world.seen()).map((one) => one.key)).size).toBe(2);
  });
});

test('a browser without IndexedDB posts the form itself', async ({ page, world }) => {
  await page.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
  await page.goto('/hazards/new');
  await fillHazard(page, '灯不亮');
  await page.getByRole('button', { name: '提交' }).click();
  await page.waitForURL('**/hazards/1');
  const [sent] = await world.seen();
  expect(sent?.key).toBeUndefined();
  expect(sent?.fields).toContainEqual(['text', '灯不亮']);
  expect(sent?.fields.map(([name]) => name)).toContain('csrf');
});

test('without scripts the same form is a plain post', async ({ browser, world }) => {
  const context = await browser.newContext({ ...phone, javaScriptEnabled: false, baseURL: world.url });
  const page = await context.newPage();
  await page.goto('/hazards/new');
  await page.getByLabel('部位').selectOption({ label: '3号楼东楼梯二层' });
  await page.getByRole('button', { name: '提交' }).click();
  await page.waitForURL('**/hazards/1');
  expect((await world.seen())[0]?.fields).toContainEqual(['place', 'p1']);
  await context.close();
});
