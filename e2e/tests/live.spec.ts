import { expect, test } from './world';

const row = (id: string, title: string, fresh = false) =>
  `<tr data-row id="row-${id}"${fresh ? ' data-new="1"' : ''}><td class="l1"><a href="/hazards/${id}">${title}</a></td><td class="l2">3号楼</td><td class="l2">王建军</td><td>—</td><td>—</td><td class="l3">待整改</td></tr>`;

test('rows are replaced, new ones come on top, counts and clock follow', async ({ page, world }) => {
  await page.goto('/hazards');
  await expect(page.locator('[data-pill]')).toHaveText(/^实时 \d\d:\d\d:\d\d$/);
  const first = page.locator('[data-live-rows] tr').first();
  await world.push('row', row('3', '换了新灯'));
  await expect(page.locator('#row-3')).toContainText('换了新灯');
  await expect(page.locator('#row-3')).toHaveClass(/fresh/);
  await expect(page.locator('[data-live-rows] tr')).toHaveCount(12);
  await world.push('row', row('99', '不在这一页的旧行'));
  await expect(page.locator('#row-99')).toHaveCount(0);
  await world.push('row', row('77', '新的一条', true));
  await expect(first).toContainText('新的一条');
  await world.push('count', JSON.stringify({ 'nav-hazard': 8, 'nav-watch': 2 }));
  await expect(page.locator('.side [data-count=nav-hazard]')).toHaveText('8');
  await expect(page.locator('.side [data-count=nav-watch]')).toBeVisible();
  await world.push('beat', String(Date.UTC(2026, 10, 22, 23, 58, 12)));
  await expect(page.locator('[data-pill]')).toHaveText('实时 07:58:12');
});

test('a row that no longer fits shows its new state and a mark, and then leaves', async ({ page, world }) => {
  await page.clock.install();
  await page.goto('/hazards');
  await expect(page.locator('[data-pill]')).toHaveText(/^实时/);
  await world.push('left', row('3', '换了新灯').replace('待整改', '待复查 已离开这一栏'));
  await expect(page.locator('#row-3')).toContainText('待复查 已离开这一栏');
  await expect(page.locator('#row-3')).toHaveAttribute('data-gone', '');
  await world.push('gone', '5');
  await expect(page.locator('#row-5')).toHaveAttribute('data-gone', '');
  await expect(page.locator('[data-live-rows] tr')).toHaveCount(12);
  await page.clock.runFor(7_000);
  await expect(page.locator('#row-3')).toHaveCount(0);
  await expect(page.locator('#row-5')).toHaveCount(0);
  await expect(page.locator('[data-live-rows] tr')).toHaveCount(10);
  // What was never on this page does not come to it by leaving.
  await world.push('left', row('99', '不在这一页'));
  await world.push('row', row('4', '又变了'));
  await expect(page.locator('#row-4')).toContainText('又变了');
  await expect(page.locator('#row-99')).toHaveCount(0);
});

test('a row that leaves waits for the hand and for the keyboard', async ({ page, world }) => {
  await page.clock.install();
  await page.goto('/hazards');
  await expect(page.locator('[data-pill]')).toHaveText(/^实时/);
  await page.locator('#row-4 a').focus();
  await world.push('left', row('4', '办完了'));
  await expect(page.locator('#row-4')).toHaveAttribute('data-gone', '');
  await expect(page.locator('#row-4 a')).toBeFocused();
  await page.clock.runFor(20_000);
  await expect(page.locator('#row-4')).toBeVisible();
  await page.locator('[data-find]').focus();
  await page.locator('#row-7').hover();
  await page.clock.runFor(7_000);
  await expect(page.locator('#row-4')).toBeVisible();
  await page.mouse.move(5, 5);
  await page.clock.runFor(7_000);
  await expect(page.locator('#row-4')).toHaveCount(0);
});

test('a row that was waiting behind the button and is no longer wanted is never shown', async ({ page, world }) => {
  await page.setViewportSize({ width: 1280, height: 420 });
  await page.goto('/hazards');
  await expect(page.locator('[data-pill]')).toHaveText(/^实时/);
  await page.mouse.wheel(0, 500);
  await expect.poll(() => page.locator('[data-live-rows]').evaluate((rows) => rows.getBoundingClientRect().top)).toBeLessThan(0);
  await world.push('row', row('77', '新的一条', true));
  await world.push('row', row('78', '再一条', true));
  await world.push('gone', '77');
  await page.getByRole('button', { name: '有 1 条新的 ↑' }).click();
  await expect(page.locator('#row-78')).toBeVisible();
  await expect(page.locator('#row-77')).toHaveCount(0);
});

