// Part of 1.3, 3.4 and 4.2: a director arranges a lesson, the class's teacher records it, two others sign it, and the
// county's officer finds it from the board, click by click, and comes from it to its clause.

import type { Page } from '@playwright/test';
import { account, axe, desk, expect, phone, shape, signedIn, test } from './world';

const school = account('guard').unit;
const director = account('safety_head', school);
const teacher = account('teacher', school);
const checker = account('pupils_head', school);
const vice = account('vice', school);
const officer = account('officer', '区');

const TOPICS = ['lightning', 'quake', 'electricity', 'drowning', 'monoxide', 'food_poisoning', 'traffic', 'fire'];

/** Address of a cell of the eight topics in which nothing has happened yet, for one of the teacher's classes. */
async function emptyCell(p: Page): Promise<{ cell: string; topic: string; group: string }> {
  await p.goto('/works/new?form=lesson');
  const unit = await p.locator('input[name=unit]').inputValue();
  const groups = await p.locator('input[name=class]').evaluateAll((all) => all.map((i) => (i as HTMLInputElement).value));
  expect(groups.length, 'classes of the teacher').toBeGreaterThan(0);
  for (const topic of TOPICS) {
    for (const group of groups) {
      const query = new URLSearchParams({ unit, entry: 'edu.topics', period: '2026', part: `class:${group}|topic:${topic}` });
      const cell = `/duties/cell?${query.toString()}`;
      const answer = await p.request.get(cell, { maxRedirects: 0 });
      if (answer.status() === 200) return { cell, topic, group };
    }
  }
  throw new Error('every lesson of the year has been held');
}

test('a lesson is arranged, held, checked, accepted, and found by the county', async ({ browser }) => {
  const t = await signedIn(browser, teacher, phone);
  const { cell, topic, group } = await emptyCell(t.page);

  const d = await signedIn(browser, director, desk);
  await d.page.goto(cell);
  await expect(d.page.locator('main')).toContainText('要点 3.4');
  const chosen = d.page.locator('select[name=owner] option', { hasText: teacher.name }).first();
  await d.page.locator('select[name=owner]').selectOption((await chosen.getAttribute('value'))!);
  await d.page.locator('form[action="/duties/arrange"] button').click();
  await d.page.waitForURL(/\/duties\/[0-9a-f-]{36}/);
  const duty = new URL(d.page.url()).pathname;
  await expect(d.page.locator('main')).toContainText(teacher.name);

  // The teacher: topic and class are there, two taps and it is done.
  await t.page.goto(`/works/new?form=lesson&topic=${topic}&class=${encodeURIComponent(group)}`);
  await expect(t.page.locator(`input[name=topic][value=${topic}]`)).toBeChecked();
  const began = Date.now();
  await t.page.locator('form[data-outbox] [data-primary]').click();
  await expect(async () => {
    await d.page.goto(duty);
    await expect(d.page.locator('main')).toContainText('检查', { timeout: 1_000 });
    await expect(d.page.locator('main')).toContainText('已做 1 次', { timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  expect(Date.now() - began, 'a lesson is a matter of seconds').toBeLessThan(30_000);

  const c = await signedIn(browser, checker, desk);
  await c.page.goto(duty);
  await expect(c.page.locator('#act')).toContainText('轮到您：检查');
  await c.page.locator('#act [data-primary]').click();
  await c.page.goto(duty);
  await expect(c.page.locator('#act')).not.toContainText('轮到您');

  const v = await signedIn(browser, vice, desk);
  await v.page.goto(duty);
  await expect(v.page.locator('#act')).toContainText('轮到您：验收');
  await v.page.locator('#act [data-primary]').click();
  await v.page.goto(duty);
  await expect(v.page.locator('#act')).toContainText('已经办完');

  // The county: board → the school's board → what stands behind 按时 → the record → its clause.
  const o = await signedIn(browser, officer, desk);
  await o.page.goto('/board');
  await axe(o.page, 'board');
  await shape(o.page, 'board');
  await o.page.locator('table.list a', { hasText: school.replace('（示例）', '') }).first().click();
  await expect(o.page.locator('h1')).toContainText(school.slice(0, 4));
  // A lesson of the eight is owed by the end of the school year.
  await o.page.locator('nav.kinds a', { hasText: '学年' }).first().click();
  await o.page.locator('table.matrix th a', { hasText: '3.4' }).first().click();
  await expect(o.page.locator('.sums')).toContainText('按时');
  await o.page.locator('table.matrix th a', { hasText: '八个主题' }).first().click();
  // The classes and the eight topics: the lesson that was held is a tick, and the tick is its record.
  await axe(o.page, 'classes and topics');
  await shape(o.page, 'classes and topics');
  const square = o.page.locator(`table.matrix td a[href*="class:${group}|topic:${topic}"]`);
  await expect(square).toHaveText('✓');
  await square.click();
  await expect(o.page).toHaveURL(new RegExp(`${duty}$`));
  await expect(o.page.locator('main')).toContainText('已验收');
  await o.page.locator('main a.cl', { hasText: '3.4' }).first().click();
  await expect(o.page.locator('h1')).toContainText('3.4');
});
