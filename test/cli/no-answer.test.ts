import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DEFAULT_URL } from '../../src/cli/client/address.ts';
import { listen } from '../../src/health/index.ts';
import { breakerNamed, TOKEN } from '../health/support.ts';
import { eventually } from '../support/eventually.ts';
import { run, start } from './cli.ts';
import { nowhere, serve, socketServer, webServer } from './service.ts';

const SENTENCE = /^error: \P{Cc}+\n$/u;

const COMMANDS = [
  ['breakers'],
  ['breakers', '--json'],
  ['policies'],
  ['executions'],
  ['check'],
  ['reset', 'jira'],
  ['isolate', 'jira'],
  ['release', 'jira'],
  ['abort', '1'],
];

const problem = (status: number, members: object = {}) =>
  webServer((_, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ type: 'about:blank', status, ...members }));
  });

const page = (status: number, headers: Record<string, string> = { 'content-type': 'text/html' }) =>
  webServer((_, response) => response.writeHead(status, headers).end('<html>'));

const json = (value: unknown) => webServer((_, response) => response.end(JSON.stringify(value)));

describe('a service that does not answer', () => {
  it.each(COMMANDS)('is told in a sentence by %s %s, with the code 3', async (...args) => {
    const url = await nowhere();
    const { code, stdout, stderr } = await run([...args, '--url', url]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toBe(
      `error: No answer from ${url}: nothing listens there (ECONNREFUSED); ` +
        '--url or COCKATIEL_OTEL_URL says where the health routes are\n',
    );
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    [
      'hangs before it answers',
      () => webServer(() => {}),
      /^error: No answer from \S+: none came within 0.3 s$/m,
    ],
    [
      'hangs in the middle',
      () => webServer((_, response) => void response.writeHead(200).write('{"breakers":')),
      /^error: No answer from \S+: none came within 0.3 s$/m,
    ],
    [
      'takes the connection and says nothing',
      () => socketServer(() => {}),
      /none came within 0.3 s$/m,
    ],
    [
      'closes the connection',
      () => socketServer((socket) => socket.on('data', () => socket.destroy())),
      /it closed the connection \((UND_ERR_SOCKET|ECONNRESET)\)/,
    ],
    [
      'speaks no HTTP',
      () => socketServer((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')),
      /what it sends is no HTTP \((HPE_\w+|HTTPParserError)\)/,
    ],
    ['is a web page', () => page(200), /Expected the health routes .+, got text\/html/],
    [
      'answers other JSON',
      () => json({ status: 'UP' }),
      /Expected the health routes .+ in which breakers is another/,
    ],
    ['answers an array', () => json([]), /Expected the health routes/],
    ['answers null', () => json(null), /Expected the health routes/],
    [
      'knows other states',
      () => json({ breakers: { jira: { state: '\x1b[31m' } }, summary: {} }),
      /in which breakers\S* is another/,
    ],
    ['has nothing there', () => page(404), /\(404\): the path that they are mounted at belongs/],
    ['is broken', () => page(502), /answers 502$/m],
    [
      'sends elsewhere',
      () => page(302, { location: 'https://login.test/' }),
      /sends elsewhere \(302\), to https:\/\/login\.test\/: ask there by --url/,
    ],
    [
      'has a fault, and says so',
      () => problem(500, { detail: 'Out of \x1b[2Jorder.' }),
      /refuses \(500\): Out of \\u001b\[2Jorder\.$/m,
    ],
    [
      'is asked too often',
      () => problem(429, { detail: 'Too many.' }),
      /is asked too often \(429\): Too many\./,
    ],
    [
      'never ends',
      () =>
        webServer((_, response) => {
          const chunk = Buffer.alloc(1 << 20, ' ');
          const more = () => {
            while (!response.destroyed && response.write(chunk)) {}
          };
          response.on('drain', more);
          more();
        }),
      /got more than 16 MiB$/m,
    ],
  ])('is told where it %s', async (_, service, sentence) => {
    const url = await service();
    const patience = sentence.source.includes('within') ? '300ms' : '20s';
    const { code, stdout, stderr } = await run(['breakers', '--url', url, '--timeout', patience]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(SENTENCE);
  });

  it('is told where its name is not known, or it speaks no TLS', async () => {
    const unknown = await run(['check', '--url', 'http://nobody.invalid']);
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toMatch(/that host is not known \((ENOTFOUND|EAI_AGAIN)\)/);
    const { url } = await serve();
    const secure = await run(['check', '--url', url.replace('http:', 'https:')]);
    expect(secure.code).toBe(3);
    expect(secure.stderr).toMatch(/it speaks no TLS .+; http, perhaps/);
  });

  it('is told from one that is mounted elsewhere', async () => {
    breakerNamed('jira');
    const { url } = await serve({ prefix: '/ops' });
    const wrong = await run(['breakers', '--url', url]);
    expect(wrong).toMatchObject({ code: 3, stdout: '' });
    expect(wrong.stderr).toContain('belongs into --url');
    expect(await run(['breakers', '--url', `${url}/ops/`])).toMatchObject({ code: 0, stderr: '' });
  });

  it('never gets the token of another by sending elsewhere', async () => {
    let seen: string | undefined;
    const other = await webServer(({ headers }, response) => {
      seen = headers.authorization;
      response.end('{}');
    });
    const url = await page(307, { location: `${other}/circuit-breakers/jira/reset` });
    const env = { COCKATIEL_OTEL_TOKEN: TOKEN };
    expect((await run(['reset', 'jira', '--url', url], env)).code).toBe(3);
    await sleep(50);
    expect(seen).toBeUndefined();
  });
});

describe('where to ask', () => {
  it('is by default where the routes listen by default', async () => {
    const address = await listen().then(
      async ({ url, close }) => {
        await close();
        return url;
      },
      // Something else may listen there just now.
      (error: Error) => error.message,
    );
    expect(address).toContain(new URL(DEFAULT_URL).host);
  });

  it.each([
    ['localhost:9465', /^error: Expected --url to be an address such as http:\S+, got "localhost/],
    ['9465', /^error: Expected --url to be an address/],
    ['', /^error: Expected --url to be an address/],
    ['file:///etc/passwd', /^error: Expected --url to be an address/],
    ['http://', /^error: Expected --url to be an address/],
    ['http://h/?a=b', /^error: Expected --url to be an address without \? and #/],
    ['http://h/#live', /^error: Expected --url to be an address without \? and #/],
    ['http://ann:secret@h/', /^error: Expected --url to be an address without user and password/],
    ['ann:secret@h', /^error: Expected --url to be an address such as/],
  ])('is not %j', async (url, sentence) => {
    const { code, stdout, stderr } = await run(['breakers', '--url', url]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toContain('secret');
    const fromEnv = await run(['breakers'], { COCKATIEL_OTEL_URL: url });
    // One that is empty is none.
    expect(fromEnv.code).toBe(url === '' ? 3 : 2);
    if (url !== '') expect(fromEnv.stderr).toContain('Expected COCKATIEL_OTEL_URL to be');
  });
});

describe('a token', () => {
  it.each([
    ['breakers', '--token', 'secret-of-mine'],
    ['reset', 'jira', '--token=secret-of-mine'],
    ['--token=secret-of-mine', 'breakers'],
    ['live', '--token'],
  ])('is not taken from the command line: %s %s', async (...args) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(
      'Expected the token in COCKATIEL_OTEL_TOKEN, got --token: the list of processes shows it',
    );
    expect(stderr).not.toContain('secret-of-mine');
  });

  it.each([`${TOKEN}\n`, 'two words', 'schlüssel'])('is not %j', async (token) => {
    const { url } = await serve();
    const { code, stderr } = await run(['check', '--url', url], { COCKATIEL_OTEL_TOKEN: token });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: Expected COCKATIEL_OTEL_TOKEN to be printable ASCII/);
    expect(stderr).not.toContain(token.trim());
  });
});

describe('a token that others on the way could read', () => {
  const WARNING =
    /^warning: The token in COCKATIEL_OTEL_TOKEN goes to http:\/\/0\.0\.0\.0:\d+ unencrypted: .+ https\n$/;
  const env = { COCKATIEL_OTEL_TOKEN: TOKEN };

  it('is told of, once, and sent all the same', async () => {
    const seen: unknown[] = [];
    const breakers = { total: 1, open: 1, half_open: 0, closed: 0, isolated: 0 };
    const local = await webServer(({ url, headers }, response) => {
      seen.push(headers.authorization);
      const health = { status: 'degraded', breakers };
      response.end(
        JSON.stringify(url === '/health' ? health : { breakers: {}, summary: breakers }),
      );
    });
    // This machine too, but not by a name that says so.
    const url = local.replace('127.0.0.1', '0.0.0.0');
    const { code, stderr } = await run(['check', '--url', url], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(WARNING);
    expect(seen).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);

    const args = ['breakers', '--watch', '--interval', '100ms', '--url', url];
    const watching = start(args, env);
    await eventually('it asks again', () => seen[4]);
    watching.child.kill('SIGINT');
    expect((await watching.result()).stderr).toMatch(WARNING);
  });

  it.each([
    ['there is none', 'http://nobody.invalid', {}],
    ['it goes by https', 'https://nobody.invalid', env],
    ['it stays on this machine', 'http://localhost:1', env],
    ['it stays on this machine', 'http://ops.localhost:1', env],
    ['it stays on this machine', 'http://127.1:1', env],
    ['it stays on this machine', 'http://[::1]:1', env],
  ])('is not told of where %s: %s', async (_, url, environment) => {
    const { code, stderr } = await run(['check', '--url', url, '--timeout', '1s'], environment);
    expect(code).toBe(3);
    expect(stderr).toMatch(SENTENCE);
  });

  it('is not told of where only an address is printed', async () => {
    const url = 'http://nobody.invalid';
    expect(await run(['live', '--print', '--url', url], env)).toEqual({
      code: 0,
      stdout: `${url}/live\n`,
      stderr: '',
    });
  });
});

describe('misuse', () => {
  it.each([
    [['breakers', '--timeout', '0']],
    [['breakers', '--timeout', '301s']],
    [['breakers', '--timeout', 'long']],
    [['breakers', '--watch', '--interval', '0']],
    [['policies', '--watch', '--interval', '2h']],
    [['breakers', '--wach']],
    [['breaker']],
    [['breakers', 'jira']],
    [['reset', 'a', 'b']],
    [['check', '--watch']],
  ])('is told of %j, with the code 2', async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .+\n(\(.+\)\n)+$/);
  });
});
