// Every kind of page that a role can reach by links, looked at as pages.md §19 asks.

import type { Page } from '@playwright/test';
import { account, axe, desk, expect, kindOf, linked, links, phone, setTheme, shape, signIn, signedIn, test } from './world';

/**
 * As every role: each kind of page that links lead to is there, with one h1, one page kind and its clause chip. As the
 * first role that reaches a kind: its shape at four widths, axe with all rules in light and with the rule of contrast in
 * dark and 强光 (the themes differ in colours alone). CITY_WHOLE=1 looks at everything as everybody.
 */
const WHOLE = process.env.CITY_WHOLE === '1';
/** Pages of the person, of the program, or of the notice as a whole; 今日 has its chips in its lines. */
const OWN = /^\/(me|search|outbox|offline|help|clauses|packs|times|journal|records|_parts)|^\/$/;
/** No role reaches more kinds of pages than this. */
const MOST = 150;
const looked = new Set<string>();

/** Who looks, where he sits, and what he must come to by links alone from 今日. */
const WALKS: { role: string; unit?: string; name: string; must: string[] }[] = [
  { role: 'guard', name: 'guard', must: ['/hazards/new', '/clauses/{n}'] },
  {
    role: 'safety_head',
    name: 'director',
    must: [
      '/hazards/{id}',
      '/checks/{id}',
      '/duties',
      '/works',
      '/works/new?form=meeting',
      '/works/{id}',
      '/works/{id}/correct',
      '/units/{id}/roll',
      '/classes/{id}',
      '/units/{id}/texts',
      '/units/{id}/texts/{kind}',
      '/units/{id}/texts/print',
      '/notices',
      '/notices/{id}',
      '/units/{id}/plan',
      '/units/{id}/plan/end',
    ],
  },
  // Of the school that is helped: it sees its own help.
  { role: 'vice', unit: '夹皮沟', name: 'vice head', must: ['/hazards/{id}', '/duties', '/works', '/supports', '/supports/{id}', '/supports/visits/{id}'] },
  { role: 'teacher', name: 'teacher', must: ['/works', '/works/new?form=lesson'] },
  {
    role: 'officer',
    unit: '桦甸',
    name: 'county officer',
    must: ['/units/{id}', '/texts', '/notices/new', '/notices/{id}', '/supports/new', '/supports/{id}', '/supports/visits/new', '/supports/visits/{id}'],
  },
  { role: 'officer', unit: '吉林市教育局', name: 'city officer', must: ['/units/{id}', '/texts', '/notices', '/supports', '/packs', '/packs/{id}', '/packs/{id}/rehearsal'] },
  { role: 'admin', name: 'administrator', must: ['/units/{id}/life', '/journal'] },
];

