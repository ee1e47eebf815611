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

it('a closed pipe ends the command without a message, and with its exit code', () => {
  const codes = {
    '--help': 0,
    'generate --out -': 0,
    fly: 2,
    'breakers --url http://127.0.0.1:1': 3,
    'breakers --watch --json --url http://127.0.0.1:1': 0,
  };
  for (const [args, code] of Object.entries(codes)) {
    // `true` closes the pipe before the first line.
    const { stdout, stderr } = shell(
      `exec 3>&1; { sleep 0.3; ${PROGRAM} ${args} 2>&1; echo $? >&3; } | true`,
    );
    expect([args, stdout, stderr]).toEqual([args, `${code}\n`, '']);
  }
  expect(shell(`${PROGRAM} generate --out - | head -n 1 >/dev/null`)).toMatchObject({ stderr: '' });
});

it.runIf(existsSync('/dev/full'))(
  'output that cannot be written is reported in one sentence',
  () => {
    for (const args of ['--help', 'generate --out -', 'config']) {
      const { status, stderr } = shell(`${PROGRAM} ${args} >/dev/full`);
      expect([args, status, stderr]).toEqual([
        args,
        1,
        expect.stringMatching(/^error: Standard output cannot be written: ENOSPC: .+\n$/),
      ]);
    }
    // Without any output, only the exit code remains.
    expect(shell(`${PROGRAM} fly >/dev/full 2>/dev/full`).stderr).toBe('');
  },
);

it('no message repeats a token or a password from the arguments', () => {
  const calls = [
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
  for (const args of calls) {
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

it('a message about a redirect does not repeat the token in its target', async () => {
  const url = await webServer((_, response) => {
    response.writeHead(302, { location: 'https://sso.example/?ticket=SECRET' }).end();
  });
  const { code, stderr } = await run(['breakers', '--url', url]);
  expect([code, stderr]).toEqual([3, expect.stringContaining('https://sso.example/?***')]);
});

it('prints 150,000 entries without an error', async () => {
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
  // A response may have up to 16 MiB.
  const fewer = names.slice(0, 60_000).map((name) => [name, breaker] as const);
  const bodies: Record<string, unknown> = {
    '/circuit-breakers': { breakers: Object.fromEntries(fewer), summary },
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
    response.end(JSON.stringify(bodies[request.url ?? ''])),
  );
  for (const command of ['policies', 'executions', 'breakers', 'check']) {
    const { stdout, stderr } = await run([command, '--url', url, '--timeout', '60s']);
    expect([command, stderr]).toEqual([command, '']);
    expect(stdout).toMatch(/150000|60000/);
  }
}, 120_000);
