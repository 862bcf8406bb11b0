// Part of 2.5 and 3.5 (acceptance 4 of the planner): a director enters a twelve-class school from a sheet of paper in at
// most sixty fields, has it reckoned, gets timetable, posts and pictures, another approves, everybody reads it; a stair is
// shut and the prepared card lies ready. Then a drill: planned, the signal, classes called, ended, reviewed, on paper.

import type { Page } from '@playwright/test';
import { account, accounts, axe, desk, expect, phone, setTheme, shape, signedIn, test } from './world';

/** A small school whose director has a leader beside her who approves. */
const director = accounts.find((a) => a.login === 'centre-safety')!;
const vice = account('vice', director.unit);
const guard = account('guard', director.unit);
/** The school of the demo that has lived a whole term. */
const main = account('safety_head');

const number = /(\d+):(\d\d):(\d\d)/;
const seconds = (clock: string): number => {
  const [, h, m, s] = number.exec(clock)!;
  return Number(h) * 3600 + Number(m) * 60 + Number(s);
};

/** What stands on the paper: field → value. A house of three floors, two stairs, one gate, twelve classes. */
function paper(): [string, string][] {
  const sheet: [string, string][] = [
    ['house', '1号'],
    ['floors', '3'],
    ['corridor_length', '62步'],
    ['corridor_width', '2.1'],
    ['to_assembly', '25'],
    ['stair_name_1', '东'],
    ['stair_1', '1.5'],
    ['exit_1', '1.4'],
    ['stair_name_2', '西'],
    ['stair_2', '1.5'],
    ['exit_2', '1.4'],
    ['gate_1', '大门'],
    ['gate_width_1', '3'],
    ['gate_far_1', '50'],
  ];
  for (let i = 0; i < 12; i++) {
    const grade = 1 + Math.floor(i / 2);
    sheet.push([`class_${i + 1}`, `${grade}-${1 + (i % 2)}`], [`floor_${i + 1}`, String(1 + Math.floor(i / 4))], [`pupils_${i + 1}`, String(38 + i)]);
  }
  return sheet;
}

const confirm = (page: Page) => page.locator('dialog[open] .btn.d').click();

/** The rows of a timetable as somebody reads them. */
async function timetable(page: Page): Promise<string[][]> {
  const rows = page.locator('table.list').first().locator('tbody tr');
  return rows.evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => (cell.textContent ?? '').trim())));
}

