import { bulkhead, ConsecutiveBreaker, circuitBreaker, handleAll, retry, wrap } from 'cockatiel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { monitorDependencies } from '../../src/health/index.ts';
import { instrument } from '../../src/index.ts';
import { policyFor, policyRegistry } from '../../src/policies/index.ts';
import { breakerNamed, failing, known, TOKEN } from '../health/support.ts';
import { run } from './cli.ts';
import { HOSTILE, serve, webServer } from './service.ts';

describe('cockatiel-otel policies', () => {
  it('shows every policy with live counts', async () => {
    const stack = known(
      instrument(
        'servicenow',
        wrap(
          retry(handleAll, { maxAttempts: 2 }),
          circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker: new ConsecutiveBreaker(9) }),
        ),
      ),
    );
    await failing(stack, 1);
    await stack.execute(() => 'result');
    const queue = known(instrument('queue', bulkhead(1, 5)));
    let finish = () => {};
    const first = queue.execute(() => new Promise<void>((resolve) => (finish = resolve)));
    const second = queue.execute(() => 'later');
    const { url } = await serve();
    const { code, stdout, stderr } = await run(['policies', '--url', url]);
    finish();
    await Promise.all([first, second]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['name', 'circuit', 'active', 'executions', 'retries', 'bulkhead'],
      ['queue', '-', '2', '0', '-', '1/1 +1'],
      ['servicenow', 'closed', '0', '1 success, 1 failure', '2', '-'],
      [''],
      ['2 policies'],
      [''],
    ]);
  });

  it('prints the response of the route with --json, with any names', async () => {
    for (const name of HOSTILE) breakerNamed(name);
    const { url } = await serve();
    const { code, stdout } = await run(['policies', '--json', '--url', url]);
    expect(code).toBe(0);
    const body = (await (await fetch(`${url}/policies`)).json()) as { policies: object };
    expect(Object.keys(JSON.parse(stdout).policies)).toEqual(Object.keys(body.policies));
    expect(await run(['policies', '--url', url])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('cockatiel-otel executions', () => {
  it('reads names whose bytes arrive in two parts', async () => {
    const execution = { id: '1', age_ms: 1, attempt: 1, correlation_id: null, abortable: false };
    const response = { executions: [{ ...execution, name: '日本語' }], total: 1 };
    const bytes = Buffer.from(JSON.stringify(response));
    const inside = bytes.indexOf('日') + 1;
    const url = await webServer((_, server) => {
      server.writeHead(200, { 'content-type': 'application/json' });
      server.write(bytes.subarray(0, inside));
      setTimeout(() => server.end(bytes.subarray(inside)), 50);
    });
    expect(await run(['executions', '--url', url])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('日本語'),
    });
  });

  it('shows running executions, and `abort` aborts one', async () => {
    const { url } = await serve({ token: TOKEN });
    const none = await run(['executions', '--url', url]);
    expect(none).toEqual({ code: 0, stdout: 'nothing is running\n', stderr: '' });

    const errorName = policyFor('reports', { overrides: { retry: false, timeout: false } })
      .execute(
        ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
      )
      .catch((error: Error) => error.name);
    const { stdout } = await run(['executions', '--url', url]);
    const [headings, line, , summary] = stdout.split('\n').map((text) => text.split(/ {2,}/));
    expect(headings).toEqual(['name', 'id', 'age', 'attempt', 'correlation id', 'can be aborted']);
    expect(line).toMatchObject(['reports', /./, /^\ds$/, '1', '-', 'yes'].map(matching));
    expect(summary).toEqual(['1 running']);

    const env = { COCKATIEL_OTEL_TOKEN: TOKEN };
    const args = ['abort', line?.[1] ?? '', '--url', url];
    expect(await run(args, env)).toEqual({ code: 0, stdout: 'reports: aborted\n', stderr: '' });
    expect(await errorName).toBe('AbortError');
    const again = await run(args, env);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/^error: Not done: There is no such execution in progress/);
    policyRegistry.dispose('reports');
  });
});

function matching(expected: string | RegExp): unknown {
  return typeof expected === 'string' ? expected : expect.stringMatching(expected);
}

describe('cockatiel-otel check', () => {
  it('exits with 0 if the service is healthy, and with 1 otherwise', async () => {
    const breaker = breakerNamed('jira');
    const { url } = await serve();
    expect(await run(['check', '--url', url])).toEqual({
      code: 0,
      stdout: 'healthy\n1 circuit breaker: 1 closed\n',
      stderr: '',
    });
    await failing(breaker);
    expect(await run(['check', '--url', url])).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        /^degraded\n1 circuit breaker: 1 open\n {2}jira: open for \ds, last error ECONNREFUSED\n$/,
      ),
      stderr: '',
    });
    const { code, stdout } = await run(['check', '--json', '--url', url]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual(await (await fetch(`${url}/health`)).json());
  });

  it('shows dependencies, and accepts a response with status 503', async () => {
    await failing(breakerNamed('jira'));
    const available = () => true;
    const dependencies = monitorDependencies({
      a: available,
      b: available,
      c: available,
      d: () => false,
    });
    await dependencies.ready;
    const { url } = await serve({ openFails: true, dependencies });
    onTestFinished(() => dependencies.stop());
    expect(await run(['check', '--url', url])).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        /^unhealthy\n1 circuit breaker: 1 open\n {2}jira: open .+\n3 of 4 dependencies available \(75 %\): postpone bulk work\n {2}see the log or the live page of the service for their names\n$/,
      ),
      stderr: '',
    });
  });

  it('names a half-open circuit, because it degrades the service', async () => {
    const jira = circuitBreaker(handleAll, {
      halfOpenAfter: 0,
      breaker: new ConsecutiveBreaker(1),
    });
    known(instrument('jira', jira));
    await jira.execute(() => Promise.reject(new Error('down'))).catch(() => {});
    let finish = () => {};
    const probe = jira.execute(() => new Promise<void>((resolve) => (finish = resolve)));
    const { url } = await serve();
    const { code, stdout } = await run(['check', '--url', url]);
    finish();
    await probe;
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        /^degraded\n1 circuit breaker: 1 half_open\n {2}jira: half_open for \ds.*\n$/,
      ),
    });
  });

  it('prints the number of circuits beyond 20 that are not closed', async () => {
    for (let index = 1; index <= 22; index++) await failing(breakerNamed(`open ${index}`));
    const { url } = await serve();
    const { stdout } = await run(['check', '--url', url]);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('  and 2 more; `breakers` lists all');
    expect(lines).toHaveLength(23);
  });

  it('lists up to 20 circuits that are not closed, worst state first', async () => {
    for (let index = 1; index <= 18; index++) await failing(breakerNamed(`open ${index}`));
    breakerNamed('result');
    const isolation = breakerNamed('\x1b[2Jpayroll').isolate();
    const { url } = await serve();
    const { code, stdout } = await run(['check', '--url', url]);
    isolation.dispose();
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[1]).toBe('20 circuit breakers: 18 open, 1 isolated, 1 closed');
    expect(lines.slice(2, 5).map((line) => line.split(':')[0])).toEqual([
      '  open 1',
      '  open 2',
      '  open 3',
    ]);
    expect(lines.at(-1)).toMatch(/^ {2}\\u001b\[2Jpayroll: isolated for \ds$/);
    expect(lines).toHaveLength(21);
  });

  it('requests names only if circuits are not closed, and works without them', async () => {
    const requests: unknown[] = [];
    const breakers = { total: 1, open: 1, half_open: 0, closed: 0, isolated: 0 };
    const url = await webServer(({ url }, response) => {
      requests.push(url);
      if (url !== '/health') response.writeHead(502).end();
      else response.end(JSON.stringify({ status: 'degraded', breakers }));
    });
    expect(await run(['check', '--json', '--url', url])).toMatchObject({ code: 1, stderr: '' });
    expect(requests).toEqual(['/health']);
    expect(await run(['check', '--url', url])).toEqual({
      code: 1,
      stdout: 'degraded\n1 circuit breaker: 1 open\n',
      stderr: `warning: ${url} responds with 502\n`,
    });
    breakers.open = 0;
    breakers.closed = 1;
    requests.splice(0);
    await run(['check', '--url', url]);
    expect(requests).toEqual(['/health']);
  });

  it('shows the status alone if the routes require a token for more', async () => {
    const { url } = await serve({ token: TOKEN, protectReads: true });
    expect(await run(['check', '--url', url])).toMatchObject({ code: 0, stdout: 'healthy\n' });
  });
});
