import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_URL } from '../../src/cli/client/address.ts';
import { listen } from '../../src/health/index.ts';
import { breakerNamed, TOKEN } from '../health/support.ts';
import { eventually } from '../support/eventually.ts';
import { type Result, run, start } from './cli.ts';
import { serve, socketServer, unusedUrl, webServer } from './service.ts';

const ONE_ERROR_LINE = /^error: \P{Cc}+\n$/u;

const problem = (status: number, members: object = {}) =>
  webServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ type: 'about:blank', status, ...members }));
  });

const page = (status: number, headers: Record<string, string> = { 'content-type': 'text/html' }) =>
  webServer((_, response) => response.writeHead(status, headers).end('<html>'));

const json = (value: unknown) => webServer((_, response) => response.end(JSON.stringify(value)));

/** The result of each call, by its arguments, so that one assertion reports every difference. */
async function results(
  calls: readonly (readonly string[])[],
  env?: NodeJS.ProcessEnv,
): Promise<Record<string, Result>> {
  const entries = calls.map(async (args) => [args.join(' '), await run(args, env)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const expectedFor = (calls: readonly (readonly string[])[], expected: object) =>
  Object.fromEntries(calls.map((args) => [args.join(' '), expected]));

describe('a service without a valid response', () => {
  it('is one sentence and exit code 3 in every command if no server listens', async () => {
    const url = await unusedUrl();
    const calls = [
      ['breakers'],
      ['breakers', '--json'],
      ['policies'],
      ['executions'],
      ['check'],
      ['reset', 'jira'],
      ['isolate', 'jira'],
      ['release', 'jira'],
      ['abort', '1'],
    ].map((args) => [...args, '--url', url]);
    const stderr =
      `error: No response from ${url}: no server listens at this address (ECONNREFUSED); ` +
      'check --url or COCKATIEL_OTEL_URL\n';
    expect(await results(calls)).toEqual(expectedFor(calls, { code: 3, stdout: '', stderr }));
  });

  it('is one sentence and exit code 3 for every kind of failure', async () => {
    const services: Record<string, [start: () => Promise<string>, message: RegExp]> = {
      'hangs before the response': [
        () => webServer(() => {}),
        /^error: No response from \S+: timed out after 0.5 s$/m,
      ],
      'hangs in the middle of the body': [
        () => webServer((_, response) => void response.writeHead(200).write('{"breakers":')),
        /^error: No response from \S+: timed out after 0.5 s$/m,
      ],
      'accepts the connection and sends nothing': [
        () => socketServer(() => {}),
        /timed out after 0.5 s$/m,
      ],
      'closes the connection': [
        () => socketServer((socket) => socket.on('data', () => socket.destroy())),
        /the server closed the connection \((UND_ERR_SOCKET|ECONNRESET)\)/,
      ],
      'does not speak HTTP': [
        () => socketServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')),
        /the response is not HTTP \((HPE_\w+|HTTPParserError)\); try https/,
      ],
      'is a web page': [() => page(200), /Expected the health routes .+, got text\/html/],
      'sends other JSON': [
        () => json({ status: 'UP' }),
        /Expected the health routes .+, got JSON of an unexpected shape at `breakers`$/m,
      ],
      'sends an array': [() => json([]), /got JSON of an unexpected shape/],
      'sends null': [() => json(null), /got JSON of an unexpected shape$/m],
      'sends unknown states': [
        () => json({ breakers: { jira: { state: '\x1b[31m' } }, summary: {} }),
        /got JSON of an unexpected shape at `breakers\S*`$/m,
      ],
      'has no such route': [
        () => page(404),
        /has no health routes of cockatiel-otel \(404\): add the path .+ to --url$/m,
      ],
      'responds with an error': [() => page(502), /responds with 502$/m],
      redirects: [
        () => page(302, { location: 'https://login.test/' }),
        /redirects \(302\) to https:\/\/login\.test\/: set --url to the final address$/m,
      ],
      'explains its error': [
        () => problem(500, { detail: 'Out of \x1b[2Jorder.' }),
        /responds with 500: Out of \\u001b\[2Jorder\.$/m,
      ],
      'limits requests': [
        () => problem(429, { detail: 'Too many.' }),
        /received too many requests \(429\): Too many\./,
      ],
      'sends an endless body': [
        () =>
          webServer((_, response) => {
            const chunk = Buffer.alloc(1 << 20, ' ');
            const write = () => {
              while (!response.destroyed && response.write(chunk)) {}
            };
            response.on('drain', write);
            write();
          }),
        /got more than 16 MiB$/m,
      ],
    };
    const offenders: unknown[] = [];
    for (const [failure, [startService, message]] of Object.entries(services)) {
      const url = await startService();
      const timeout = message.source.includes('timed out') ? '500ms' : '20s';
      const result = await run(['breakers', '--url', url, '--timeout', timeout]);
      const { code, stdout, stderr } = result;
      const isExpected =
        code === 3 && stdout === '' && message.test(stderr) && ONE_ERROR_LINE.test(stderr);
      if (!isExpected) offenders.push({ failure, ...result });
    }
    expect(offenders).toEqual([]);
  }, 60_000);

  it('reports an unknown host name, and a server that does not speak TLS', async () => {
    const unknown = await run(['check', '--url', 'http://nobody.invalid']);
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toMatch(/the host name cannot be resolved \((ENOTFOUND|EAI_AGAIN)\)/);
    const { url } = await serve();
    const secure = await run(['check', '--url', url.replace('http:', 'https:')]);
    expect(secure.code).toBe(3);
    expect(secure.stderr).toMatch(/the TLS handshake failed .+; try http$/m);
  });

  it('asks for the path if the routes are mounted under a prefix', async () => {
    breakerNamed('jira');
    const { url } = await serve({ prefix: '/ops' });
    const wrong = await run(['breakers', '--url', url]);
    expect(wrong).toMatchObject({ code: 3, stdout: '' });
    expect(wrong.stderr).toContain('add the path where they are mounted to --url');
    expect(await run(['breakers', '--url', `${url}/ops/`])).toMatchObject({ code: 0, stderr: '' });
  });

  it('never sends the token to the target of a redirect', async () => {
    let received: string | undefined;
    const target = await webServer(({ headers }, response) => {
      received = headers.authorization;
      response.end('{}');
    });
    const url = await page(307, { location: `${target}/circuit-breakers/jira/reset` });
    const env = { COCKATIEL_OTEL_TOKEN: TOKEN };
    expect((await run(['reset', 'jira', '--url', url], env)).code).toBe(3);
    await sleep(50);
    expect(received).toBeUndefined();
  });
});

describe('the address', () => {
  it('is by default the address where `listen` listens by default', async () => {
    const address = await listen().then(
      async ({ url, close }) => {
        await close();
        return url;
      },
      // Another process may use the port now.
      (error: Error) => error.message,
    );
    expect(address).toContain(new URL(DEFAULT_URL).host);
  });

  it('is rejected with exit code 2 if it is no URL, or has credentials, ? or #', async () => {
    const notUrl = /^error: Expected --url to be a URL such as http:\S+, got "/;
    const withSuffix = /^error: Expected --url to be a URL without \? and #/;
    const addresses: Record<string, RegExp> = {
      'localhost:9465': notUrl,
      '9465': notUrl,
      '': notUrl,
      'file:///etc/passwd': notUrl,
      'http://': notUrl,
      'http://h/?a=b': withSuffix,
      'http://h/#live': withSuffix,
      'http://ann:secret@h/': /^error: Expected --url to be a URL without user and password/,
      'ann:secret@h': notUrl,
    };
    const offenders: unknown[] = [];
    for (const [url, message] of Object.entries(addresses)) {
      const option = await run(['breakers', '--url', url]);
      const variable = await run(['breakers'], { COCKATIEL_OTEL_URL: url });
      const isExpected =
        option.code === 2 &&
        option.stdout === '' &&
        message.test(option.stderr) &&
        !option.stderr.includes('secret') &&
        // An empty variable counts as unset.
        (url === ''
          ? variable.code === 3
          : variable.code === 2 && variable.stderr.includes('Expected COCKATIEL_OTEL_URL to be'));
      if (!isExpected) offenders.push({ url, option, variable });
    }
    expect(offenders).toEqual([]);
  }, 60_000);
});

describe('the token', () => {
  it('is not accepted on the command line, nor repeated in the message', async () => {
    const calls = [
      ['breakers', '--token', 'secret-of-mine'],
      ['reset', 'jira', '--token=secret-of-mine'],
      ['--token=secret-of-mine', 'breakers'],
      ['live', '--token'],
    ];
    const stderr = expect.stringMatching(
      /^(?!.*secret-of-mine).*Expected the token in COCKATIEL_OTEL_TOKEN, got --token: every user of this machine/s,
    );
    expect(await results(calls)).toEqual(expectedFor(calls, { code: 2, stdout: '', stderr }));
  });

  it('must be printable ASCII, and is not repeated in the message', async () => {
    const { url } = await serve();
    const offenders: unknown[] = [];
    for (const token of [`${TOKEN}\n`, 'two words', 'schlüssel']) {
      const result = await run(['check', '--url', url], { COCKATIEL_OTEL_TOKEN: token });
      const isExpected =
        result.code === 2 &&
        /^error: Expected COCKATIEL_OTEL_TOKEN to be printable ASCII/.test(result.stderr) &&
        !result.stderr.includes(token.trim());
      if (!isExpected) offenders.push({ token, ...result });
    }
    expect(offenders).toEqual([]);
  });
});

describe('the warning of a token without encryption', () => {
  const WARNING =
    /^warning: The token in COCKATIEL_OTEL_TOKEN is sent to http:\/\/0\.0\.0\.0:\d+ without encryption; use https\n$/;
  const env = { COCKATIEL_OTEL_TOKEN: TOKEN };

  it('is printed once, and the token is sent', async () => {
    const tokens: unknown[] = [];
    const breakers = { total: 1, open: 1, half_open: 0, closed: 0, isolated: 0 };
    const local = await webServer(({ url, headers }, response) => {
      tokens.push(headers.authorization);
      const health = { status: 'degraded', breakers };
      response.end(
        JSON.stringify(url === '/health' ? health : { breakers: {}, summary: breakers }),
      );
    });
    // The same machine, by an address that is not a loopback address.
    const url = local.replace('127.0.0.1', '0.0.0.0');
    const { code, stderr } = await run(['check', '--url', url], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(WARNING);
    expect(tokens).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);

    const args = ['breakers', '--watch', '--interval', '100ms', '--url', url];
    const watching = start(args, env);
    await eventually('repeated requests', () => tokens[4]);
    watching.child.kill('SIGINT');
    expect((await watching.result()).stderr).toMatch(WARNING);
  });

  it('is absent without a token, with https, and on this machine', async () => {
    const cases: [url: string, env: NodeJS.ProcessEnv][] = [
      ['http://nobody.invalid', {}],
      ['https://nobody.invalid', env],
      ['http://localhost:1', env],
      ['http://ops.localhost:1', env],
      ['http://127.1:1', env],
      ['http://[::1]:1', env],
    ];
    const offenders: unknown[] = [];
    for (const [url, environment] of cases) {
      const result = await run(['check', '--url', url, '--timeout', '1s'], environment);
      if (result.code !== 3 || !ONE_ERROR_LINE.test(result.stderr)) offenders.push({ url, result });
    }
    expect(offenders).toEqual([]);
  });

  it('is absent if only the URL of the live page is printed', async () => {
    const url = 'http://nobody.invalid';
    expect(await run(['live', '--print', '--url', url], env)).toEqual({
      code: 0,
      stdout: `${url}/live\n`,
      stderr: '',
    });
  });
});

it('misuse is an error message, a hint to --help, and exit code 2', async () => {
  const calls = [
    ['breakers', '--timeout', '0'],
    ['breakers', '--timeout', '301s'],
    ['breakers', '--timeout', 'long'],
    ['breakers', '--watch', '--interval', '0'],
    ['policies', '--watch', '--interval', '2h'],
    ['breakers', '--wach'],
    ['breaker'],
    ['breakers', 'jira'],
    ['reset', 'a', 'b'],
    ['check', '--watch'],
  ];
  const stderr = expect.stringMatching(/^error: .+\n(\(.+\)\n)+$/);
  expect(await results(calls)).toEqual(expectedFor(calls, { code: 2, stdout: '', stderr }));
});