test('a twelve-class school from one sheet of paper: timetable, posts, pictures, approval, a shut stair', async ({ browser }) => {
  test.setTimeout(240_000);
  const d = await signedIn(browser, director, desk);
  const p = d.page;
  const began = Date.now();
  await p.goto('/movements/building');
  await axe(p, 'building form');
  await shape(p, 'building form');
  // From a clean sheet: what the roll offered is taken away, what the paper says is typed.
  const boxes = p.locator('main form input[type=text], main form input:not([type])');
  for (const box of await boxes.all()) if (await box.isVisible()) await box.fill('');
  let filled = 0;
  for (const [field, value] of paper()) {
    await p.locator(`input[name=${field}]`).fill(value);
    filled += 1;
  }
  console.log(`fields filled: ${filled}`);
  expect(filled, 'acceptance: at most sixty fields').toBeLessThanOrEqual(60);
  await p.locator('form[action="/movements/building"] [data-primary]').click();
  await p.waitForURL(/\/movements\/buildings\/[0-9a-f-]{36}/);
  const building = new URL(p.url()).pathname;
  for (const words of ['12 个班', '62 步按每步 0.65 米折算', '管理参考，不代替消防设计审查']) await expect(p.locator('main')).toContainText(words);
  await axe(p, 'edition');
  await shape(p, 'edition');

  // A bell that is no time is told at its field, and nothing begins.
  await p.locator('input[name=bell]').fill('午饭时');
  await p.locator('form[action$="/reckon"] [data-primary]').click();
  await expect(p.locator('#e-bell')).toBeVisible();

  // Begun and cancelled: nothing is stored.
  await p.goto(building);
  await p.locator('input[name=bell]').fill('11:30');
  await p.locator('input[name=title]').fill('不要的一份');
  await p.locator('form[action$="/reckon"] [data-primary]').click();
  await p.waitForURL(/\/movements\/runs\//);
  await expect(p.locator('h2')).toContainText(['正在算']);
  await p.locator('button[value=cancel]').click();
  await expect(p.locator('main')).toContainText('停了，没有存下任何东西', { timeout: 20_000 });
  await axe(p, 'a cancelled run');
  await p.goto('/movements');
  await expect(p.locator('main')).not.toContainText('不要的一份');

  // Begun again: the progress is said in words, the page comes to the timetable by itself.
  await p.goto(building);
  await p.locator('input[name=bell]').fill('11:30');
  await p.locator('input[name=title]').fill('冬季错时放学表');
  await p.locator('form[action$="/reckon"] [data-primary]').click();
  await expect(p.locator('[role=status]').first()).toContainText(/正在/);
  await p.waitForURL(/\/movements\/[0-9a-f-]{36}$/, { timeout: 90_000 });
  const plan = new URL(p.url()).pathname;
  console.log(`from the blank form to the timetable: ${Math.round((Date.now() - began) / 1000)} s`);

  await expect(p.locator('h1')).toContainText('冬季错时放学表');
  await expect(p.locator('main')).toContainText('11:30 打铃');
  const rows = await timetable(p);
  expect(rows.length, 'a line for each class').toBe(12);
  expect(new Set(rows.map((r) => r[1])).size, 'each class once').toBe(12);
  for (const [leaves, , stair, exit, gate, clear] of rows) {
    expect(seconds(leaves!), 'nobody before the bell').toBeGreaterThanOrEqual(11 * 3600 + 30 * 60);
    expect(seconds(clear!)).toBeGreaterThan(seconds(leaves!));
    expect(gate).toBe('大门');
    expect(`${stair}${exit}`).toMatch(/东楼梯|西楼梯/);
  }
  // The sentence over the table, the last line of the table and the bell say the same.
  const said = /全校 (\d+) 分(?: (\d+) 秒)? 走完/.exec((await p.locator('main').textContent()) ?? '')!;
  const makespan = Number(said[1]) * 60 + Number(said[2] ?? 0);
  const last = Math.max(...rows.map((r) => seconds(r[5]!))) - (11 * 3600 + 30 * 60);
  expect(Math.abs(last - makespan)).toBeLessThanOrEqual(1);
  for (const words of ['要有人的地方', '停止规则', '封闭预案卡', '1号楼 东楼梯 2层下1层', '疏散']) await expect(p.locator('main')).toContainText(words);
  await axe(p, 'plan');
  await shape(p, 'plan');

  // Pictures that are there, at the desk and on the phone, with a name for who cannot see them.
  const drawn = p.locator('img.drawing').first();
  await drawn.scrollIntoViewIfNeeded();
  await expect(drawn).toBeVisible();
  await expect.poll(() => drawn.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(1240);
  expect((await drawn.getAttribute('alt'))!.length).toBeGreaterThan(10);
  for (const of of ['', '?of=phone', '?of=evacuation']) {
    const picture = await p.request.get(`${plan}/picture${of}`);
    expect(picture.headers()['content-type']).toContain('image/svg+xml');
    const text = await picture.text();
    for (const name of ['1-1', '6-2', '东梯']) expect(text, `${of} ${name}`).toContain(name);
  }

  // Sent for approval; who sent it may not approve it.
  await p.locator('button[value=ask]').click();
  await expect(p.locator('main')).toContainText('待审批');
  await expect(p.locator('button[value=approve]')).toHaveCount(0);
  const v = await signedIn(browser, vice, phone);
  await v.page.goto(plan);
  await expect(v.page.locator('main')).toContainText('轮到您：审批');
  await axe(v.page, 'approval on the phone');
  await shape(v.page, 'approval on the phone');
  await expect(v.page.locator('img.drawing').first()).toBeVisible();
  // What a class teacher looks for is there on a phone as well: when, and by which stair.
  const line = v.page.locator('table.list tbody tr').first();
  await expect(line.locator('.l1 .phone')).toBeVisible();
  await expect(line.locator('.l1')).toContainText('11:30:00');
  await expect(line.getByText(/楼梯|门厅/).first()).toBeVisible();
  await v.page.locator('button[value=approve]').click();
  await expect(v.page.locator('main')).toContainText('已批准');

  // The sheet for the wall.
  await p.goto(`${plan}/print`);
  await expect(p.locator('article h1')).toContainText('冬季错时放学表');
  await expect(p.locator('article tbody tr')).toHaveCount(12);
  await expect(p.locator('article')).toContainText(`${vice.name} 批准`);
  await expect(p.locator('article')).toContainText('11:30 打铃');

  // The east stair is shut: the card lies ready, nobody on it goes down there, and everybody sees it today.
  await p.goto(plan);
  await p.locator('a[href^="/movements/cards/"]', { hasText: '1号楼 东楼梯 2层下1层' }).click();
  await expect(p.locator('h1')).toContainText('1号楼 东楼梯 2层下1层 封闭');
  const detour = await timetable(p);
  expect(detour.length).toBe(12);
  const upstairs = detour.filter((r) => r[2] !== '');
  expect(upstairs.length, 'eight classes are upstairs').toBe(8);
  for (const row of upstairs) expect(row[3], `${row[1]} leaves by the other stair`).not.toContain('东楼梯');
  await axe(p, 'card');
  await shape(p, 'card');
  await p.locator('button[value=use]').click();
  await confirm(p);
  await expect(p.locator('main')).toContainText('用过这张卡');
  const g = await signedIn(browser, guard, phone);
  await g.page.goto('/movements');
  await expect(g.page.locator('main')).toContainText('今天封闭');
  await expect(g.page.locator('main')).toContainText('1号楼 东楼梯 2层下1层');
  await shape(g.page, 'list on the phone');
  for (const path of ['/movements/posts', plan, `${plan}/print`]) {
    await g.page.goto(path);
    await shape(g.page, `${path} on the phone`);
  }
  for (const theme of ['dark', 'yard']) {
    await setTheme(d.context, theme);
    for (const path of [plan, building, '/movements', '/movements/posts']) {
      await p.goto(path);
      await axe(p, `${path} ${theme}`, ['color-contrast']);
    }
  }
  for (const one of [d, v, g]) await one.context.close();
});

test('a hazard on a stair offers the card that was prepared for it', async ({ browser }) => {
  const d = await signedIn(browser, main, desk);
  await d.page.goto('/movements');
  await expect(d.page.locator('[data-row]').first()).toContainText('错时放学表');
  await d.page.goto('/hazards');
  await d.page.locator('[data-live-rows] a', { hasText: '东楼梯二层' }).first().click();
  await expect(d.page.locator('main')).toContainText('预案卡');
  await d.page.locator('main a[href^="/movements/cards/"]').first().click();
  await expect(d.page.locator('h1')).toContainText('东楼梯 2层下1层 封闭');
  await d.context.close();
});

test('a drill from its plan to the printed record', async ({ browser }) => {
  test.setTimeout(240_000);
  const d = await signedIn(browser, director, desk);
  const p = d.page;
  await p.goto('/drills/new');
  await axe(p, 'drill form');
  await shape(p, 'drill form');
  await p.locator('input[name=title]').fill('冬季火灾疏散演练');
  await p.locator('label.chip', { hasText: '火灾' }).click();
  await p.locator('form[action="/drills"] [data-primary]').click();
  await p.waitForURL(/\/drills\/[0-9a-f-]{36}$/);
  const drill = new URL(p.url()).pathname;
  await expect(p.locator('main')).toContainText('已安排');
  await p.goto(`${drill}/cards`);
  await expect(p.locator('.slip-card')).toHaveCount(10);

  // The signal: the stopwatch runs, the classes of the roll stand on the list.
  await p.goto(drill);
  await p.locator('button[value=start]').click();
  await confirm(p);
  await expect(p.locator('main')).toContainText('进行中');
  const classes = await p.locator('table.list tbody tr .l1').allTextContents();
  expect(classes.length, 'classes of the roll').toBeGreaterThan(2);
  await p.locator('button[value=muster]').click();

  // On a phone: the first class with the stopwatch, the others by hand; one pupil of the second is not there at first.
  const g = await signedIn(browser, guard, phone);
  const q = g.page;
  for (let i = 0; i < classes.length; i++) {
    await q.goto(drill);
    await q.locator('table.list tbody tr .l1 a').nth(i).click();
    await expect(q.locator('h1')).toContainText(`${classes[i]!.trim()} 清点`);
    if (i === 0) {
      await axe(q, 'call');
      await shape(q, 'call');
      await q.locator('[data-stopwatch-go]').click();
      await q.waitForTimeout(2_100);
      await q.locator('[data-stopwatch-go]').click();
      expect(Number(await q.locator('#f-seconds').inputValue())).toBeGreaterThanOrEqual(2);
    } else {
      await q.locator('#f-seconds').fill(String(60 + 5 * i));
    }
    if (i === 1) {
      const expected = Number(await q.locator('#f-out').inputValue());
      await q.locator('#f-out').fill(String(expected - 1));
      await q.locator('#f-unknown').fill('1');
    }
    await q.locator('form[data-outbox=drill] [data-primary]').click();
    await expect(async () => {
      await p.goto(drill);
      await expect(p.locator('table.list tbody tr').nth(i)).toContainText(guard.name, { timeout: 1_000 });
    }).toPass({ timeout: 30_000 });
  }
  await expect(p.locator('main')).toContainText('不明 1');
  await expect(p.locator('table.list tbody tr').nth(1)).toContainText('缺人');
  await expect(p.locator('main')).toContainText(/集合后 .*报齐，限 3 分/);
  await axe(p, 'drill under way');
  await shape(p, 'drill under way');

  // He was found: the class is called again, and what it says last stands.
  await q.goto(drill);
  await q.locator('table.list tbody tr .l1 a').nth(1).click();
  await expect(q.locator('main')).toContainText('这个班报过了');
  await q.locator('#f-seconds').fill('65');
  await q.locator('form[data-outbox=drill] [data-primary]').click();
  await expect(async () => {
    await p.goto(drill);
    await expect(p.locator('main')).toContainText('不明 0', { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });

  await p.locator('button[value=finish]').click();
  await confirm(p);
  await expect(p.locator('main')).toContainText('待评估');
  const slowest = Math.max(65, 60 + 5 * (classes.length - 1));
  const spoken = slowest >= 60 ? `${Math.floor(slowest / 60)} 分${slowest % 60 ? ` ${String(slowest % 60).padStart(2, '0')} 秒` : ''}` : `${slowest} 秒`;
  await expect(p.locator('main')).toContainText(`这次用了 ${spoken}`);
  // The figure of the guide stands beside what the house allows, and nobody is told to run.
  await expect(p.locator('main')).toContainText(/最快(也)?要 .*2 分/);

  // The review; its improvement is a task of its owner.
  await p.goto(`${drill}/review`);
  await axe(p, 'review');
  await shape(p, 'review');
  await p.locator('textarea[name=process]').fill('信号响后各班走指定楼梯，到操场按班清点。');
  await p.locator('input[name=plan_fit][value=good]').check({ force: true });
  await p.locator('input[name=staff_fit][value=fair]').check({ force: true });
  await p.locator('input[name=practised]').first().check({ force: true });
  await p.locator('textarea[name=problems]').fill('东楼梯转弯处两个班挨上了。');
  await p.locator('input[name=what_1]').fill('转弯平台加一名教师');
  const owner = p.locator('select[name=owner_1] option', { hasText: director.name }).first();
  await p.locator('select[name=owner_1]').selectOption((await owner.getAttribute('value'))!);
  await p.locator('input[name=due_1]').fill('2026-12-10');
  await p.locator('form[action$="/review"] [data-primary]').click();
  await p.waitForURL(/\/drills\/[0-9a-f-]{36}$/);
  await expect(p.locator('main')).toContainText('已评估');
  await expect(p.locator('main')).toContainText('转弯平台加一名教师');
  await p.goto('/works?form=drill_review');
  await expect(p.locator('main')).toContainText('冬季火灾疏散演练');

  // The record as inspectors ask for it.
  await p.goto(`${drill}/print`);
  const record = p.locator('article');
  for (const words of ['应急演练记录', '冬季火灾疏散演练', '火灾', spoken, '转弯平台加一名教师', director.name, '基本适宜', '填表人', '存证校验码']) await expect(record).toContainText(words);
  await expect(record.locator('table').nth(1).locator('tbody tr')).toHaveCount(classes.length);
  await q.goto(`${drill}/print`);
  await shape(q, 'record on the phone');
  await q.goto(drill);
  await expect(q.locator('table.list tbody tr').first().getByText('出来')).toBeVisible();
  // The list says that the term's drill has been held.
  await p.goto('/drills');
  await axe(p, 'drills');
  await shape(p, 'drills');
  await expect(p.locator('.line', { hasText: '疏散自救演练' })).toContainText('做了');
  for (const one of [d, g]) await one.context.close();
});
