// Paper of the real pages: what is printed is whole, upright or across as the trade wants it, without bars or buttons,
// and says that the data are made up.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { account, desk, expect, signedIn, test } from './world';

const dir = mkdtempSync(join(tmpdir(), 'xiaoan-paper-'));
test.afterAll(() => rmSync(dir, { recursive: true, force: true }));

const UPRIGHT = [595, 842];
const ACROSS = [842, 595];

async function paper(page: Page, name: string): Promise<{ sheets: string[]; sizes: number[][]; text: string }> {
  await page.waitForLoadState('load');
  const file = join(dir, `${name}.pdf`);
  await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
  const info = execFileSync('pdfinfo', ['-f', '1', '-l', '999', file], { encoding: 'utf8' });
  const sizes = [...info.matchAll(/Page +\d+ size: +([\d.]+) x ([\d.]+)/g)].map(([, w, h]) => [Math.round(Number(w)), Math.round(Number(h))]);
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
  const sheets = text.split('\f').filter((sheet) => sheet.trim());
  return { sheets, sizes, text };
}

function clean(found: Awaited<ReturnType<typeof paper>>, what: string): void {
  expect(found.sheets.length, `${what}: no empty sheet`).toBe(found.sizes.length);
  expect(found.sheets[0], `${what}: says what the data are`).toContain('演示数据');
  for (const chrome of ['退出登录', '找人、地点、编号、条款', '报隐患', '主导航', '跳到正文', '模拟时间']) expect(found.text, `${what}: ${chrome}`).not.toContain(chrome);
}

test('ledger, list, record, letter, labels, directory on paper', async ({ browser }) => {
  test.setTimeout(240_000);
  const { context, page } = await signedIn(browser, account('safety_head'), desk);

  await page.goto('/hazards/ledger?from=2026-09-01&until=2026-11-30');
  const ledger = await paper(page, 'ledger');
  clean(ledger, 'ledger');
  for (const size of ledger.sizes) expect(size).toEqual(ACROSS);
  for (const sheet of ledger.sheets) expect(sheet, 'the head stands on every sheet').toContain('序号');
  expect(ledger.sheets[0]).toContain('安全隐患排查台账');
  for (const foot of ['填表人', '审核人', '单位（盖章）', '存证']) expect(ledger.sheets.at(-1)).toContain(foot);

  await page.goto('/hazards/ledger?blank=1');
  const blank = await paper(page, 'blank');
  clean(blank, 'empty sheet');
  expect(blank.sizes).toEqual([ACROSS]);

  await page.goto('/hazards?bucket=all');
  clean(await paper(page, 'list'), 'list');
  const record = await page.locator('[data-live-rows] [data-row] .l1 a').first().getAttribute('href');

  await page.goto(`${record}?print=1`);
  const one = await paper(page, 'record');
  clean(one, 'record');
  for (const size of one.sizes) expect(size).toEqual(UPRIGHT);
  for (const words of ['经过', '存证第', '经办人']) expect(one.text).toContain(words);

  await page.goto(`${record}/letter`);
  const letter = await paper(page, 'letter');
  clean(letter, 'letter');
  expect(letter.sizes, 'letter and receipt on one sheet').toEqual([UPRIGHT]);
  for (const words of ['隐患整改通知书', '整改回执', '签收人']) expect(letter.text).toContain(words);

  await page.goto('/');
  const own = await page.locator('.side [data-nav=school]').getAttribute('href');
  const unit = own!.replace(/\/people$/, '');
  await page.goto(`${unit}/places/labels`);
  const labels = await paper(page, 'labels');
  clean(labels, 'labels');
  const count = await page.locator('.labels .label').count();
  expect(labels.sizes.length, '15 labels a sheet').toBe(Math.ceil(count / 15));

  await page.goto(`${unit}/posts`);
  const directory = await paper(page, 'directory');
  clean(directory, 'directory');
  expect(directory.text).toContain('安全处主任');

  await page.goto(`${unit}/people`);
  // Somebody new: a new first password would lock a demo account out of the other tests.
  await page.locator('#add input[name=name]').fill('示例新人');
  await page.locator('#add select[name=role]').selectOption('guard');
  await page.locator('#add .submit button').click();
  await expect(page.locator('main')).toContainText('还没有账号');
  await page.locator('form[action$="/login"] button').click();
  await expect(page.locator('main')).toContainText('第一次的密码');
  const slip = await paper(page, 'slip');
  clean(slip, 'slip');
  expect(slip.sizes).toEqual([UPRIGHT]);
  expect(slip.text).toContain('第一次的密码');
  await context.close();
});
