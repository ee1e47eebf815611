import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type HealthOptions, type HealthServer, listen } from '../../src/health/index.ts';
import { instrument } from '../../src/index.ts';
import { createPolicy } from '../../src/policies/index.ts';
import { breakerNamed, failing, known, newBreaker, TOKEN } from '../health/support.ts';
import { eventually } from '../support/eventually.ts';
import { namesOn, rowOf, TestBrowser } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: TestBrowser;
const services: HealthServer[] = [];
const pages: Page[] = [];

beforeAll(async () => {
  browser = await TestBrowser.start();
});
afterAll(async () => {
  await browser.close();
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close();
  for (const service of services.splice(0)) await service.close();
  expect(browser.complaints.splice(0)).toEqual([]);
});

async function serve(options: HealthOptions = { token: TOKEN }, port = 0): Promise<string> {
  const service = await listen({ service: 'orders', ...options }, { port });
  services.push(service);
  return `${service.url}/live`;
}

async function open(url: string, options?: Parameters<TestBrowser['open']>[1]): Promise<Page> {
  const page = await browser.open(url, options);
  pages.push(page);
  return page;
}

async function operate(page: Page, name: string, action: string, token: string): Promise<void> {
  await page.getByRole('button', { name: `Operate ${name}` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: new RegExp(`^${action}`) }).check();
  await dialog.getByLabel('Reason').fill('maintenance');
  await dialog.getByLabel('Token').fill(token);
  await dialog.getByRole('button', { name: 'Apply' }).click();
}

