// A new school in ten minutes (pages.md §16): the county opens it and hands its director a slip; the director walks the
// five steps, counted; a paste of thirty names; labels; the first hazard from a phone, which the county sees.

import { Buffer } from 'node:buffer';
import { account, axe, desk, expect, phone, shape, signedIn, test } from './world';

const OWN = 'three odd words 7';

test('from nothing to the first line of the ledger with at most 60 inputs', async ({ browser }) => {
  test.setTimeout(360_000);
  const name = `示例新校${Date.now() % 100000}`;
  const officer = await signedIn(browser, account('officer', '区'), desk);
  const o = officer.page;
  await o.goto('/units/new');
  await o.locator('input[name=kind][value=school]').check({ force: true });
  await o.locator('input[name=name]').fill(name);
  await o.locator('form [data-primary]').click();
  await o.waitForURL(/\/units\/[0-9a-f-]{36}$/);
  const unit = new URL(o.url()).pathname;
  await o.goto(`${unit}/people`);
  await o.locator('#add input[name=name], form input[name=name]').first().fill('李建国');
  await o.locator('select[name=role]').selectOption('safety_head');
  await o.locator('form:has(select[name=role]) button.big').click();
  await o.waitForURL(/\/persons\//);
  await o.locator('form[action$="/login"] button').click();
  const login = (await o.locator('dd b').first().textContent())!.trim();
  const password = (await o.locator('dd code').first().textContent())!.trim();

  // From here on every key field and every press of the director counts.
  let inputs = 0;
  const context = await browser.newContext({ ...desk, baseURL: process.env.CITY_URL, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  const p = await context.newPage();
  const fill = async (selector: string, value: string) => ((inputs += 1), p.locator(selector).fill(value));
  const press = async (selector: string) => ((inputs += 1), p.locator(selector).first().click());
  await p.goto('/login');
  await fill('input[name=login]', login);
  await fill('input[name=password]', password);
  await press('form [data-primary]');
  await p.waitForURL(/\/me/);
  await fill('input[name=password]', OWN);
  await fill('input[name=password_again]', OWN);
  await press('form[action="/me/password"] [data-primary]');
  await p.waitForURL('**/setup/school');
  await expect(p.locator('main')).toContainText('第 2 步，共 5 步 · 约 9 分钟');
  await shape(p, 'setup school');
  await axe(p, 'setup school');
  await fill('input[name=pupils]', '1284');
  await fill('input[name=classes]', '36');
  await fill('input[name=boarders]', '236');
  await press('label:has(input[name=canteen])');
  await press('form [data-primary]');

  await p.waitForURL('**/setup/people');
  await axe(p, 'setup people');
  const rows = ['序号\t姓名\t岗位\t手机', '1\t马校长\t校长\t13900000001', '2\t周文海\t分管副校长\t13900000002', '3\t张福贵\t门卫\t13900000003', '4\t王建军\t电工\t'];
  for (let n = 5; n <= 30; n += 1) rows.push(`${n}\t教师${n}\t班主任\t139000000${String(n).padStart(2, '0')}`);
  await fill('textarea[name=people]', rows.join('\n'));
  await press('form[action="/setup/people"] button');
  await expect(p.locator('#slips')).toContainText('登记了 30 人');
  await shape(p, 'setup people');
  await press('form[action="/setup/slips"] button');
  await expect(p.locator('.slip-card')).toHaveCount(30);
  await shape(p, 'slips');
  const guard = { login: '', password: '' };
  const card = p.locator('.slip-card', { hasText: '张福贵' });
  guard.login = (await card.locator('b').first().textContent())!.trim();
  guard.password = (await card.locator('code').textContent())!.trim();
  await p.goto('/setup');
  await p.waitForURL('**/setup/places');

  await fill('textarea[name=buildings]', '教学楼 5\n宿舍楼 4');
  await press('form [data-primary]');
  await expect(p.locator('input[name=spot]:checked')).toHaveCount(21);
  await shape(p, 'setup spots');
  await axe(p, 'setup spots');
  await press('label:has-text("教学楼五层通道")');
  await press('form [data-primary]');
  await expect(p.locator('#labels')).toContainText('22 处地点');
  await shape(p, 'setup places');
  await press('#labels a:has-text("打印标签")');
  await expect(p.locator('.labels .label')).toHaveCount(22);
  await p.goto('/setup');
  await p.waitForURL('**/setup/hazard');
  await axe(p, 'setup hazard');
  await shape(p, 'setup hazard');
  const code = (await p.locator('.label code').textContent())!.trim();

  // The guard's own phone: first sign-in, the label, one photo, one phrase.
  const county = await signedIn(browser, account('officer', '区'), desk);
  await county.page.goto('/hazards');
  await expect(county.page.locator('[data-pill]')).toContainText('实时', { timeout: 20_000 });
  const pocket = await browser.newContext({ ...phone, baseURL: process.env.CITY_URL, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  const g = await pocket.newPage();
  await g.goto('/login');
  await g.locator('input[name=login]').fill(guard.login);
  await g.locator('input[name=password]').fill(guard.password);
  await g.locator('form [data-primary]').click();
  await g.waitForURL(/\/me/);
  await g.locator('input[name=password]').fill(OWN);
  await g.locator('input[name=password_again]').fill(OWN);
  await g.locator('form[action="/me/password"] [data-primary]').click();
  await g.waitForURL((url) => url.pathname === '/');
  await g.goto(`/q/${code}`);
  inputs += 1; // the scan
  await g.locator('main a[href^="/hazards/new"]').click();
  const photo = await g.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1200, 900];
    canvas.getContext('2d')!.fillRect(300, 200, 500, 400);
    return canvas.toDataURL('image/jpeg').split(',')[1]!;
  });
  await g.locator('input[type=file][name=photo]').first().setInputFiles({ name: 'p.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(photo, 'base64') });
  await g.locator('label.chip:has(input[name=phrase])').first().click();
  await g.locator('form[data-outbox] [data-primary]').click();
  inputs += 3;
  await expect(county.page.locator('[data-live-rows] [data-row]', { hasText: name })).toBeVisible({ timeout: 20_000 });

  await p.goto('/setup/hazard');
  await expect(p.locator('main')).toContainText('已经有隐患记录了');
  await p.goto('/hazards/ledger');
  await expect(p.locator('.ledger tbody tr:not(.print-only)')).toHaveCount(1);
  console.log(`setup: ${inputs} inputs from the first sign-in to the first line of the ledger`);
  expect(inputs).toBeLessThanOrEqual(60);
  for (const one of [officer.context, context, county.context, pocket]) await one.close();
});

test('the steps are whole on a phone, and a step that is left out is offered again', async ({ browser }) => {
  const head = account('safety_head');
  const { context, page } = await signedIn(browser, head, phone);
  for (const step of ['school', 'people', 'places', 'hazard']) {
    await page.goto(`/setup/${step}`);
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      await shape(page, `setup ${step} at ${width}`);
    }
    await axe(page, `setup ${step}`);
  }
  await page.goto('/setup');
  // The demo's schools have everything: the last page says so, and 今日 offers nothing.
  await expect(page.locator('main')).toContainText('已经有隐患记录了');
  await page.goto('/');
  await expect(page.locator('main')).not.toContainText('学校刚开始用');
  await context.close();
});

