// Every part in the three looks: axe finds nothing, nothing is wider than the screen, fingers find what they press.
// The pages are the stand-in's renderings (harness/pages); the product's own pages are looked at by the journeys.

import AxeBuilder from '@axe-core/playwright';
import { expect, phone, test } from './world';

const PAGES = ['/_parts', '/', '/hazards', '/hazards/1', '/hazards/new', '/checks/new', '/outbox', '/login'];
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

for (const theme of ['light', 'dark', 'yard']) {
  test(`axe finds nothing, ${theme}`, async ({ page, world }) => {
    test.setTimeout(180_000);
    await world.set({ theme });
    for (const path of PAGES) {
      await page.goto(path);
      await page.waitForFunction(() => document.documentElement.classList.contains('on'));
      const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
      const found = violations.flatMap((one) => one.nodes.map((node) => `${path} ${one.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
      expect(found).toEqual([]);
    }
  });
}

test('the sheets of the phone too', async ({ browser, world }) => {
  const context = await browser.newContext({ ...phone, baseURL: world.url });
  const page = await context.newPage();
  for (const theme of ['light', 'dark', 'yard']) {
    await world.set({ theme });
    for (const sheet of ['plus', 'more']) {
      await page.goto('/');
      await page.locator(`.bottom [data-sheet=${sheet}]`).click();
      const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
      expect(violations.map((one) => `${one.id} ${one.nodes[0]?.target}`)).toEqual([]);
    }
  }
  await context.close();
});

for (const [width, size] of [[1440, 'm'], [768, 'l'], [390, 'm'], [320, 'xl']] as const) {
  test(`no sideways scroll at ${width} px, size ${size}`, async ({ browser, world }) => {
    await world.set({ size });
    const context = await browser.newContext({ ...(width < 760 ? phone : {}), viewport: { width, height: 800 }, baseURL: world.url });
    const page = await context.newPage();
    for (const path of PAGES) {
      await page.goto(path);
      await page.waitForLoadState('load');
      const wide = await page.evaluate(() => {
        const edge = document.documentElement.clientWidth;
        const over = document.documentElement.scrollWidth - edge;
        return over > 0 ? [...document.querySelectorAll('main *')].filter((one) => one.getBoundingClientRect().right > edge + 1).slice(0, 3).map((one) => one.outerHTML.slice(0, 80)) : [];
      });
      expect(wide, path).toEqual([]);
    }
    await context.close();
  });
}

test('fingers: what is pressed on a phone is at least 48 px high, 44 for chips in rows', async ({ browser, world }) => {
  const context = await browser.newContext({ ...phone, baseURL: world.url });
  const page = await context.newPage();
  for (const path of ['/', '/hazards', '/hazards/1', '/hazards/new', '/checks/new']) {
    await page.goto(path);
    await page.waitForFunction(() => document.documentElement.classList.contains('on'));
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.btn, .chip span, .seg span, .bottom a, .tabs a, input:not([type=hidden],[type=radio],[type=checkbox],[type=file]), select, textarea, .find-link')]
        .filter((one) => one.offsetParent !== null || getComputedStyle(one).position === 'fixed')
        .filter((one) => one.getBoundingClientRect().width > 1 && one.getBoundingClientRect().height < 48)
        .map((one) => `${one.className} ${one.textContent?.trim().slice(0, 12)} ${one.getBoundingClientRect().height}`),
    );
    expect(small, path).toEqual([]);
  }
  await context.close();
});

test('one h1, one kind, at most one filled button on every page', async ({ page }) => {
  for (const path of PAGES.filter((one) => one !== '/_parts')) {
    await page.goto(path);
    expect(await page.locator('h1').count(), path).toBe(1);
    expect((await page.locator('main').getAttribute('class'))?.match(/kind-\w+/g)?.length, path).toBe(1);
    expect(await page.locator('main .btn.p:visible').count(), path).toBeLessThanOrEqual(1);
  }
});

test('the first key press goes past the bars', async ({ page }) => {
  await page.goto('/hazards');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: '跳到正文' })).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => !!document.activeElement?.closest('main'))).toBe(true);
});
