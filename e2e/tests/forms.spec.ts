import { expect, fillHazard, phone, photo, test } from './world';

test.use(phone);

test('faults are listed on top and said at the field, which gets the cursor', async ({ page, world }) => {
  await page.goto('/hazards/new');
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.locator('[data-errors]')).toContainText('有 2 处要改');
  await expect(page.locator('[data-err=place]')).toHaveText('请选部位，好让整改的人找得到。');
  await expect(page.locator('[data-err=photo]')).toHaveText('请拍一张现场照片。');
  await page.locator('[data-errors] a').last().click();
  await expect(page.getByLabel('部位')).toBeFocused();
  expect(await world.seen()).toHaveLength(0);
});

test('a half-filled form is still half filled after the page was lost, for this login only', async ({ page, world }) => {
  await page.goto('/hazards/new');
  await fillHazard(page, '二层疏散指示灯不亮');
  await page.waitForTimeout(700);
  await page.goto('/hazards/new');
  await expect(page.getByLabel('哪里不对')).toHaveValue('二层疏散指示灯不亮');
  await expect(page.getByRole('radio', { name: '消防' })).toBeChecked();
  await expect(page.getByText('已接着上次填的。')).toBeVisible();
  await world.set({ login: '01890000-0000-7000-8000-000000000002' });
  await page.goto('/hazards/new');
  await expect(page.getByLabel('哪里不对')).toHaveValue('');
  await world.set({ login: '01890000-0000-7000-8000-000000000001' });
  await page.goto('/hazards/new');
  await page.getByRole('button', { name: '清空' }).click();
  await expect(page.getByLabel('哪里不对')).toHaveValue('');
  await page.goto('/hazards/new');
  await expect(page.getByLabel('哪里不对')).toHaveValue('');
});

test('a draft is gone once its form is submitted', async ({ page }) => {
  await page.goto('/hazards/new');
  await fillHazard(page, '灯不亮');
  await page.waitForTimeout(700);
  await page.getByRole('button', { name: '提交' }).click();
  await expect(page.locator('.done-card')).toContainText('已同步');
  await page.goto('/hazards/new');
  await expect(page.getByLabel('哪里不对')).toHaveValue('');
});

test('photos: no picture is refused in words, several are kept, one can be taken away', async ({ page }) => {
  await page.goto('/hazards/new');
  await page.setInputFiles('#f-photo', { name: 'a.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a picture') });
  await expect(page.locator('[data-photo-note]')).toHaveText('这张图打不开，换一张试试。照片、截图都可以。');
  await page.setInputFiles('#f-photo', [await photo(page, 300, 200), await photo(page, 200, 300)]);
  await page.setInputFiles('#f-photo', await photo(page, 100, 100));
  await expect(page.locator('[data-thumbs] img')).toHaveCount(3);
  await page.getByRole('button', { name: '去掉 照片 2' }).click();
  await expect(page.locator('[data-thumbs] img')).toHaveCount(2);
});

test('look: at once, then in the cookie; three taps to full sun', async ({ page, context }) => {
  await page.goto('/');
  await page.getByRole('link', { name: '更多' }).click();
  await page.getByRole('radio', { name: '强光' }).check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'yard');
  expect(await page.locator('body').evaluate((body) => getComputedStyle(body).color)).toBe('rgb(0, 0, 0)');
  await page.getByRole('radio', { name: '特大' }).check();
  expect(await page.locator('html').evaluate((html) => getComputedStyle(html).fontSize)).toBe('24.4px');
  expect((await context.cookies()).map(({ name, value }) => `${name}=${value}`).sort()).toEqual(['size=xl', 'theme=yard']);
});

test('the ＋ sheet opens by touch and by address', async ({ page, browser, world }) => {
  await page.goto('/');
  await page.locator('.bottom .plus').click();
  await expect(page.locator('#plus').getByRole('link', { name: '报隐患' })).toBeVisible();
  await page.locator('#plus').getByText('取消').click();
  await expect(page.locator('#plus')).toBeHidden();
  const context = await browser.newContext({ ...phone, javaScriptEnabled: false, baseURL: world.url });
  const plain = await context.newPage();
  await plain.goto('/');
  await plain.locator('.bottom .plus').click();
  await expect(plain.locator('#plus').getByRole('link', { name: '报隐患' })).toBeVisible();
  await context.close();
});
