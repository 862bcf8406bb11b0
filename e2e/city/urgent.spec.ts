// 1.2 and 5.2 as people live them: a fall is reported from a phone with three taps, also where there is no signal; the
// county's page shows it by itself, its officer signs, a follow-up and the final report follow. An alarm lights up three
// pages at once, is answered, counted, ended, and leaves the draft of a report. An urgent notice finds its school.

import type { Page } from '@playwright/test';
import { account, axe, desk, expect, phone, shape, signedIn, test } from './world';

const guard = account('guard');
const school = guard.unit;
const safety = account('safety_head', school);
const principal = account('principal', school);
const officer = account('officer', '区');

const live = (p: Page) => expect(p.locator('[data-pill]')).toContainText('实时', { timeout: 20_000 });

/** What cannot be taken back asks first. */
const sure = (p: Page) => p.locator('dialog[open] .btn.d').click();

/** One step on a record: the form that is asked for, filled, sent. */
async function step(p: Page, address: string, act: string, fields: Record<string, string>): Promise<void> {
  await p.goto(`${address}?do=${act}`);
  for (const [name, value] of Object.entries(fields)) {
    const field = p.locator(`#act [name=${name}]`).first();
    await field.fill(value);
  }
  const asks = (await p.locator('#act form[data-confirm]').count()) > 0;
  await p.locator('#act [data-primary]').click();
  if (asks) await sure(p);
  await expect(p.locator('main [role=status]').first()).toBeVisible({ timeout: 10_000 });
}

test('a hazard that tells of somebody hurt asks for the report on the phone that sent it', async ({ browser }) => {
  const { page: p, context } = await signedIn(browser, guard, phone);
  await p.goto('/hazards/new');
  await p.fill('[name=what]', '台阶破损，一名学生摔伤');
  await p.locator('[name=place]').selectOption({ index: 2 });
  await p.locator('form[data-outbox=hazard] [data-primary]').tap();
  // Yesterday's fight is reported: whether it is the same matter, only a person knows.
  await expect(p.locator('.done-card')).toContainText('已经报过的，不用再报', { timeout: 20_000 });
  await axe(p, 'hazard asks');
  await p.locator('.done-card a', { hasText: '事故初报' }).tap();
  await expect(p).toHaveURL(/\/incidents\/new\?/);
  await expect(p.locator('[name=what]')).toHaveValue('台阶破损，一名学生摔伤');
  await expect(p.locator('[name=kind][value=hurt]')).toBeChecked();
  await shape(p, 'report of a hazard');
  await context.close();
});

test('a fall is reported with three taps, signed for by the county, followed up and closed with its lessons', async ({ browser }) => {
  const county = await signedIn(browser, officer, desk);
  await county.page.goto('/incidents');
  await live(county.page);

  // The director on the playground: the form is open, the signal goes.
  const d = await signedIn(browser, safety, phone);
  const p = d.page;
  await p.goto('/incidents/new');
  await p.waitForFunction(() => navigator.serviceWorker?.controller !== null, undefined, { timeout: 20_000 });
  await p.reload();
  await expect(p.locator('nav.calls a').first()).toBeVisible();
  await d.context.setOffline(true);
  const began = Date.now();
  let taps = 0;
  const tap = async (what: ReturnType<Page['locator']>): Promise<void> => {
    taps += 1;
    await what.tap();
  };
  await tap(p.locator('label.chip', { hasText: '学生受伤' }));
  await tap(p.locator('label.chip', { hasText: '操场' }));
  await tap(p.locator('form[data-outbox=incident] [data-primary]'));
  expect(taps, 'kind, place, send').toBe(3);
  await expect(p.locator('body')).toContainText('还没送到，请打电话', { timeout: 10_000 });
  const fresh = county.page.locator('[data-live-rows] [data-row]', { hasText: '学生受伤' }).filter({ hasText: '待签收' });
  await expect(fresh).toHaveCount(0);
  await d.context.setOffline(false);
  await p.goto('/outbox');
  await expect(p.locator('[data-outbox-list]')).toContainText('已同步', { timeout: 30_000 });
  const row = fresh.first();
  await expect(row).toBeVisible({ timeout: 10_000 });
  expect(Date.now() - began, 'from the first tap to the county’s screen').toBeLessThan(60_000);
  const address = new URL((await row.locator('a').first().getAttribute('href'))!, process.env.CITY_URL).pathname;

  // The county signs: the time stands on the school's page.
  await county.page.goto(address);
  await axe(county.page, 'incident');
  for (const width of [1440, 390]) {
    await county.page.setViewportSize({ width, height: 900 });
    await shape(county.page, `incident at ${width}`);
  }
  await county.page.setViewportSize(desk.viewport);
  await expect(county.page.locator('#act')).toContainText('签收');
  await step(county.page, address, 'receive', {});
  await p.goto(address);
  await expect(p.locator('main')).toContainText('处置中');
  await expect(p.locator('article.version').first()).toContainText(officer.name);

  await step(p, address, 'follow', { progress: '120 已到，送市中心医院，左小腿骨折', sent: '1' });
  await expect(p.locator('article.version').first()).toContainText('续报');
  await expect(p.locator('article.version').first()).toContainText('还没有人签收');
  await step(county.page, address, 'receive', {});
  await step(p, address, 'end', {});
  await expect(p.locator('main')).toContainText('待终报');
  await step(p, address, 'final', { cause: '肋木第三根松动，课前没有检查', lessons: '体育器材每周一查，课前教师先试' });
  await expect(p.locator('main')).toContainText('已终报');
  await expect(p.locator('article.version')).toHaveCount(3);
  await p.goto(`${address}/reports/3`);
  await expect(p.locator('body')).toContainText('事故报告单');
  await expect(p.locator('body')).toContainText('肋木第三根松动');
  await d.context.close();
  await county.context.close();
});