/** The director records a meeting, so that there is one to be looked at. */
async function meeting(page: Page): Promise<void> {
  await page.goto('/works/new?form=meeting');
  await page.locator('label:has(input[name=chair])').first().click();
  await page.locator('textarea[name=problems]').fill('二层疏散指示灯不亮，食堂后门堆了纸箱');
  await page.locator('form [data-primary]').click();
  await expect(async () => {
    await page.goto('/works?form=meeting');
    await expect(page.locator('[data-row]').first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
}

/** The city's officer begins a draft of the rules, so that there is a rehearsal to be looked at. */
async function draft(page: Page): Promise<void> {
  await page.goto('/packs');
  await page.locator('input[name=title]').fill('看页面用的草稿');
  await page.locator('main [data-primary]').click();
  await expect(page.locator('h1')).toHaveText('看页面用的草稿');
}

/** Asks for pages as the role does, without drawing them; the first address of each kind. */
async function reached(page: Page, name: string): Promise<Map<string, string>> {
  const waiting = ['/'];
  const seen = new Map<string, string>();
  while (waiting.length > 0) {
    const path = waiting.shift()!;
    const kind = kindOf(path);
    if (seen.has(kind) || kind === '/login') continue;
    expect(seen.size, 'kinds of pages').toBeLessThan(MOST);
    const answer = await page.request.get(path);
    expect.soft(answer.status(), `${name} ${path}`).toBe(200);
    if (answer.status() !== 200) continue;
    seen.set(kind, path);
    const text = await answer.text();
    const main = text.slice(text.indexOf('<main'));
    expect.soft(text.match(/<h1[ >]/g)?.length, `${name} ${path}: h1`).toBe(1);
    expect.soft(main.match(/^<main[^>]* class="[^"]*kind-/)?.length, `${name} ${path}: page kind`).toBe(1);
    if (!OWN.test(path)) expect.soft(/ class="cl[ "]/.test(main), `${name} ${path}: no clause chip`).toBe(true);
    waiting.push(...linked(text, path).filter((next) => !seen.has(kindOf(next))));
  }
  return seen;
}

for (const walk of WALKS) {
  test(`${walk.name}: every reachable kind of page is whole in every theme and width`, async ({ browser }) => {
    test.setTimeout(1_200_000);
    const { context, page } = await signedIn(browser, account(walk.role, walk.unit), desk);
    if (walk.name === 'director') await meeting(page);
    if (walk.name === 'city officer') await draft(page);
    const seen = await reached(page, walk.name);
    const now = [...seen.keys()].filter((kind) => WHOLE || !looked.has(kind));
    for (const kind of now) looked.add(kind);
    console.log(`${walk.name}: ${seen.size} kinds of pages; looked at now: ${now.join(' ')}`);
    for (const kind of walk.must) expect.soft([...seen.keys()], walk.name).toContain(kind);
    for (const theme of ['light', 'dark', 'yard']) {
      await setTheme(context, theme);
      for (const kind of now) {
        const what = `${walk.name} ${seen.get(kind)} ${theme}`;
        await page.goto(seen.get(kind)!);
        await axe(page, what, WHOLE || theme === 'light' ? undefined : ['color-contrast']);
        if (theme === 'dark') continue;
        for (const width of theme === 'light' ? [1440, 768, 390, 320] : [390]) {
          await page.setViewportSize({ width, height: 844 });
          await shape(page, `${what} at ${width}`);
        }
        await page.setViewportSize(desk.viewport);
      }
    }
    await context.close();
  });
}

test('no role has more than seven entries and six tabs', async ({ browser }) => {
  for (const { role, unit } of WALKS) {
    const { context, page } = await signedIn(browser, account(role, unit), desk);
    for (const path of ['/', '/hazards', '/units']) {
      if ((await page.goto(path))!.status() !== 200) continue;
      const entries = await page.locator('nav[aria-label="主导航"] a').count();
      expect(entries, `${role} ${path}: entries`).toBeGreaterThanOrEqual(1);
      expect(entries, `${role} ${path}: entries`).toBeLessThanOrEqual(7);
      expect(await page.locator('nav[aria-label="本栏目"] a').count(), `${role} ${path}: tabs`).toBeLessThanOrEqual(6);
    }
    await context.close();
  }
});

/** Lists and forms, each kind once: what its reader pays on a phone, on a first visit and on a later one. */
const WEIGHED: [string, string[]][] = [
  ['safety_head', ['/hazards', '/hazards/new', '/checks', '/checks/new', '/duties', '/duties/owed', '/plan', '/board', '/ledgers', '/works', '/works/new?form=meeting', '/notices', '/units/{own}/texts', '/units/{own}/plan', '/units/{own}/roll', '/units/{own}/people']],
  ['officer', ['/hazards', '/units', '/board', '/ledgers', '/works/new?form=training', '/texts', '/notices', '/notices/new', '/supports', '/supports/new', '/supports/visits/new']],
];
const FIRST = 40 * 1024;
const LATER = 8 * 1024;

test('bytes on the wire: a first visit ≤ 40 KB, a later page ≤ 8 KB', async ({ browser }) => {
  test.setTimeout(300_000);
  for (const [role, paths] of WEIGHED) {
    const context = await browser.newContext({ ...phone, baseURL: process.env.CITY_URL, serviceWorkers: 'block' });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', (e: { encodedDataLength: number }) => (bytes += e.encodedDataLength));
    await signIn(page, account(role, role === 'officer' ? '桦甸' : ''));
    const own = (await links(page)).map((path) => /^\/units\/([0-9a-f-]{36})/.exec(path)?.[1]).find(Boolean);
    for (const path of paths.map((p) => p.replace('{own}', own ?? ''))) {
      await session.send('Network.clearBrowserCache');
      bytes = 0;
      await page.goto(path, { waitUntil: 'load' });
      await page.waitForTimeout(500);
      const first = bytes;
      bytes = 0;
      await page.goto(path, { waitUntil: 'load' });
      await page.waitForTimeout(500);
      console.log(`${role} ${path}: first ${first} bytes, later ${bytes} bytes`);
      expect.soft(first, `${path} first`).toBeLessThanOrEqual(FIRST);
      expect.soft(bytes, `${path} later`).toBeLessThanOrEqual(LATER);
    }
    await context.close();
  }
});
