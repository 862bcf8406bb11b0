import { expect, items, phone, test } from './world';

test.use(phone);

const fine = { name: /^正常/ };

test('a round of three: one tap a place, one hazard, one missed; posts what was tapped and when', async ({ page, world }) => {
  await page.goto('/checks/new');
  await expect(page.getByText('东门').first()).toBeVisible();
  await expect(page.locator('fieldset.place:visible')).toHaveCount(1);
  await expect(page.getByRole('button', { name: '走完，提交' })).toBeHidden();
  await page.getByRole('button', fine).click();
  await expect(page.getByText('东门　已记 正常')).toBeVisible();

  await page.getByRole('button', { name: '有隐患' }).click();
  const dialog = page.locator('dialog[data-hazard]');
  await expect(dialog.locator('[data-place-name]')).toHaveText('宿舍楼西侧消防通道');
  await dialog.getByLabel('哪里不对').fill('通道堵了');
  await dialog.getByRole('button', { name: '记下，下一点' }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole('button', { name: '没查到' }).click();

  await expect(page.getByText('正常 1 · 有隐患 1 · 没查到 1')).toBeVisible();
  await page.getByRole('button', { name: '走完，提交' }).click();
  await expect.poll(async () => (await world.seen()).length).toBe(2);
  const [hazard, check] = await world.seen();
  const of = (list: [string, string][] | undefined, name: string) => list?.find(([key]) => key === name)?.[1];
  expect(hazard?.path).toBe('/hazards/new');
  expect(check?.path).toBe('/checks/new');
  expect(of(hazard?.fields, 'place')).toBe('p2');
  expect(of(hazard?.fields, 'check')).toBe(of(check?.fields, 'id'));
  expect(of(check?.fields, 'id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(['p1', 'p2', 'p3'].map((id) => of(check?.fields, `result_${id}`))).toEqual(['fine', 'found', 'skipped']);
  for (const id of ['p1', 'p2', 'p3']) expect(Math.abs(Number(of(check?.fields, `seen_${id}`)) - Date.now())).toBeLessThan(20_000);
  expect(await items(page)).toHaveLength(2);
});

test('a slip is taken back within eight seconds', async ({ page }) => {
  await page.goto('/checks/new');
  await page.getByRole('button', fine).click();
  await page.getByRole('button', { name: '撤回' }).click();
  await expect(page.locator('fieldset.place:visible legend')).toHaveText('东门');
  expect(await page.locator('[name=seen_p1]').inputValue()).toBe('');
  expect(await page.locator('[name=result_p1]:checked').count()).toBe(0);
});

test('a round interrupted goes on where it was, under the same id', async ({ page }) => {
  await page.goto('/checks/new');
  const id = await page.locator('form[data-check] [name=id]').inputValue();
  await page.getByRole('button', fine).click();
  await page.waitForTimeout(300);
  await page.goto('/checks/new');
  await expect(page.locator('fieldset.place:visible legend')).toHaveText('宿舍楼西侧消防通道');
  expect(await page.locator('form[data-check] [name=id]').inputValue()).toBe(id);
  await expect(page.locator('.step-top')).toHaveText('2 / 3');
});

test.describe('with the page bent on its way', () => {
  test.use({ serviceWorkers: 'block' }); // the service worker's own requests pass by page.route

  test('a round elsewhere is another draft, and keeps its own hidden fields', async ({ page }) => {
    await page.goto('/checks/new');
    await page.getByRole('button', fine).click();
    await page.waitForTimeout(300);
    // The same page for another building: other places, another hidden field.
    await page.route('**/checks/new', async (route) => {
      const answer = await route.fetch();
      const html = (await answer.text()).replace(/data-place="p(\d)"/g, 'data-place="q$1"').replace(/(result|seen)_p/g, '$1_q').replace('<input type="hidden" name="id"', '<input type="hidden" name="building" value="B"><input type="hidden" name="id"');
      await route.fulfill({ response: answer, body: html });
    });
    await page.goto('/checks/new');
    await expect(page.locator('.step-top')).toHaveText('1 / 3');
    expect(await page.locator('[name=building]').inputValue()).toBe('B');
    await page.getByRole('button', fine).click();
    await page.waitForTimeout(300);
    await page.unroute('**/checks/new');
    await page.goto('/checks/new');
    await expect(page.locator('.step-top')).toHaveText('2 / 3');
  });
});

test('without scripts all places stand in a plain list with nothing chosen', async ({ browser, world }) => {
  const context = await browser.newContext({ ...phone, javaScriptEnabled: false, baseURL: world.url });
  const page = await context.newPage();
  await page.goto('/checks/new');
  await expect(page.locator('fieldset.place:visible')).toHaveCount(3);
  expect(await page.locator('fieldset.place input:checked').count()).toBe(0);
  await page.getByRole('radio', { name: '正常' }).first().check();
  await page.getByRole('button', { name: '走完，提交' }).click();
  expect((await world.seen())[0]?.fields).toContainEqual(['result_p1', 'fine']);
  await context.close();
});
