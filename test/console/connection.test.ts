import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SnapshotMessage } from '../../src/console/protocol/messages.ts';
import { resolveLimits } from '../../src/console/server/limits.ts';
import { loadPage } from '../../src/console/server/page.ts';
import { Problem } from '../../src/operations/responses/problem.ts';
import { TestBrowser } from './browser.ts';

/** Whatever stands between the page and the service: it answers as it likes. */
let answer: (response: ServerResponse, request: IncomingMessage) => void;
const server = createServer((request, response) => {
  if (request.url === '/live') response.setHeader('content-type', 'text/html').end(loadPage().html);
  else answer(response, request);
});
let browser: TestBrowser;
let url: string;

beforeAll(async () => {
  browser = await TestBrowser.start();
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await browser.close();
});
beforeEach(() => {
  server.closeAllConnections();
});

const status = (code: number) => (response: ServerResponse) => {
  response.writeHead(code, { 'content-type': 'text/html' }).end('<h1>proxy</h1>');
};
const problem = (code: number, detail: string) => async (response: ServerResponse) => {
  const reported = new Problem(code, detail).response();
  response.writeHead(code, Object.fromEntries(reported.headers)).end(await reported.text());
};
const streamOf =
  (instance: string, overrides: Partial<SnapshotMessage>) => (response: ServerResponse) => {
    const snapshot = {
      instance,
      startedAt: 1,
      at: Date.now(),
      rows: [],
      events: [],
      omittedNames: 0,
      states: [0, 0, 0, 0],
      service: 'orders',
      canAdminister: false,
      limits: resolveLimits(10, 60),
      times: [Date.now()],
      history: [],
      ...overrides,
    } satisfies SnapshotMessage;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`retry: 200\nevent: snapshot\ndata: ${JSON.stringify(snapshot)}\n\n`);
  };

const stream = streamOf('host:1', {});
const rowsOf = (state: 'open' | 'closed') => {
  const breaker = {
    state,
    since: null,
    states: state === 'open' ? [0, 1, 0, 0] : [1, 0, 0, 0],
    failures: null,
    failureLimit: null,
    nextProbeAt: null,
    lastErrorType: null,
    isIsolatedByOperator: false,
  };
  const none = [0, 0, 0, 0, 0, 0];
  const row = { latest: none, outcomes: none, active: 0, p50: null, p95: null, timedCalls: 0 };
  return { rows: [{ name: 'servicenow', ...row, breaker }], history: [none] };
};

describe('the connection of the live page', { timeout: 30_000 }, () => {
  it.each([404, 500, 502, 503])(
    'shows a response of %d that comes from another server',
    async (code) => {
      answer = status(code);
      const page = await browser.visit(url);
      await page.locator('#stale').getByText(`responded with ${code}`).waitFor();
      expect(await page.locator('body').getAttribute('data-connection')).toBe('lost');
      answer = stream;
      await page.locator('body[data-connection="live"]').waitFor();
      await page.context().close();
    },
  );

  it('shows that the service is stopping, and no longer when it does not respond', async () => {
    answer = problem(503, 'These routes are closed.');
    const page = await browser.visit(url);
    await page.locator('#stale').getByText('These routes are closed.').waitFor();
    expect(await page.locator('body').getAttribute('data-connection')).toBe('closing');
    answer = (response) => response.destroy();
    await page.locator('body[data-connection="lost"]').waitFor();
    expect(await page.locator('#stale').textContent()).not.toContain('closed');
    await page.context().close();
  });

  it('asks for a token when its token is no longer accepted', async () => {
    answer = stream;
    const page = await browser.visit(url);
    await page.locator('body[data-connection="live"]').waitFor();
    answer = problem(401, 'Another token is needed now.');
    server.closeAllConnections();
    await page.locator('body[data-connection="denied"]').waitFor();
    expect(await page.locator('#stale').textContent()).toMatch(
      /^The page shows the state of \d\d:/,
    );
    await page.context().close();
  });

  it('requests again without a response, and names a possible cause', async () => {
    let asked = 0;
    answer = () => void asked++;
    const page = await browser.visit(url);
    await page.locator('#stale').getByText('A proxy may buffer').waitFor();
    expect(asked).toBe(2);
    answer = stream;
    await page.locator('body[data-connection="live"]').waitFor();
    await page.context().close();
  });

  it('shows no policies before the first message', async () => {
    answer = () => {};
    const page = await browser.visit(url);
    await page.getByText('Connecting.').waitFor();
    for (const place of ['.summary', '.events', '.all']) {
      expect(await page.locator(place).isVisible()).toBe(false);
    }
    server.closeAllConnections();
    answer = stream;
    await page.getByText('This service has no instrumented policy').waitFor();
    await page.context().close();
  });

  it('shows the process that responds, and reports a new process and changed states', async () => {
    const opened = {
      at: 1,
      kind: 'state_change',
      name: 'servicenow',
      text: 'closed at last',
      tone: 'good',
    } as const;
    answer = streamOf('host:1', {
      ...rowsOf('closed'),
      events: [opened],
    } as Partial<SnapshotMessage>);
    const page = await browser.visit(url);
    await page.locator('header').getByText('host:1').waitFor();
    answer = streamOf('host:2', rowsOf('open') as Partial<SnapshotMessage>);
    server.closeAllConnections();
    await page.locator('header').getByText('host:2').waitFor();
    await page
      .locator('#announcement')
      .getByText('servicenow is open')
      .waitFor({ state: 'attached' });
    await page.locator('#events').getByText('another process').waitFor();
    expect(await page.locator('#events').getByText('closed at last').isVisible()).toBe(true);
    await page.context().close();
  });
});
