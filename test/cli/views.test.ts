import { bulkhead, ConsecutiveBreaker, circuitBreaker, handleAll, retry, wrap } from 'cockatiel';
import { describe, expect, it, onTestFinished } from 'vitest';
import { monitorDependencies } from '../../src/health/index.ts';
import { instrument } from '../../src/index.ts';
import { dispose, policyFor } from '../../src/policies/index.ts';
import { breakerNamed, failing, known, TOKEN } from '../health/support.ts';
import { run } from './cli.ts';
import { HOSTILE, serve } from './service.ts';

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
    await stack.execute(() => 'fine');
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

  it('prints with --json what the route answers, whatever the names', async () => {
    for (const name of HOSTILE) breakerNamed(name);
    const { url } = await serve();
    const { code, stdout } = await run(['policies', '--json', '--url', url]);
    expect(code).toBe(0);
    const answer = (await (await fetch(`${url}/policies`)).json()) as { policies: object };
    expect(Object.keys(JSON.parse(stdout).policies)).toEqual(Object.keys(answer.policies));
    expect(await run(['policies', '--url', url])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('cockatiel-otel executions', () => {
  it('shows what is running, and calls one off', async () => {
    const { url } = await serve({ token: TOKEN });
    const none = await run(['executions', '--url', url]);
    expect(none).toEqual({ code: 0, stdout: 'nothing is running\n', stderr: '' });

    const ended = policyFor('reports', { overrides: { retry: false, timeout: false } })
      .execute(
        ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
          }),
      )
      .catch((error: Error) => error.name);
    const { stdout } = await run(['executions', '--url', url]);
    const [headings, line, , summary] = stdout.split('\n').map((each) => each.split(/ {2,}/));
    expect(headings).toEqual(['name', 'id', 'age', 'attempt', 'correlation id', 'can be aborted']);
    expect(line).toMatchObject(['reports', /./, /^\ds$/, '1', '-', 'yes'].map(matching));
    expect(summary).toEqual(['1 running']);

    const env = { COCKATIEL_OTEL_TOKEN: TOKEN };
    const args = ['abort', line?.[1] ?? '', '--url', url];
    expect(await run(args, env)).toEqual({ code: 0, stdout: 'reports: called off\n', stderr: '' });
    expect(await ended).toBe('AbortError');
    const again = await run(args, env);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/^error: Not done: No such execution is under way/);
    dispose('reports');
  });
});

function matching(what: string | RegExp): unknown {
  return typeof what === 'string' ? what : expect.stringMatching(what);
}

describe('cockatiel-otel check', () => {
  it('ends with 0 where all is well, and with 1 where it is not', async () => {
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
      stdout: 'degraded\n1 circuit breaker: 1 open\n',
      stderr: '',
    });
    const { code, stdout } = await run(['check', '--json', '--url', url]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual(await (await fetch(`${url}/health`)).json());
  });

  it('tells of dependencies, and takes a 503 of the route for an answer', async () => {
    await failing(breakerNamed('jira'));
    const there = () => true;
    const dependencies = monitorDependencies({ a: there, b: there, c: there, d: () => false });
    await dependencies.ready;
    const { url } = await serve({ openFails: true, dependencies });
    onTestFinished(() => dependencies.stop());
    expect(await run(['check', '--url', url])).toEqual({
      code: 1,
      stdout:
        'unhealthy\n1 circuit breaker: 1 open\n' +
        '3 of 4 dependencies available (75 %): bulk work should wait\n',
      stderr: '',
    });
  });

  it('is content with the status where reading needs a token', async () => {
    const { url } = await serve({ token: TOKEN, protectReads: true });
    expect(await run(['check', '--url', url])).toMatchObject({ code: 0, stdout: 'healthy\n' });
  });
});
