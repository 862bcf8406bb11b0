// The pictures of README.md, taken from a running demo: CITY_URL=… CITY_ACCOUNTS=… node pictures.mjs
// (`make pictures` starts the demo, runs this and stops it). Each at most 250 KB.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';

const url = process.env.CITY_URL;
const accounts = JSON.parse(readFileSync(process.env.CITY_ACCOUNTS, 'utf8'));
const out = join(dirname(fileURLToPath(import.meta.url)), '../docs/pictures');
const MOST = 250 * 1024;
mkdirSync(out, { recursive: true });

const account = (role, unit = '') => {
  const found = accounts.find((a) => a.role === role && a.unit.includes(unit));
  if (!found) throw new Error(`no account with role ${role} at ${unit}`);
  return found;
};
const guard = account('guard');
const school = guard.unit;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--force-color-profile=srgb'],
});

/** Somebody signed in, looking at `path`, all pictures loaded and the connection green. */
async function look(who, { width, height, scale = 1, theme = 'light' }) {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width, height },
    deviceScaleFactor: scale,
    isMobile: width < 760,
    hasTouch: width < 760,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    reducedMotion: 'reduce',
  });
  await context.addCookies([{ name: 'theme', value: theme, url }]);
  const page = await context.newPage();
  await page.goto('/login');
  await page.fill('input[name=login]', who.login);
  await page.fill('input[name=password]', who.password);
  await page.click('form [data-primary]');
  await page.waitForURL((to) => !to.pathname.startsWith('/login'));
  return { context, page };
}

async function settle(page) {
  await page.waitForLoadState('load');
  await page.evaluate(async () => {
    for (const image of document.images) image.loading = 'eager';
    await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
  });
  await page.mouse.move(0, 0);
  await page.waitForTimeout(700);
}

function small(name) {
  const bytes = statSync(join(out, name)).size;
  console.log(`${name}: ${Math.round(bytes / 1024)} KB`);
  if (bytes > MOST) throw new Error(`${name} is over ${MOST} bytes`);
}

async function shot(name, who, path, size) {
  const { context, page } = await look(who, size);
  const address = typeof path === 'function' ? await path(page) : path;
  await page.goto(address);
  await settle(page);
  await page.screenshot({ path: join(out, name) });
  small(name);
  await context.close();
}

/** First record of a list. */
const first = (list) => async (page) => {
  await page.goto(list);
  return page.locator('[data-live-rows] [data-row] a').first().getAttribute('href');
};

const desk = { width: 1440, height: 900 };
const pocket = { width: 390, height: 844, scale: 2 };

await shot('today.png', account('safety_head', school), '/', desk);
await shot('guard.png', guard, '/', pocket);
await shot('raise.png', guard, '/hazards/new', pocket);
await shot('record.png', account('safety_head', school), first('/hazards?bucket=all&state=rectified'), { ...desk, height: 1050 });
await shot('bureau.png', account('officer', '区'), '/hazards', { ...desk, theme: 'dark' });

// The ledger as paper: the browser prints it, poppler draws its first page.
{
  const { context, page } = await look(account('safety_head', school), desk);
  await page.goto('/hazards/ledger');
  await settle(page);
  const dir = mkdtempSync(join(tmpdir(), 'xiaoan-pictures-'));
  await page.pdf({ path: join(dir, 'ledger.pdf'), preferCSSPageSize: true, printBackground: true });
  execFileSync('pdftoppm', ['-png', '-r', '110', '-f', '1', '-l', '1', '-singlefile', join(dir, 'ledger.pdf'), join(out, 'ledger')]);
  rmSync(dir, { recursive: true });
  small('ledger.png');
  await context.close();
}
await browser.close();
