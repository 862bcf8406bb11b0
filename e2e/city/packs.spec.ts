// Part of 1.3: the bureau's officer changes a reading, sees over past records what it would ask, and puts it in force;
// a guard reads what will change and from when.

import { account, axe, desk, expect, phone, shape, signedIn, test } from './world';

test('the officer rehearses and publishes a changed pack', async ({ browser }) => {
  const city = await signedIn(browser, account('officer', '市教育局'), desk);
  const p = city.page;
  const title = `冬季口径 ${Date.now() % 100000}`;
  await p.goto('/packs');
  await p.locator('input[name=title]').fill(title);
  await p.locator('main [data-primary]').click();
  await expect(p.locator('h1')).toHaveText(title);
  const draft = new URL(p.url()).pathname;

  // The weekly meeting twice a week, with a reason.
  await p.locator('tr', { hasText: '每周安全例会' }).getByRole('link', { name: '改' }).click();
  await expect(p.locator('main')).toContainText('只能更严');
  await p.locator('input[name=times]').fill('2');
  await p.locator('textarea[name=reason]').fill('冬季每周两次');
  await p.locator('main [data-primary]').click();
  await expect(p.locator('main')).toContainText('次数：1 → 2');

  // What it would have asked over the last four weeks.
  await p.locator('main [data-primary]').click();
  await expect(p.locator('main .sentence')).toContainText('改 1 处');
  await expect(p.locator('main')).toContainText('每个岗位每周几分钟');
  await axe(p, 'rehearsal');
  await shape(p, 'rehearsal');

  await p.goto(draft);
  await p.locator('form[action$="/publish"] textarea[name=reason]').fill('冬季事故多，例会加密');
  await p.locator('form[action$="/publish"] button').click();
  await p.locator('dialog[open] .btn.d').click();
  await expect(p.locator('main')).toContainText('待施行');

  const guard = await signedIn(browser, account('guard'), phone);
  await guard.page.goto('/packs');
  const row = guard.page.locator('[data-row]', { hasText: title });
  await expect(row).toContainText('待施行');
  await expect(row).toContainText('冬季事故多');
  await shape(guard.page, 'packs on the phone');
});