describe('the live page', { timeout: 60_000 }, () => {
  it('shows and announces within two seconds that a circuit opens', async () => {
    const breaker = breakerNamed('servicenow');
    const page = await open(await serve());
    const row = rowOf(page, 'servicenow');
    await row.getByText('Closed').waitFor();
    expect(await page.title()).toBe('orders · live');

    const since = performance.now();
    await failing(breaker);
    await row.getByText('Open', { exact: true }).waitFor();
    expect(performance.now() - since).toBeLessThan(2000);
    expect(await row.getAttribute('data-state')).toBe('open');
    await row.getByText('ECONNREFUSED').waitFor();
    expect(await page.locator('#announcement').textContent()).toBe('servicenow is open');
    expect(await page.title()).toBe('▲ 1 open · orders');
    await page.locator('#events').getByText('servicenow').waitFor();
    expect(await page.getByRole('button', { name: '1 open' }).isVisible()).toBe(true);
  });

  it('shows the failure limit and the time of the next probe', async () => {
    const policy = known(
      createPolicy('workday', 'default', {
        retry: false,
        circuitBreaker: { consecutiveFailures: 3 },
      }),
    );
    const page = await open(await serve());
    await failing(policy, 2);
    await rowOf(page, 'workday').getByText('2 of 3 failures').waitFor();
    await failing(policy, 1);
    await rowOf(page, 'workday').getByText('next probe in').waitFor();
  });

  it('shows unhandled errors separately, outside of the ratios', async () => {
    const policy = known(createPolicy('api', 'default', { retry: false, handle: () => false }));
    const page = await open(await serve());
    const row = rowOf(page, 'api');
    await row.getByText('no calls').waitFor();
    await policy.execute(() => 'fine');
    await failing(policy, 3);
    await row.getByText('100 % ok · 3 not handled').waitFor();
  });

  it('resets, isolates and releases with the token, and reports a wrong token', async () => {
    const breaker = breakerNamed('servicenow');
    await failing(breaker);
    const page = await open(await serve());
    const row = rowOf(page, 'servicenow');
    await row.getByText('Open', { exact: true }).waitFor();

    await operate(page, 'servicenow', 'Reset', 'some-other-token-of-length');
    await page.getByRole('alert').getByText('does not accept this token').waitFor();
    expect(await row.getAttribute('data-state')).toBe('open');
    // The browser itself notes an answer of 401.
    expect(browser.complaints.splice(0).join()).toMatch(/^[^,]*401[^,]*$/);
    await page.getByRole('dialog').getByLabel('Token').fill(TOKEN);
    await page.getByRole('button', { name: 'Apply' }).click();
    await row.getByText('Closed').waitFor();
    // There is more to know of what a reset of another's circuit breaker can't do.
    await page.getByRole('dialog').getByText('reset succeeded. Current state: closed.').waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    expect(await page.getByRole('dialog').isVisible()).toBe(false);

    await operate(page, 'servicenow', 'Isolate', TOKEN);
    await page.locator('#toast').getByText('servicenow: isolate succeeded').waitFor();
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    await row.getByText('Isolated', { exact: true }).waitFor();
    await row.getByText('by an operator').waitFor();
    await page.locator('#events').getByText('maintenance').first().waitFor();
    await operate(page, 'servicenow', 'Release', TOKEN);
    await row.getByText('Closed').waitFor();
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(TOKEN);
  });

  it('does not show a late response in the dialog of another name', async () => {
    for (const name of ['servicenow', 'workday']) breakerNamed(name);
    const page = await open(await serve());
    let hold = true;
    await page.route('**/circuit-breakers/**', async (route) => {
      if (hold) await page.locator('#operate-name').getByText('workday').waitFor();
      await route.continue().catch(() => {});
    });
    await operate(page, 'servicenow', 'Isolate', TOKEN);
    await page.getByRole('button', { name: 'Applying' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page
      .locator('#toast')
      .getByText('servicenow: the dialog was closed before the response')
      .waitFor();
    await page.getByRole('button', { name: 'Operate workday' }).click();
    await page.waitForTimeout(500);
    const dialog = page.getByRole('dialog');
    expect(await dialog.isVisible()).toBe(true);
    expect(await dialog.locator('#operate-error, #operate-done').allTextContents()).toEqual([
      '',
      '',
    ]);
    hold = false;
    await dialog.getByRole('radio', { name: /^Isolate/ }).check();
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await page.locator('#toast').getByText('workday: isolate succeeded').waitFor();
    await operate(page, 'workday', 'Release', TOKEN);
    await rowOf(page, 'workday').getByText('Closed').waitFor();
  });

  it('updates the state in the dialog, and deselects an action that is not possible', async () => {
    const breakers = ['eu', 'us'].map((region) =>
      known(instrument('servicenow', newBreaker(), { attributes: { region } })),
    );
    const page = await open(await serve());
    await page.getByRole('button', { name: 'Operate servicenow' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Applies to all 2 circuit breakers of this name: 2 closed.').waitFor();
    const isolated = breakers.map((breaker) => breaker.isolate());
    await dialog.getByText('2 isolated.').waitFor();
    expect(await dialog.getByRole('radio', { checked: true }).count()).toBe(0);
    expect(await dialog.getByRole('radio', { name: /^Reset/ }).isDisabled()).toBe(true);
    for (const item of isolated) item.dispose();
    await dialog.getByText('2 closed.').waitFor();
    expect(await dialog.getByRole('radio', { name: /^Reset/ }).isDisabled()).toBe(false);
  });

  it('has no operation buttons without a token, and shows why', async () => {
    breakerNamed('servicenow');
    const page = await open(await serve({}));
    await rowOf(page, 'servicenow').waitFor();
    expect(await page.getByRole('button', { name: /^Operate/ }).count()).toBe(0);
    await page.getByText('Operations are disabled').waitFor();
  });

  it('asks for the token if reading requires it', async () => {
    breakerNamed('servicenow');
    const url = await serve({ token: TOKEN, protectReads: true });
    const page = await browser.visit(url);
    pages.push(page);
    const token = page.getByLabel('This service requires a token');
    await token.fill('some-other-token-of-length');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('does not accept this token').waitFor();
    await token.fill(TOKEN);
    await page.getByRole('button', { name: 'Show' }).click();
    await rowOf(page, 'servicenow').waitFor();
    // The browser itself notes each answer of 401.
    expect(browser.complaints.splice(0).filter((complaint) => !/ 401 /.test(complaint))).toEqual(
      [],
    );
  });

  it('shows any name as text', async () => {
    const names = ['<img src=x onerror=alert(1)>', '__proto__', 'a/b?c#d', 'línea\n\ttwo'];
    for (const name of names) breakerNamed(name);
    const page = await open(await serve());
    await page.getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await page.locator('tbody .name').allTextContents()).toEqual(
      expect.arrayContaining(names),
    );
    expect(await page.locator('img').count()).toBe(0);
    await operate(page, 'a/b?c#d', 'Isolate', TOKEN);
    await page.locator('tr[data-state="isolated"]').waitFor();
    await operate(page, 'a/b?c#d', 'Release', TOKEN);
    await page.locator('tr[data-state="isolated"]').waitFor({ state: 'detached' });
  });

  it('explains what to do without policies', async () => {
    const page = await open(await serve());
    await page.getByText('This service has no instrumented policy yet.').waitFor();
    breakerNamed('servicenow');
    await rowOf(page, 'servicenow').waitFor();
  });

  it('marks the page as stale while the service is down, and reconnects', async () => {
    breakerNamed('servicenow');
    const url = await serve();
    const page = await open(url);
    await rowOf(page, 'servicenow').waitFor();
    await services.splice(0)[0]?.close();
    await page.locator('body[data-connection="lost"]').waitFor();
    await page.getByText(/The page shows the state of \d\d:\d\d:\d\d/).waitFor();
    await serve(undefined, Number(new URL(url).port));
    breakerNamed('workday');
    await page.locator('body[data-connection="live"]').waitFor();
    await rowOf(page, 'workday').waitFor();
    expect(await page.locator('#stale').isVisible()).toBe(false);
    // The browser itself notes that nobody was there.
    expect(browser.complaints.splice(0).filter((complaint) => !/ERR_/.test(complaint))).toEqual([]);
  });

  it('can be used without a mouse', async () => {
    for (const name of ['servicenow', 'workday']) breakerNamed(name);
    const page = await open(await serve());
    await rowOf(page, 'workday').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('WORK');
    await eventually('one is found', async () => (await namesOn(page)).length === 1 || undefined);
    await page.keyboard.press('Escape');
    await eventually('all are there', async () => (await namesOn(page)).length === 2 || undefined);
    await page.getByRole('button', { name: 'Operate workday' }).focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('dialog').getByLabel('Token').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').isVisible()).toBe(false);
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Operate workday');
  });

  it.each(['light', 'dark'] as const)(
    'has nothing serious for axe to find: %s',
    async (colorScheme) => {
      await failing(breakerNamed('servicenow'));
      const policy = known(createPolicy('workday', 'llm', { fallback: undefined }));
      await policy.execute(async () => {});
      const isolated = breakerNamed('keycloak').isolate();
      for (const viewport of [
        { width: 1280, height: 900 },
        { width: 390, height: 844 },
      ]) {
        const page = await open(await serve(), { colorScheme, viewport, bypassCSP: true });
        await rowOf(page, 'servicenow').waitFor();
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
          viewport.width,
        );
        expect(await findings(page)).toEqual([]);
        await page.getByRole('button', { name: 'Operate servicenow' }).click();
        expect(await findings(page)).toEqual([]);
      }
      isolated.dispose();
    },
  );

  it('stays quick with 200 policies, finds one of them, and puts trouble first', async () => {
    const policies = Array.from({ length: 200 }, (_, index) => breakerNamed(`dependency ${index}`));
    const calls = setInterval(() => {
      for (const policy of policies) policy.execute(async () => {}).catch(() => {});
    }, 100);
    try {
      const page = await open(await serve());
      await eventually(
        'all are there',
        async () => (await namesOn(page)).length === 200 || undefined,
      );
      await failing(policies[123] as never);
      await eventually(
        'it is first',
        async () => (await namesOn(page))[0] === 'dependency 123' || undefined,
      );
      expect(await longestFrame(page)).toBeLessThan(400);

      await page.getByRole('searchbox').fill('dependency 77');
      await eventually(
        'it is found',
        async () => (await namesOn(page)).join() === 'dependency 77' || undefined,
      );
      await page.getByRole('searchbox').fill('');
      await page.getByRole('button', { name: '1 open' }).click();
      await eventually(
        'one is open',
        async () => (await namesOn(page)).join() === 'dependency 123' || undefined,
      );
      await page.getByRole('button', { name: '199 closed' }).click();
      await eventually('others', async () => (await namesOn(page)).length === 199 || undefined);
    } finally {
      clearInterval(calls);
    }
  });

  it('keeps its colors with forced colors, and shows how long it has sampled', async () => {
    const policy = breakerNamed('servicenow');
    await policy.execute(async () => {});
    const page = await open(await serve(), { forcedColors: 'active' });
    await page.locator('#span').getByText('as sampling began then').waitFor();
    const colors = await page.evaluate<string[]>(
      `[...document.querySelectorAll('#legend [data-outcome], .bar .fill, .bar .limit')]
        .map((each) => getComputedStyle(each).backgroundColor)`,
    );
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(new Set(colors.slice(0, 6)).size).toBe(6);
    expect(colors).not.toContain(ground);
  });

  it('shows long names completely', async () => {
    const names = ['servicenow-incident-table-search', 'workday-compensation-report-raas'];
    for (const name of names) breakerNamed(name);
    const page = await open(await serve(), { viewport: { width: 1280, height: 900 } });
    await rowOf(page, 'servicenow-incident-table-search').waitFor();
    const cut = await page.evaluate<number>(
      `[...document.querySelectorAll('.name')]
        .filter((each) => each.scrollHeight > each.clientHeight || each.scrollWidth > each.clientWidth)
        .length`,
    );
    expect(cut).toBe(0);
  });

  it('does not reorder rows under the pointer', async () => {
    const [, second] = [breakerNamed('a'), breakerNamed('b')];
    const page = await open(await serve());
    await rowOf(page, 'a').hover();
    await failing(second);
    await rowOf(page, 'b').getByText('Open', { exact: true }).waitFor();
    expect(await namesOn(page)).toEqual(['a', 'b']);
    await page.getByText('order paused').waitFor();
    await eventually('it moves', async () => (await namesOn(page))[0] === 'b' || undefined);
  });
});

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds that is serious or critical. */
async function findings(page: Page): Promise<readonly Violation[]> {
  await page.evaluate(axe);
  const violations = await page.evaluate<Violation[]>(
    'axe.run().then((found) => found.violations)',
  );
  return violations
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, impact, nodes }) => ({
      id,
      impact,
      nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })),
    }));
}

/** The longest time between two frames in five seconds, in ms. */
function longestFrame(page: Page): Promise<number> {
  return page.evaluate(`new Promise((resolve) => {
    let longest = 0;
    let before = performance.now();
    const end = before + 5000;
    requestAnimationFrame(function frame(now) {
      longest = Math.max(longest, now - before);
      before = now;
      if (now < end) requestAnimationFrame(frame);
      else resolve(longest);
    });
  })`);
}
