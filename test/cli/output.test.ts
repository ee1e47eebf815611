import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BIN, cli, run } from './cli.ts';
import { webServer } from './service.ts';

const PROGRAM = `"${process.execPath}" "${BIN}"`;
const MANY = 150_000;

function shell(script: string) {
  const { status, stdout, stderr } = spawnSync('bash', ['-o', 'pipefail', '-c', script], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

it('a reader that is gone ends the command without a word, and with its code', () => {
  const codes = {
    '--help': 0,
    'generate --out -': 0,
    fly: 2,
    'breakers --url http://127.0.0.1:1': 3,
    'breakers --watch --json --url http://127.0.0.1:1': 0,
  };
  for (const [args, code] of Object.entries(codes)) {
    // The reader is gone before the first line.
    const { stdout, stderr } = shell(
      `exec 3>&1; { sleep 0.3; ${PROGRAM} ${args} 2>&1; echo $? >&3; } | true`,
    );
    expect([args, stdout, stderr]).toEqual([args, `${code}\n`, '']);
  }
  expect(shell(`${PROGRAM} generate --out - | head -n 1 >/dev/null`)).toMatchObject({ stderr: '' });
});

it.runIf(existsSync('/dev/full'))('output that can not be written is told in a sentence', () => {
  for (const args of ['--help', 'generate --out -', 'config']) {
    const { status, stderr } = shell(`${PROGRAM} ${args} >/dev/full`);
    expect([args, status, stderr]).toEqual([
      args,
      1,
      expect.stringMatching(/^error: Standard output can not be written: ENOSPC: .+\n$/),
    ]);
  }
  // With no place for an error either, its code is all that is left.
  expect(shell(`${PROGRAM} fly >/dev/full 2>/dev/full`).stderr).toBe('');
});

it('no message repeats a token, or a password, that was given in a wrong place', () => {
  const given = [
    ['breakers', '--url', 'http://127.0.0.1:1/ops?token=SECRET'],
    ['breakers', '--url', 'http://127.0.0.1:1/ops#SECRET'],
    ['breakers', '--url', 'http://ann:SECRET@127.0.0.1:1'],
    ['breakers', '--url', 'htp://ann:SECRET@127.0.0.1:1'],
    ['breakers', '--url', '127.0.0.1:1/ops?token=SECRET'],
    ['live', '--print', '--url', 'http://127.0.0.1:1/ops?token=SECRET'],
    ['breakers', '--token=SECRET'],
    ['breakers', '--token', 'SECRET'],
    ['breakers', '--access-token=SECRET'],
    ['breakers', '--password=SECRET'],
    ['http://127.0.0.1:1/ops?token=SECRET'],
    ['breakers', '--timeout', 'http://h/?token=SECRET'],
  ];
  for (const args of given) {
    const results = [cli(args), cli(args.slice(0, 1), undefined, urlOf(args))];
    for (const { code, stdout, stderr } of results) {
      expect([args, code === 0, stdout + stderr]).toEqual([args, false, expect.any(String)]);
      expect(stdout + stderr).not.toContain('SECRET');
    }
  }
});

function urlOf(args: readonly string[]): NodeJS.ProcessEnv {
  const url = args[args.indexOf('--url') + 1] ?? '';
  return { COCKATIEL_OTEL_URL: url.includes('://') ? url : 'http://127.0.0.1:1' };
}

it('no answer repeats a token of an address that it sends elsewhere', async () => {
  const url = await webServer((_, response) => {
    response.writeHead(302, { location: 'https://sso.example/?ticket=SECRET' }).end();
  });
  const { code, stderr } = await run(['breakers', '--url', url]);
  expect([code, stderr]).toEqual([3, expect.stringContaining('https://sso.example/?***')]);
});

it('150,000 entries are shown like a few', async () => {
  const calls = { success: 1, failure: 0, ignored: 0, rejected: 0, cancelled: 0 };
  const breaker = {
    state: 'open',
    opened: true,
    fail_counter: 1,
    fail_max: 1,
    opened_at: null,
    next_probe_at: null,
    calls,
    last_error_type: null,
  };
  const names = Array.from({ length: MANY }, (_, i) => `policy-${i}`);
  const summary = { total: MANY, open: MANY, half_open: 0, closed: 0, isolated: 0 };
  // 16 MiB are the most that is read.
  const short = names.slice(0, 60_000).map((name) => [name, breaker] as const);
  const answers: Record<string, unknown> = {
    '/circuit-breakers': { breakers: Object.fromEntries(short), summary },
    '/policies': {
      policies: Object.fromEntries(names.map((name) => [name, { executions: {}, active: 0 }])),
    },
    '/executions': {
      executions: names.map((name, i) => ({
        id: String(i),
        name,
        age_ms: i,
        attempt: 1,
        correlation_id: null,
        abortable: false,
      })),
      total: MANY,
    },
    '/health': { status: 'degraded', breakers: summary },
  };
  const url = await webServer((request, response) =>
    response.end(JSON.stringify(answers[request.url ?? ''])),
  );
  for (const command of ['policies', 'executions', 'breakers', 'check']) {
    const { stdout, stderr } = await run([command, '--url', url, '--timeout', '60s']);
    expect([command, stderr]).toEqual([command, '']);
    expect(stdout).toMatch(/150000|60000/);
  }
}, 120_000);
