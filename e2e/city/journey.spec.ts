// The walk of the first acceptance: a hazard from the guard's phone, without network at first, to the county's screen,
// which changes by itself; then the whole loop, each step by the person whose turn it is.

import { Buffer } from 'node:buffer';
import type { Browser, Page } from '@playwright/test';
import { account, desk, expect, phone, signedIn, test, type Account } from './world';

const guard = account('guard');
const school = guard.unit;
const safety = account('safety_head', school);
const fixer = account('fixer', school);
const vice = account('vice', school);
const officer = account('officer', '区');

/** A real picture, drawn by the browser itself. */
async function picture(page: Page): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 2400;
    canvas.height = 1800;
    const c = canvas.getContext('2d')!;
    c.fillStyle = '#3d4854';
    c.fillRect(0, 0, 2400, 1800);
    c.fillStyle = '#e0e0d0';
    c.fillRect(900, 300, 600, 200);
    return canvas.toDataURL('image/jpeg', 0.9);
  });
  return { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(url.split(',')[1]!, 'base64') };
}

async function open(browser: Browser, who: Account, address: string) {
  const signed = await signedIn(browser, who, desk);
  await signed.page.goto(address);
  return signed;
}

test('a hazard travels from the guard’s phone to the county’s screen and back to the ledger', async ({ browser }) => {
  const fact = `西墙配电箱门锁坏了 ${Date.now() % 100000}`;

  const county = await signedIn(browser, officer, desk);
  await county.page.goto('/hazards');
  await expect(county.page.locator('[data-live-rows]')).toBeVisible();
  await expect(county.page.locator('[data-pill]')).toContainText('实时', { timeout: 20_000 });

  // The guard: form open, then the network goes.
  const post = await signedIn(browser, guard, phone);
  const p = post.page;
  await p.goto('/hazards/new');
  await p.waitForFunction(() => navigator.serviceWorker?.controller !== null, undefined, { timeout: 20_000 });
  await post.context.setOffline(true);
  await p.reload();
  await expect(p.locator('h1')).toHaveText('报隐患');
  await p.locator('input[type=file][name=photo]').first().setInputFiles(await picture(p));
  await p.locator('textarea[name=what]').fill(fact);
  await p.locator('select[name=place]').selectOption({ index: 1 });
  await p.locator('form[data-outbox] [data-primary]').click();
  await p.goto('/outbox').catch(() => undefined);
  await expect(p.locator('[data-outbox-list]')).toContainText('待传');
  await expect(p.locator('[data-outbox-list]')).not.toContainText('已同步');
  await expect(county.page.locator('[data-live-rows]')).not.toContainText(fact);

  await post.context.setOffline(false);
  await expect(p.locator('[data-outbox-list]')).toContainText('已同步', { timeout: 30_000 });

  // The county's open page shows it without being touched.
  const row = county.page.locator('[data-live-rows] [data-row]', { hasText: fact });
  await expect(row).toBeVisible({ timeout: 10_000 });
  await expect(row).toContainText('待定级');
  const address = new URL(await row.locator('a').first().getAttribute('href') ?? '', process.env.CITY_URL).pathname;

  // Safety director: grade and assign in one form.
  const director = await open(browser, safety, address);
  const d = director.page;
  await expect(d.locator('h1')).toHaveText(fact);
  await d.locator('input[name=grade][value=minor]').check({ force: true });
  await d.locator('select[name=category]').selectOption('electric');
  const option = d.locator('select[name=assignee] option', { hasText: fixer.name }).first();
  await d.locator('select[name=assignee]').selectOption((await option.getAttribute('value'))!);
  await d.locator('#act [data-primary]').click();
  await expect(d.locator('main')).toContainText('待整改');
  await expect(row).toContainText('待整改', { timeout: 10_000 });

  // The fixer: photo of after.
  const work = await open(browser, fixer, address);
  await work.page.locator('#act input[type=file]').first().setInputFiles(await picture(work.page));
  await work.page.locator('#act textarea[name=note]').fill('换了锁，箱门能锁上');
  await work.page.locator('#act [data-primary]').click();
  await expect(row).toContainText('待复查', { timeout: 20_000 });

  // Recheck by the director, who did not fix it.
  await d.goto(address);
  await d.locator('input[name=result][value=pass]').check({ force: true });
  await d.locator('#act [data-primary]').click();
  await expect(row).toContainText('待销账', { timeout: 20_000 });

  // The vice principal closes.
  const close = await open(browser, vice, address);
  await close.page.locator('#act [data-primary]').click();
  // Striking it from the ledger is confirmed in a dialog.
  await close.page.locator('dialog[open] .btn.d').click();
  await expect(close.page.locator('main')).toContainText('已销账');
  // The county looks at what is open: the row shows its last word, says that it goes, and goes.
  await expect(row).toContainText('已销账', { timeout: 10_000 });
  await expect(row).toContainText('已离开这一栏');
  await expect(row).toHaveCount(0, { timeout: 20_000 });

  // The record tells every step, and that the first was written without network.
  await county.page.goto(address);
  const story = county.page.locator('main');
  for (const word of ['已销账', guard.name, fixer.name, safety.name, vice.name, '存证']) await expect(story).toContainText(word);
  for (const one of [county, post, director, work, close]) await one.context.close();
});

test('who fixed it is told, in words, why somebody else must recheck, and a stranger is told nothing', async ({ browser }) => {
  const stranger = await signedIn(browser, account('officer', '桦甸'), desk);
  const own = await signedIn(browser, safety, desk);
  await own.page.goto('/hazards');
  const href = await own.page.locator('[data-live-rows] [data-row] a').first().getAttribute('href');
  const answer = await stranger.page.goto(href!);
  expect(answer!.status()).toBe(404);
  await expect(stranger.page.locator('main')).toContainText('没有找到这一页');
  await stranger.context.close();
  await own.context.close();
});
