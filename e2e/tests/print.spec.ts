// Paper: lists lie across A4 with their head on every sheet, records stand; no bars, no buttons.

import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './world';

const dir = mkdtempSync(join(tmpdir(), 'print-'));
const A4 = [595, 842];

test('a list prints across A4, its head on every sheet, dark screen or not', async ({ page, world }) => {
  await world.set({ theme: 'dark' });
  await page.goto('/hazards');
  await page.locator('[data-live-rows]').evaluate((rows) => {
    const all = [...rows.children];
    for (let n = 0; n < 4; n++) for (const row of all) rows.append(row.cloneNode(true));
  });
  const file = join(dir, 'list.pdf');
  await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true });
  const info = execFileSync('pdfinfo', ['-f', '1', '-l', '99', file], { encoding: 'utf8' });
  const sizes = [...info.matchAll(/Page +\d+ size: +([\d.]+) x ([\d.]+)/g)].map(([, w, h]) => [Math.round(Number(w)), Math.round(Number(h))]);
  expect(sizes.length).toBeGreaterThan(1);
  for (const size of sizes) expect(size).toEqual([A4[1], A4[0]]);
  const sheets = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).split('\f').filter((sheet) => sheet.trim());
  expect(sheets).toHaveLength(sizes.length);
  for (const sheet of sheets) expect(sheet).toContain('责任人');
  const all = sheets.join('\n');
  for (const chrome of ['登录', '筛选', '更早的', '报隐患', '登记隐患', '演示数据', '安全处主任']) expect(all).not.toContain(chrome);
  expect(await page.evaluate(() => matchMedia('print').matches)).toBe(false);
});

test('a record prints upright without the form of whose turn it is', async ({ page }) => {
  await page.goto('/hazards/1');
  const file = join(dir, 'record.pdf');
  await page.pdf({ path: file, preferCSSPageSize: true });
  const info = execFileSync('pdfinfo', [file], { encoding: 'utf8' });
  expect(info).toMatch(/Page size: +59[45][.\d]* x 84[12]/);
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' });
  expect(text).toContain('3号楼东楼梯二层疏散指示灯不亮');
  expect(text).toContain('存证 48 213');
  expect(text).not.toContain('轮到您');
  expect(text).not.toContain('提交复查');
});