test('scrolled away, new rows wait behind a button', async ({ page, world }) => {
  await page.setViewportSize({ width: 1280, height: 420 });
  await page.goto('/hazards');
  await expect(page.locator('[data-pill]')).toHaveText(/^实时/);
  await page.mouse.wheel(0, 500);
  await expect.poll(() => page.locator('[data-live-rows]').evaluate((rows) => rows.getBoundingClientRect().top)).toBeLessThan(0);
  await world.push('row', row('77', '新的一条', true));
  await world.push('row', row('78', '再一条', true));
  await expect(page.locator('#row-77')).toHaveCount(0);
  await page.getByRole('button', { name: '有 2 条新的 ↑' }).click();
  await expect(page.locator('[data-live-rows] tr').first()).toContainText('再一条');
  await expect(page.locator('[data-live-rows] tr').nth(1)).toContainText('新的一条');
});

test('the keyboard stays in the row that is replaced', async ({ page, world }) => {
  await page.goto('/hazards');
  await expect(page.locator('[data-pill]')).toHaveText(/^实时/);
  await page.locator('#row-4 a').focus();
  await world.push('row', row('4', '换了新灯'));
  await expect(page.locator('#row-4')).toContainText('换了新灯');
  await expect(page.locator('#row-4 a')).toBeFocused();
});

test('a filter swaps the list, keeps the page and puts the choice in the address', async ({ page }) => {
  await page.goto('/hazards');
  await page.evaluate(() => ((window as unknown as { mark: number }).mark = 1));
  expect(await page.evaluate(() => performance.getEntriesByType('resource').filter((one) => one.name.includes('htmx')).length)).toBe(0);
  await page.locator('[data-filter] [name=place]').focus();
  await page.locator('[data-filter] [name=place]').selectOption({ label: '全部' });
  await page.waitForURL('**/hazards?*place=*');
  await expect(page.locator('[data-live-rows] tr')).toHaveCount(12);
  expect(await page.evaluate(() => (window as unknown as { mark: number }).mark)).toBe(1);
});

test('seen again after being hidden, the list is read anew', async ({ page, world }) => {
  await page.goto('/hazards');
  await expect(page.locator('[data-pill]')).toHaveText(/^实时/);
  await page.locator('#row-3').evaluate((row) => (row.textContent = '过时'));
  const turn = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await turn(true);
  await expect.poll(() => world.streams()).toBe(0);
  await turn(false);
  await expect.poll(() => world.streams()).toBe(1);
  await expect(page.locator('#row-3')).not.toContainText('过时');
});

test('a stream that breaks is not called live', async ({ page, world }) => {
  await page.goto('/hazards');
  await expect(page.locator('[data-pill]')).toHaveText(/^实时/);
  await world.set({ dead: true, reset: true });
  await expect(page.locator('[data-pill]')).not.toHaveText(/^实时/, { timeout: 15_000 });
  await world.set({ dead: false });
  await expect(page.locator('[data-pill]')).toHaveText(/^实时/, { timeout: 20_000 });
});

test('a server that answers with an error for a while is asked again', async ({ page, world }) => {
  await page.goto('/hazards');
  await expect(page.locator('[data-pill]')).toHaveText(/^实时/);
  await world.set({ reset: true, broken: true });
  await expect(page.locator('[data-pill]')).toHaveText('离线', { timeout: 20_000 });
  await world.set({ broken: false });
  await expect(page.locator('[data-pill]')).toHaveText(/^实时/, { timeout: 30_000 });
});

test('keyboard: search, rows, go to, neighbours, the list of keys', async ({ page }) => {
  await page.goto('/hazards');
  await page.keyboard.press('/');
  await expect(page.locator('[data-find]')).toBeFocused();
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect(page.locator('#row-1 a')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/hazards/1');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: '键盘' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: '键盘' })).toBeHidden();
  await page.keyboard.press('g');
  await page.keyboard.press('h');
  await page.waitForURL('**/hazards');
});

test('photos open large, in their order', async ({ page }) => {
  await page.goto('/hazards/1');
  await page.locator('[data-gallery]').first().click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('1 / 2');
  await page.keyboard.press('ArrowRight');
  await expect(dialog).toContainText('整改后');
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
});
