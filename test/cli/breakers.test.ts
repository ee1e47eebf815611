import { bulkhead, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { describe, expect, it } from 'vitest';
import { instrument } from '../../src/index.ts';
import { policyFor, policyRegistry } from '../../src/policies/index.ts';
import { breakerNamed, failing, known, TOKEN } from '../health/support.ts';
import { run } from './cli.ts';
import { HOSTILE, serve, webServer } from './service.ts';

const UNPRINTABLE = /[^\P{Cc}\n]|[\u2028\u202e]/u;

/** The cells of each line. */
const cellsOf = (text: string) => text.split('\n').map((line) => line.split(/ {2,}/));

describe('cockatiel-otel breakers', () => {
  it('shows every circuit breaker, worst state first, and exits with 1', async () => {
    breakerNamed('jira');
    await breakerNamed('zeta').execute(() => 'result');
    await failing(breakerNamed('servicenow'), 3);
    const { url } = await serve();
    const { code, stdout, stderr } = await run(['breakers', '--url', url]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(cellsOf(stdout)).toEqual([
      ['name', 'state', 'since', 'failures', 'next probe', 'calls', 'last error'],
      [
        'servicenow',
        'open',
        expect.stringMatching(/^\ds$/),
        '2/2',
        expect.stringMatching(/^in (\d+s|1m 0s)$/),
        '2 failure, 1 rejected',
        'ECONNREFUSED',
      ],
      ['jira', 'closed', '-', '0/2', '-', '0', '-'],
      ['zeta', 'closed', '-', '0/2', '-', '1 success', '-'],
      [''],
      ['3 circuit breakers: 1 open, 2 closed'],
      [''],
    ]);
  });

  it('shows the circuit breakers of preset policies with the same columns', async () => {
    const policy = policyFor('cmdb', {
      overrides: { retry: false, circuitBreaker: { consecutiveFailures: 2 } },
    });
    await failing(policy, 2);
    const { url } = await serve();
    const { stdout } = await run(['breakers', '--url', url]);
    const line = stdout.split('\n').find((text) => text.startsWith('cmdb'));
    policyRegistry.dispose('cmdb');
    expect(line).toMatch(/^cmdb {2,}open {2,}\ds {2,}2\/2 {2,}in [\dms ]+? {2,}2 failure/);
  });

  it('shows the time in the state for every state', async () => {
    const at = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
    const breaker = (state: string, since?: string, opened_at: string | null = null) => ({
      state,
      opened: state === 'open' || state === 'isolated',
      since,
      fail_counter: null,
      fail_max: null,
      opened_at,
      next_probe_at: null,
      calls: { success: 0, failure: 0, ignored: 0, rejected: 0, cancelled: 0 },
      last_error_type: null,
    });
    const breakers = {
      'a probe failed': breaker('open', at(90), at(630)),
      recovered: breaker('closed', at(7230)),
      isolated: breaker('isolated', at(150), at(930)),
      'earlier version': breaker('open', undefined, at(330)),
      unchanged: breaker('closed'),
    };
    const summary = { total: 5, open: 2, half_open: 0, closed: 2, isolated: 1 };
    const url = await webServer((_, response) =>
      response.end(JSON.stringify({ breakers, summary })),
    );
    const { stdout } = await run(['breakers', '--url', url]);
    const rows = cellsOf(stdout).slice(1, 6);
    expect(rows.map(([name, , since]) => [name, since])).toEqual([
      ['a probe failed', expect.stringMatching(/^10m /)],
      ['earlier version', expect.stringMatching(/^5m /)],
      ['isolated', expect.stringMatching(/^2m /)],
      ['recovered', '2h 0m'],
      ['unchanged', '-'],
    ]);
  });

  it('exits with 0 if circuits are closed or half-open', async () => {
    const breaker = instrument(
      'probed',
      circuitBreaker(handleAll, { halfOpenAfter: 0, breaker: new ConsecutiveBreaker(1) }),
    );
    known(breaker);
    await failing(breaker, 1);
    let finish = () => {};
    const probe = breaker.execute(() => new Promise<void>((resolve) => (finish = resolve)));
    const { url } = await serve();
    const result = await run(['breakers', '--url', url]);
    finish();
    await probe;
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^probed +half_open /m);
    expect(result.stdout).toContain('1 circuit breaker: 1 half_open');
  });

  it('prints one line if there are no circuit breakers', async () => {
    known(instrument('queue', bulkhead(1)));
    const { url } = await serve();
    expect(await run(['breakers', '--url', url])).toEqual({
      code: 0,
      stdout: 'no circuit breakers\n',
      stderr: '',
    });
  });

  it('lists the circuit breakers of one name that are not closed', async () => {
    breakerNamed('shared');
    breakerNamed('shared');
    await failing(breakerNamed('shared'));
    const { url } = await serve();
    const { code, stdout } = await run(['breakers', '--url', url]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^shared +open 1\/3 /m);
    expect(stdout).toMatch(/^ {2}\(no key\) +open +\ds +2 /m);
    expect(stdout.split('\n').filter((line) => line.startsWith('  '))).toHaveLength(1);
  });

  it('prints only the response of the route with --json', async () => {
    for (const name of HOSTILE) await failing(breakerNamed(name));
    const body = await (await fetch(`${(await serve()).url}/circuit-breakers`)).text();
    const url = await webServer((_, response) => response.end(body));
    const { code, stdout, stderr } = await run(['breakers', '--json', '--url', url]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.stringify(JSON.parse(stdout))).toBe(JSON.stringify(JSON.parse(body)));
    expect(stdout).not.toMatch(UNPRINTABLE);
  });

  it('prints every name on one line with control characters escaped', async () => {
    for (const name of HOSTILE) await failing(breakerNamed(name));
    const { url } = await serve();
    const { stdout } = await run(['breakers', '--url', url]);
    expect(stdout).not.toMatch(UNPRINTABLE);
    expect(stdout.trimEnd().split('\n')).toHaveLength(HOSTILE.length + 3);
    for (const name of [
      '<img src=x onerror=alert(1)>',
      '\\u001b[2J\\u001b]0;owned\\u0007evil',
      '\\u009b31mred',
      'two\\u000d\\u000alines\\u2028three',
      '\\u202eright to left',
      '__proto__',
      'constructor',
    ]) {
      expect(stdout).toMatch(new RegExp(`^${escapePattern(name)} +open`, 'm'));
    }
  });

  it('colors states only in a terminal or with FORCE_COLOR', async () => {
    breakerNamed('result');
    await failing(breakerNamed('down'));
    const { url } = await serve();
    const plain = await run(['breakers', '--url', url]);
    const colored = await run(['breakers', '--url', url], { FORCE_COLOR: '1' });
    expect(plain.stdout).not.toContain('\x1b');
    // Libraries detect CI servers as terminals with colors.
    const onCi = await run(['breakers', '--url', url], { CI: '1', GITHUB_ACTIONS: 'true' });
    expect(onCi.stdout).not.toContain('\x1b');
    expect(colored.stdout).toContain('  \x1b[31m\x1b[1mopen\x1b[22m\x1b[39m  ');
    expect(colored.stdout).toContain('  \x1b[32mclosed\x1b[39m  ');
    const withNoColor = await run(['breakers', '--url', url], { NO_COLOR: '1' });
    expect(withNoColor.stdout).not.toContain('\x1b');
  });

  it('does not truncate names without a terminal', async () => {
    const name = 'x'.repeat(300);
    breakerNamed(name);
    const { url } = await serve();
    expect((await run(['breakers', '--url', url])).stdout).toContain(`${name}  closed`);
  });

  it('reads URL and token from the environment', async () => {
    breakerNamed('jira');
    const { url } = await serve({ token: TOKEN, protectReads: true });
    const env = { COCKATIEL_OTEL_URL: `${url}/`, COCKATIEL_OTEL_TOKEN: TOKEN };
    expect(await run(['breakers'], env)).toMatchObject({ code: 0, stderr: '' });
    expect(await run(['breakers', '--url', url])).toMatchObject({ code: 3, stdout: '' });
  });
});

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
