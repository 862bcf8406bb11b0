// Keyboard of the desk (pages.md §14), each key on a real page.

import type { Page } from '@playwright/test';
import { account, desk, expect, signedIn, test } from './world';

const head = account('safety_head');

/** Keys act once the page's script has run. */
const awake = (page: Page) => expect(page.locator('html.on')).toHaveCount(1);

test('keyboard: every key of the table does what it says', async ({ browser }) => {
  const { context, page } = await signedIn(browser, head, desk);
  const at = () => new URL(page.url()).pathname;
  const press = async (...keys: string[]) => {
    await awake(page);
    for (const key of keys) await page.keyboard.press(key);
  };

  // g goes: what the role has; what it has not does nothing.
  await page.goto('/');
  await press('g', 'h');
  await page.waitForURL('**/hazards');
  await press('g', 'b');
  await page.waitForURL(/\/units\/[0-9a-f-]+\/people/);
  await press('g', 't');
  await page.waitForURL((url) => url.pathname === '/');

  // / searches, and Esc gives the keys back.
  await press('/');
  await expect(page.locator('[data-find]')).toBeFocused();
  await page.keyboard.type('n');
  await expect(page.locator('[data-find]')).toHaveValue('n');
  await press('Escape');
  await expect(page.locator('[data-find]')).not.toBeFocused();

  // n reports a hazard; Ctrl+Enter submits: an empty form is told what is missing, at the field.
  await press('n');
  await page.waitForURL('**/hazards/new');
  await page.locator('textarea[name=what]').focus();
  await press('n');
  expect(at(), 'no key acts while somebody types').toBe('/hazards/new');
  await page.locator('textarea[name=what]').fill('');
  await press('Control+Enter');
  await expect(page.locator('[data-errors]')).toBeVisible();
  await press('Escape');

  // j k Enter, and [ ] between the records of that list.
  await page.goto('/hazards?bucket=all');
  const rows = page.locator('[data-live-rows] [data-row]');
  const links = await rows.locator('.l1 a').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).pathname));
  expect(links.length).toBeGreaterThan(3);
  await press('j', 'j', 'j', 'k');
  await expect(rows.nth(1)).toHaveClass(/\bat\b/);
  await expect(rows.nth(1).locator('.l1 a')).toBeFocused();
  await press('Enter');
  await page.waitForURL(`**${links[1]}`);
  await press(']');
  await page.waitForURL(`**${links[2]}`);
  await press('[');
  await page.waitForURL(`**${links[1]}`);
  await press('[');
  await page.waitForURL(`**${links[0]}`);
  await press('[');
  expect(at(), 'before the first there is nothing').toBe(links[0]);

  // p prints, w explains, ? shows the table, Esc closes.
  await page.evaluate(() => {
    (window as unknown as { prints: number }).prints = 0;
    window.print = () => ((window as unknown as { prints: number }).prints += 1);
  });
  await press('p');
  expect(await page.evaluate(() => (window as unknown as { prints: number }).prints)).toBe(1);
  await press('?');
  const keys = page.getByRole('dialog', { name: '键盘' });
  await expect(keys).toBeVisible();
  await expect(keys).toContainText('上一条 下一条');
  await press('Escape');
  await expect(keys).toBeHidden();

  // e is the page's filled verb.
  await page.goto('/hazards');
  await press('e');
  await page.waitForURL('**/hazards/new');
  await context.close();
});

test('w opens why a deadline is what it is, Esc closes it and the keyboard stays', async ({ browser }) => {
  const { context, page } = await signedIn(browser, head, desk);
  await page.goto('/hazards?bucket=open&state=assigned');
  await page.locator('[data-live-rows] [data-row] .l1 a').first().click();
  await page.waitForURL(/\/hazards\/[0-9a-f-]{36}/);
  await awake(page);
  const why = page.locator('dl details.why').first();
  await expect(why.locator('.panel')).toBeHidden();
  await page.keyboard.press('w');
  await expect(why.locator('.panel')).toBeVisible();
  await expect(why.locator('.panel')).toContainText('期限');
  await page.keyboard.press('Escape');
  await expect(why.locator('.panel')).toBeHidden();
  await expect(why.locator('summary')).toBeFocused();
  await context.close();
});

test('the first Tab is the way past the menu, and what has the keyboard is seen to have it', async ({ browser }) => {
  const { context, page } = await signedIn(browser, head, desk);
  await page.goto('/hazards');
  await page.keyboard.press('Tab');
  await expect(page.locator('.skip')).toBeFocused();
  await expect(page.locator('.skip')).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
  await page.keyboard.press('Tab');
  const ring = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement!);
    return { width: parseFloat(style.outlineWidth), offset: parseFloat(style.outlineOffset), line: style.outlineStyle };
  });
  expect(ring).toEqual({ width: 2, offset: 2, line: 'solid' });
  await context.close();
});
