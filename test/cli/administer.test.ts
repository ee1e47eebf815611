import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { breakerNamed, failing, TOKEN } from '../health/support.ts';
import { run } from './cli.ts';
import { HOSTILE, serve, webServer } from './service.ts';

const env = { COCKATIEL_OTEL_TOKEN: TOKEN };

describe('cockatiel-otel reset, isolate, release', () => {
  it('close, isolate and release a circuit breaker, and print the change', async () => {
    const breaker = breakerNamed('servicenow');
    await failing(breaker);
    const { url } = await serve({ token: TOKEN });
    const runAction = async (action: string) => run([action, 'servicenow', '--url', url], env);
    const success = (stdout: string) => ({ code: 0, stdout, stderr: '' });
    expect(await runAction('reset')).toEqual(
      success(
        'servicenow: reset, open -> closed. A circuit breaker that the service created itself keeps ' +
          'its count of failures: the next failure may open it.\n',
      ),
    );
    expect(await runAction('isolate')).toEqual(
      success('servicenow: isolate, closed -> isolated\n'),
    );
    await expect(breaker.execute(() => 'through')).rejects.toThrow();
    expect(await runAction('reset')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: Not done: The circuit breaker is isolated. Release it to close it.\n',
    });
    expect(await runAction('release')).toEqual(
      success('servicenow: release, isolated -> closed\n'),
    );
    expect(await breaker.execute(() => 'through')).toBe('through');
  });

  it('send the operator and the reason to the log of the service', async () => {
    breakerNamed('jira');
    const entries: object[] = [];
    const log = (_: string, fields: object = {}) => void entries.push(fields);
    const { url } = await serve({ token: TOKEN, logger: { info: log, warn: log, error: log } });
    await run(['isolate', 'jira', '--reason', 'they move', '--url', url], env);
    await run(['release', 'jira', '--by', 'ann', '--json', '--url', url], env);
    const text = JSON.stringify(entries);
    expect(text).toContain('they move');
    expect(text).toContain(userInfo().username);
    expect(text).toContain('ann');
  });

  it('print the response of the route with --json', async () => {
    breakerNamed('jira');
    const { url } = await serve({ token: TOKEN });
    const { stdout } = await run(['isolate', 'jira', '--json', '--url', url], env);
    await run(['release', 'jira', '--url', url], env);
    expect(JSON.parse(stdout)).toEqual({
      name: 'jira',
      action: 'isolate',
      state: 'isolated',
      previous_state: 'closed',
    });
  });

  it('print the detail of the response with control characters escaped', async () => {
    const body = { name: 'jira', action: 'reset', state: 'isolated', previous_state: 'open' };
    const detail = 'Isolated ones \x1b[2Jstay isolated.';
    const url = await webServer((_, response) => {
      response.end(JSON.stringify({ ...body, detail, later: 'a field' }));
    });
    expect((await run(['reset', 'jira', '--url', url], env)).stdout).toBe(
      'jira: reset, open -> isolated. Isolated ones \\u001b[2Jstay isolated.\n',
    );
  });

  it('find a circuit breaker by any name', async () => {
    const { url } = await serve({ token: TOKEN });
    breakerNamed('b');
    const offenders: unknown[] = [];
    for (const name of HOSTILE) {
      const breaker = breakerNamed(name);
      await failing(breaker);
      const result = await run(['reset', '--url', url, '--', name], env);
      const isReset =
        result.code === 0 &&
        result.stderr === '' &&
        /^\P{Cc}+: reset, open -> closed\. \P{Cc}+\n$/u.test(result.stdout) &&
        (await breaker.execute(() => 'passed').catch(String)) === 'passed';
      if (!isReset) offenders.push({ name, ...result });
    }
    expect(offenders).toEqual([]);
  }, 60_000);

  it('reject an empty name with exit code 2', async () => {
    const { url } = await serve({ token: TOKEN });
    expect(await run(['reset', '', '--url', url], env)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: Expected NAME to be a name, got ""\n',
    });
  });

  it('reject an unknown name with exit code 2, and list the known names', async () => {
    breakerNamed('jira');
    breakerNamed('\x1b[2Jevil');
    const { url } = await serve({ token: TOKEN });
    expect(await run(['isolate', 'jura', '--url', url], env)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: There is no circuit breaker with the name "jura". Known names: "\\u001b[2Jevil", "jira"\n',
    });
  });

  it('explain a missing token, a wrong token, and a service without a token', async () => {
    const breaker = breakerNamed('jira');
    const { url } = await serve({ token: TOKEN });
    const { url: withoutToken } = await serve();
    const cases: [string, NodeJS.ProcessEnv, RegExp][] = [
      [url, {}, /requires a token \(401\): set COCKATIEL_OTEL_TOKEN/],
      [url, { COCKATIEL_OTEL_TOKEN: 'wrong' }, /rejects the token in COCKATIEL_OTEL_TOKEN/],
      [
        withoutToken,
        env,
        /forbids this request \(403\): .+ set the option `token` of `healthRoutes`/,
      ],
    ];
    for (const [address, environment, message] of cases) {
      const result = await run(['isolate', 'jira', '--url', address], environment);
      expect(result).toMatchObject({ code: 3, stdout: '' });
      expect(result.stderr).toMatch(message);
      expect(result.stderr).toMatch(/^error: .+\n$/);
    }
    expect(await breaker.execute(() => 'through')).toBe('through');
  });

  it('report a reason that is too long for the service', async () => {
    breakerNamed('jira');
    const { url } = await serve({ token: TOKEN });
    const args = ['isolate', 'jira', '--reason', 'x'.repeat(10_000), '--url', url];
    const { code, stderr } = await run(args, env);
    expect(code).toBe(3);
    expect(stderr).toMatch(/responds with 413: The body must have at most \d+ bytes/);
  });

  it('require a name or an ID', async () => {
    for (const action of ['reset', 'isolate', 'release', 'abort']) {
      const { code, stderr } = await run([action], env);
      expect([action, code, stderr]).toEqual([
        action,
        2,
        expect.stringMatching(/missing required argument/),
      ]);
    }
  });
});