test('an alarm lights up three pages at once, is accounted for and ended, and leaves a draft to report', async ({ browser }) => {
  const county = await signedIn(browser, officer, desk);
  const head = await signedIn(browser, safety, desk);
  const lead = await signedIn(browser, principal, phone);
  const pages = [county.page, head.page, lead.page];
  for (const page of pages) {
    await page.goto('/alarms');
    await live(page);
  }
  // The officer has something else open beside it.
  const elsewhere = await county.context.newPage();
  await elsewhere.goto('/hazards');
  await live(elsewhere);
  const g = await signedIn(browser, guard, phone);
  await g.page.goto('/');
  await g.page.locator('main a[href="/alarms/new"]').click();
  await axe(g.page, 'alarm form');
  await shape(g.page, 'alarm form at 390');
  await g.page.locator('select[name=place]').selectOption({ index: 1 });
  await g.context.setOffline(true);
  await g.page.locator('main [data-primary]').click();
  await sure(g.page);
  await expect(g.page.locator('[data-press-failed]')).toContainText('没有送出去');
  await expect(g.page.locator('[data-press-failed] a[href="tel:110"]')).toBeVisible();
  await shape(g.page, 'alarm form that did not go out');
  await g.context.setOffline(false);
  await g.page.locator('main [data-primary]').click();
  await sure(g.page);
  await g.page.waitForURL(/\/alarms\/[0-9a-f-]{36}/);
  const pressed = Date.now();
  const address = new URL(g.page.url()).pathname;
  for (const page of pages) {
    await expect(page.locator(`[data-live-rows] a[href="${address}"]`)).toBeVisible({ timeout: 10_000 });
  }
  const banner = elsewhere.locator(`#row-alarms a[href="${address}"]`);
  await expect(banner, 'on a page about something else').toBeVisible({ timeout: 10_000 });
  expect(Date.now() - pressed, 'four pages').toBeLessThan(10_000);
  await shape(elsewhere, 'a list with the banner of an alarm');

  await county.page.goto(address);
  await axe(county.page, 'alarm');
  await county.page.locator(`form[action="${address}/acknowledge"] button`).click();
  await expect(county.page.locator('main')).toContainText('已应答');
  await expect(banner, 'answered').toHaveCount(0, { timeout: 10_000 });
  await elsewhere.close();
  await head.page.goto(address);
  await head.page.locator(`form[action="${address}/arrive"] button`).first().click();
  await expect(head.page.locator('main')).toContainText('已到场');
  // Every class is called; of one a child is missing, and is found.
  const classes = await head.page.locator('form input[name=class]').count();
  expect(classes, 'classes on the roll').toBeGreaterThan(0);
  for (let n = 0; n < classes; n += 1) {
    const form = head.page.locator(`form:has(button[name=here])`).nth(n);
    await form.locator(n === 0 ? 'button[value=missing]' : 'button[value=present]').click();
    await head.page.waitForLoadState();
    if (n > 3) break;
  }
  await expect(head.page.locator('main')).toContainText('少 1 人');
  await head.page.locator('.line', { hasText: '少 1 人' }).locator('button[value=present]').click();
  await expect(head.page.locator('main')).not.toContainText('少 1 人');
  await head.page.locator('details:has(form[action$="/end"]) summary').click();
  await head.page.locator('label.chip', { hasText: '属实' }).first().click();
  await head.page.locator('form[action$="/end"] textarea[name=note]').fill('校门口两名家长争执，已劝开，公安到场');
  await head.page.locator('form[action$="/end"] button').last().click();
  await sure(head.page);
  await expect(head.page.locator('main')).toContainText('已解除');
  await lead.page.goto('/alarms');
  await expect(lead.page.locator('[data-row]', { has: lead.page.locator(`a[href="${address}"]`) })).toContainText('已解除');

  await head.page.goto('/');
  const draft = head.page.locator('a[href^="/incidents/new?draft="]').first();
  await expect(draft).toBeVisible();
  await draft.click();
  await expect(head.page.locator('input[name=draft]')).toHaveCount(1);
  await head.page.locator('label.chip', { hasText: '打架' }).click();
  await head.page.locator('form[data-outbox=incident] [data-primary]').click();
  await expect(async () => {
    await county.page.goto('/incidents');
    const row = county.page.locator('[data-row]', { hasText: '打架' }).filter({ hasText: '待签收' });
    await expect(row.first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await head.page.goto('/incidents');
  await expect(head.page.locator('main')).not.toContainText('还没有写初报');
  for (const one of [county, head, lead, g]) await one.context.close();
});

test('a teacher tells the line of his class with one tap, also without a signal', async ({ browser }) => {
  const t = await signedIn(browser, account('teacher', school), phone);
  const p = t.page;
  await p.goto('/absences');
  await p.waitForFunction(() => navigator.serviceWorker?.controller !== null, undefined, { timeout: 20_000 });
  await p.reload();
  const told = async () => Number(/填了 (\d+) 个/.exec(await p.locator('.sentence').innerText())?.[1]);
  const before = await told();
  await t.context.setOffline(true);
  await p.locator('form[data-outbox=absence] [name=all]').tap();
  await expect(p.locator('.done-card')).toContainText('已存在手机', { timeout: 10_000 });
  await t.context.setOffline(false);
  await p.goto('/outbox');
  await expect(p.locator('[data-outbox-list]')).toContainText('已同步', { timeout: 30_000 });
  await p.goto('/absences');
  expect(await told()).toBe(before + 1);
  await t.context.close();
});

test('an urgent notice is sent at night to one school of three hundred, found by its name, and signed for', async ({ browser }) => {
  const d = await signedIn(browser, account('desk', '区'), phone);
  const p = d.page;
  const title = `暴雪红色预警 ${Date.now() % 100_000}`;
  await p.goto('/notices/urgent');
  await p.fill('[name=title]', title);
  await p.locator('main [data-primary]').click();
  // What is missing is said first: nobody is asked whether to send what cannot be sent.
  await expect(p.locator('[data-err=body]')).toBeVisible();
  await expect(p.locator('dialog[open]')).toHaveCount(0);
  await p.fill('[name=body]', '明天停课，通知到每一位家长。');
  await p.locator('summary', { hasText: '只发给几个单位' }).click();
  const chips = p.locator('#f-units .chip');
  const all = await chips.count();
  expect(all, 'schools of the county').toBeGreaterThan(50);
  const line = p.locator('#f-units input[type=search]');
  await line.fill(school.slice(0, 4));
  const left = await chips.filter({ visible: true }).count();
  expect(left, 'what the words leave').toBeGreaterThan(0);
  expect(left).toBeLessThan(all / 2);
  await shape(p, 'urgent notice with chips sifted');
  await line.press('Enter');
  await expect(p.locator('dialog[open]'), 'Enter in the line sends nothing').toHaveCount(0);
  await chips.filter({ hasText: new RegExp(`^${school}$`) }).click();
  await line.fill('没有这样的学校');
  await expect(chips.filter({ visible: true }), 'what is chosen stays in sight').toHaveCount(1);
  await p.locator('main [data-primary]').click();
  await sure(p);
  await p.waitForURL(/\/notices\/[0-9a-f-]{36}/);
  await expect(p.locator('main')).toContainText('通知了 1 次');
  const address = new URL(p.url()).pathname;
  const head = await signedIn(browser, safety, phone);
  await head.page.goto(address);
  await head.page.locator('main [data-primary]', { hasText: '签收' }).click();
  await expect(head.page.locator('main')).toContainText('本单位签收');
  await p.reload();
  await expect(p.locator('main')).toContainText('签收 1 / 1');
  await expect(p.locator('main')).not.toContainText('还没有签收');
  for (const one of [d, head]) await one.context.close();
});
