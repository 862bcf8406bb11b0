// Every kind of page that a role can reach by links, looked at as pages.md §19 asks.

import { account, axe, desk, expect, kindOf, links, phone, setTheme, shape, signedIn, test } from './world';

/**
 * Continuous integration looks at the colours of each kind of page once, as the first role that reaches it; its shape and
 * whether its links lead somewhere, as every role. CITY_WHOLE=1 (part `whole` of scripts/test.sh) looks at everything.
 */
const WHOLE = process.env.CITY_WHOLE === '1';
/** Pages that belong to the person or to the program, not to an item of the notice; 今日 has its chips in its lines. */
const OWN = /^\/(me|search|outbox|offline|help|clauses|journal|_parts)|^\/$/;
const coloured = new Set<string>();
const ROLES = ['guard', 'safety_head', 'vice', 'officer', 'admin'];

for (const role of ROLES) {
  test(`${role}: every reachable kind of page is whole in every theme and width`, async ({ browser }) => {
    test.setTimeout(600_000);
    const { context, page } = await signedIn(browser, account(role), desk);
    const waiting = ['/'];
    const seen = new Map<string, string>();
    while (waiting.length > 0 && seen.size < 60) {
      const path = waiting.shift()!;
      const kind = kindOf(path);
      if (seen.has(kind)) continue;
      seen.set(kind, path);
      const answer = await page.goto(path);
      expect.soft(answer!.status(), `${role} ${path}`).toBe(200);
      if (answer!.status() !== 200) {
        seen.delete(kind);
        continue;
      }
      for (const next of await links(page)) if (!seen.has(kindOf(next))) waiting.push(next);
    }
    console.log(`${role}: ${seen.size} kinds of pages: ${[...seen.keys()].join(' ')}`);
    expect(seen.size).toBeGreaterThan(5);
    const colours = new Set([...seen.keys()].filter((kind) => WHOLE || !coloured.has(kind)));
    for (const kind of colours) coloured.add(kind);
    for (const theme of ['light', 'dark', 'yard']) {
      await setTheme(context, theme);
      for (const [kind, path] of seen) {
        if (theme !== 'light' && !colours.has(kind)) continue;
        await page.setViewportSize(desk.viewport);
        await page.goto(path);
        if (theme === 'light') {
          if (!OWN.test(path)) expect.soft(await page.locator('main .cl').count(), `${role} ${path}: no clause chip`).toBeGreaterThan(0);
          for (const width of [1440, 768, 390, 320]) {
            await page.setViewportSize({ width, height: 844 });
            await shape(page, `${role} ${path} at ${width}`);
          }
          await page.setViewportSize(desk.viewport);
        }
        if (colours.has(kind)) await axe(page, `${role} ${theme} ${path}`);
      }
    }
    await context.close();
  });
}

test('no role has more than seven entries and six tabs', async ({ browser }) => {
  for (const role of ROLES) {
    const { context, page } = await signedIn(browser, account(role), desk);
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

test('bytes on the wire: a first visit ≤ 36 KB, a later page ≤ 8 KB', async ({ browser }) => {
  for (const path of ['/hazards', '/hazards/new']) {
    const context = await browser.newContext({ ...phone, baseURL: process.env.CITY_URL, serviceWorkers: 'block' });
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', (e: { encodedDataLength: number }) => (bytes += e.encodedDataLength));
    const who = account('safety_head');
    await page.request.get('/login');
    await page.goto('/login');
    await page.locator('input[name=login]').fill(who.login);
    await page.locator('input[name=password]').fill(who.password);
    await page.locator('form [data-primary]').first().click();
    await page.waitForURL((url) => !url.pathname.startsWith('/login'));
    await session.send('Network.clearBrowserCache');
    bytes = 0;
    await page.goto(path, { waitUntil: 'networkidle' }).catch(() => undefined);
    const first = bytes;
    bytes = 0;
    await page.goto(path, { waitUntil: 'load' });
    await page.waitForTimeout(500);
    console.log(`${path}: first ${first} bytes, later ${bytes} bytes`);
    expect(first, `${path} first`).toBeLessThanOrEqual(36 * 1024);
    expect(bytes, `${path} later`).toBeLessThanOrEqual(8 * 1024);
    await context.close();
  }
});
