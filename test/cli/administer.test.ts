import { userInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { breakerNamed, failing, TOKEN } from '../health/support.ts';
import { run } from './cli.ts';
import { HOSTILE, serve, webServer } from './service.ts';

const env = { COCKATIEL_OTEL_TOKEN: TOKEN };

describe('cockatiel-otel reset, isolate, release', () => {
  it('close a circuit, hold it open and let it go, and say so', async () => {
    const breaker = breakerNamed('servicenow');
    await failing(breaker);
    const { url } = await serve({ token: TOKEN });
    const say = async (action: string) => run([action, 'servicenow', '--url', url], env);
    const fine = (stdout: string) => ({ code: 0, stdout, stderr: '' });
    expect(await say('reset')).toEqual(
      fine(
        'servicenow: reset, open -> closed. A circuit breaker that the service has made itself keeps ' +
          'its count of failures: the next one may open it.\n',
      ),
    );
    expect(await say('isolate')).toEqual(fine('servicenow: isolate, closed -> isolated\n'));
    await expect(breaker.execute(() => 'through')).rejects.toThrow();
    expect(await say('reset')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'error: Not done: It is isolated: release it, then it closes.\n',
    });
    expect(await say('release')).toEqual(fine('servicenow: release, isolated -> closed\n'));
    expect(await breaker.execute(() => 'through')).toBe('through');
  });

  it('tell the service who does it and why', async () => {
    breakerNamed('jira');
    const told: object[] = [];
    const tell = (_: string, fields: object = {}) => void told.push(fields);
    const { url } = await serve({ token: TOKEN, logger: { info: tell, warn: tell, error: tell } });
    await run(['isolate', 'jira', '--reason', 'they move', '--url', url], env);
    await run(['release', 'jira', '--by', 'ann', '--json', '--url', url], env);
    const text = JSON.stringify(told);
    expect(text).toContain('they move');
    expect(text).toContain(userInfo().username);
    expect(text).toContain('ann');
  });

  it('print with --json what the route answers', async () => {
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

  it('say what is left to know', async () => {
    const answer = { name: 'jira', action: 'reset', state: 'isolated', previous_state: 'open' };
    const detail = 'Those that are isolated \x1b[2Jstay so.';
    const url = await webServer((_, response) => {
      response.end(JSON.stringify({ ...answer, detail, later: 'a field' }));
    });
    expect((await run(['reset', 'jira', '--url', url], env)).stdout).toBe(
      'jira: reset, open -> isolated. Those that are isolated \\u001b[2Jstay so.\n',
    );
  });

  it.each(HOSTILE)('find a circuit breaker called %j', async (name) => {
    const breaker = breakerNamed(name);
    breakerNamed('b');
    await failing(breaker);
    const { url } = await serve({ token: TOKEN });
    const { code, stdout, stderr } = await run(['reset', '--url', url, '--', name], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\P{Cc}+: reset, open -> closed\. \P{Cc}+\n$/u);
    expect(await breaker.execute(() => 'through')).toBe('through');
  });

  it('call no name a misuse', async () => {
    const { url } = await serve({ token: TOKEN });
    expect(await run(['reset', '', '--url', url], env)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'error: Expected NAME to be a name, got ""\n',
    });
  });

  it('call a name that is not there a misuse, and tell those that are', async () => {
    breakerNamed('jira');
    breakerNamed('\x1b[2Jevil');
    const { url } = await serve({ token: TOKEN });
    expect(await run(['isolate', 'jura', '--url', url], env)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: There is no circuit breaker of the name "jura". There are "\\u001b[2Jevil", "jira"\n',
    });
  });

  it('say what to do without a token, with a wrong one, and where none is taken', async () => {
    const breaker = breakerNamed('jira');
    const { url } = await serve({ token: TOKEN });
    const { url: closed } = await serve();
    const cases: [string, NodeJS.ProcessEnv, RegExp][] = [
      [url, {}, /asks for a token \(401\): set COCKATIEL_OTEL_TOKEN/],
      [url, { COCKATIEL_OTEL_TOKEN: 'wrong' }, /does not take the token in COCKATIEL_OTEL_TOKEN/],
      [closed, env, /does not allow it \(403\): .+ give `healthRoutes` the option `token`/],
    ];
    for (const [at, environment, sentence] of cases) {
      const result = await run(['isolate', 'jira', '--url', at], environment);
      expect(result).toMatchObject({ code: 3, stdout: '' });
      expect(result.stderr).toMatch(sentence);
      expect(result.stderr).toMatch(/^error: .+\n$/);
    }
    expect(await breaker.execute(() => 'through')).toBe('through');
  });

  it('say that a reason is too long for the service', async () => {
    breakerNamed('jira');
    const { url } = await serve({ token: TOKEN });
    const args = ['isolate', 'jira', '--reason', 'x'.repeat(10_000), '--url', url];
    const { code, stderr } = await run(args, env);
    expect(code).toBe(3);
    expect(stderr).toMatch(/refuses \(413\): The body must have \d+ bytes at most/);
  });

  it.each([['reset'], ['isolate'], ['release'], ['abort']])(
    '%s needs to be told what',
    async (action) => {
      const { code, stderr } = await run([action], env);
      expect(code).toBe(2);
      expect(stderr).toMatch(/missing required argument/);
    },
  );
});
