// The demo city as journeys see it: its accounts, signing in as one of them, and what every page must be.

import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, test as plain, type Browser, type BrowserContext, type Page } from '@playwright/test';

export interface Account {
  login: string;
  password: string;
  role: string;
  unit: string;
  name: string;
}

export const accounts = JSON.parse(readFileSync(process.env.CITY_ACCOUNTS ?? 'accounts.json', 'utf8')) as Account[];

/** The first account with the role, and, if given, at a unit whose name holds the words. */
export function account(role: string, unit = ''): Account {
  const found = accounts.find((a) => a.role === role && a.unit.includes(unit));
  if (!found) throw new Error(`the demo has no account with role ${role} at ${unit || 'any unit'}`);
  return found;
}

export const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
export const desk = { viewport: { width: 1440, height: 900 } };

/** Signs in through the page, as a person would. */
export async function signIn(page: Page, who: Account): Promise<void> {
  await page.goto('/login');
  await page.locator('input[name=login]').fill(who.login);
  await page.locator('input[name=password]').fill(who.password);
  await page.locator('form [data-primary]').first().click();
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
}

export async function signedIn(browser: Browser, who: Account, look: object): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ ...look, baseURL: process.env.CITY_URL, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' });
  const page = await context.newPage();
  await signIn(page, who);
  return { context, page };
}

export async function setTheme(context: BrowserContext, theme: string): Promise<void> {
  await context.addCookies([{ name: 'theme', value: theme, url: process.env.CITY_URL! }]);
}

/** axe, WCAG 2.1 A and AA, or only the named rules of it. */
export async function axe(page: Page, what: string, rules?: string[]): Promise<void> {
  const builder = new AxeBuilder({ page });
  const found = await (rules ? builder.withRules(rules) : builder.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])).analyze();
  expect.soft(found.violations.map((v) => `${what}: ${v.id} ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(' | ')}`)).toEqual([]);
}

/** pages.md: one h1, one page kind, at most one filled button, no sideways scroll. */
export async function shape(page: Page, what: string): Promise<void> {
  const seen = await page.evaluate(() => {
    const visible = (e: Element): boolean => (e as HTMLElement).offsetParent !== null;
    const kinds = [...(document.querySelector('main')?.classList ?? [])].filter((c) => c.startsWith('kind-'));
    return {
      h1: document.querySelectorAll('h1').length,
      kinds: kinds.length,
      filled: [...document.querySelectorAll('main .btn.p')].filter(visible).length,
      wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      nav: document.querySelectorAll('.side .nav[data-entry], .side nav .nav').length,
    };
  });
  expect.soft(seen.h1, `${what}: h1`).toBe(1);
  expect.soft(seen.kinds, `${what}: page kind`).toBe(1);
  expect.soft(seen.filled, `${what}: filled buttons`).toBeLessThanOrEqual(1);
  expect.soft(seen.wide, `${what}: sideways scroll`).toBeLessThanOrEqual(0);
}

/** Of addresses as they stand in `href`, those of pages of ours; files (photos, tables, proofs) left out. */
function pages(all: string[], from: string): string[] {
  const base = new URL(from, process.env.CITY_URL!);
  const own = all.map((href) => new URL(href, base)).filter((u) => u.origin === base.origin);
  const kept = own.filter((u) => !/^\/(files|assets|tlog|api|sw\.js|records|manifest)/.test(u.pathname) && !/\/(proof|picture)$/.test(u.pathname) && !/[?&]as=/.test(u.search));
  return [...new Set(kept.map((u) => u.pathname + u.search))];
}

/** Pages linked from the page. */
export async function links(page: Page): Promise<string[]> {
  return pages(await page.evaluate(() => [...document.querySelectorAll('a[href]')].map((a) => (a as HTMLAnchorElement).href)), '/');
}

/** The same of a page that was not drawn. */
export function linked(html: string, from: string): string[] {
  const all = [...html.matchAll(/<a\s[^>]*?href="([^"]+)"/g)].map(([, href]) => href!.replaceAll('&amp;', '&').replaceAll('&#38;', '&'));
  return pages(all, from);
}

/** The kind of an address: ids and codes taken out, so that each kind of page is looked at a few times, not a thousand. */
export function kindOf(path: string): string {
  const form = /^\/works\/new\?.*\bform=([\w.-]+)/.exec(path);
  if (form) return `/works/new?form=${form[1]}`;
  return path.split('?')[0]!.replace(/^\/packs\/[^/]+/, '/packs/{id}').replace(/\/diff\/.+/, '/diff/{id}').replace(/\/texts\/(?!print)[a-z][\w.-]*$/, '/texts/{kind}').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}').replace(/\/q\/\w+/, '/q/{code}').replace(/\/clauses\/[\d.]+/, '/clauses/{n}').replace(/\/journal\/\d+/, '/journal/{n}').replace(/\/help\/\w+/, '/help/{topic}');
}

export const test = plain;
export { expect };
