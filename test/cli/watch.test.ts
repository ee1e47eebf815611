import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { breakerNamed, failing } from '../health/support.ts';
import { eventually } from '../support/eventually.ts';
import { BIN, Run, start } from './cli.ts';
import { serve, webServer } from './service.ts';

const WATCH = ['--watch', '--interval', '100ms'];

/** Waits until the output contains a text. */
function printed(run: Run, text: RegExp | string): Promise<unknown> {
  return eventually(
    String(text),
    () =>
      (typeof text === 'string' ? run.stdout.includes(text) : text.test(run.stdout)) || undefined,
  );
}

describe('cockatiel-otel breakers --watch', () => {
  it('appends to a pipe, and exits with 0 on Ctrl-C', async () => {
    const breaker = breakerNamed('jira');
    const { url } = await serve();
    const run = start(['breakers', ...WATCH, '--url', url]);
    await printed(run, /^\d\d:\d\d:\d\d {2}1 circuit breaker: 1 closed\n\nname /);
    await failing(breaker);
    await printed(run, /^jira +open/m);
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.result();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('\x1b');
  });

  it('prints one line of JSON per response', async () => {
    breakerNamed('two\nlines');
    const { url } = await serve();
    const run = start(['breakers', ...WATCH, '--json', '--url', url]);
    await printed(run, /\n.+\n/);
    run.child.kill('SIGINT');
    expect((await run.result()).code).toBe(0);
    const lines = run.stdout.trimEnd().split('\n');
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ summary: { total: 1 } });
    }
  });

  it('reports an outage once, and continues when the service responds again', async () => {
    breakerNamed('jira');
    const first = await serve();
    const { url } = first;
    const run = start(['breakers', ...WATCH, '--url', url]);
    await printed(run, 'jira');
    await first.close();
    await printed(run, 'no server listens at this address (ECONNREFUSED)');
    const { length } = run.stdout;
    await serve({}, { port: Number(new URL(url).port) });
    await eventually('output after the outage', () =>
      run.stdout.slice(length).includes('jira') ? true : undefined,
    );
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.result();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/No response/g)).toHaveLength(1);
    expect(stdout).toMatch(/No response from .+\. Retrying\.\n/);
  });

  it.each([[[]], [['--json']]])('reports repeated errors once: %j', async (json) => {
    let requests = 0;
    const url = await webServer((_, response) => {
      requests++;
      response.writeHead(502).end();
    });
    const run = start(['breakers', ...WATCH, ...json, '--url', url]);
    await eventually('repeated requests', () => requests > 4 || undefined);
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.result();
    expect(code).toBe(0);
    // A reader of JSON must not find errors in it.
    const [errors, rest] = json.length > 0 ? [stderr, stdout] : [stdout, stderr];
    expect(errors.match(/responds with 502\. Retrying\./g)).toHaveLength(1);
    expect(rest).toBe('');
  });

  it('exits at once on Ctrl-C during a request', async () => {
    const requests: unknown[] = [];
    const url = await webServer((request) => requests.push(request));
    const run = start(['breakers', ...WATCH, '--timeout', '5m', '--url', url]);
    await eventually('a request', () => requests.length || undefined);
    run.child.kill('SIGINT');
    expect(await run.result()).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(requests).toHaveLength(1);
  });

  it('exits without a message when the reader closes the pipe', async () => {
    breakerNamed('jira');
    const { url } = await serve();
    const run = start(['breakers', ...WATCH, '--url', url]);
    await printed(run, 'jira');
    run.child.stdout?.destroy();
    expect(await run.result()).toMatchObject({ code: 0, stderr: '' });
  });

  it('exits with the code of another signal', async () => {
    breakerNamed('jira');
    const { url } = await serve();
    const run = start(['breakers', ...WATCH, '--url', url]);
    await printed(run, 'jira');
    run.child.kill('SIGTERM');
    expect((await run.result()).code).toBe(143);
  });
});

/** The program `script` of util-linux. */
const HAS_SCRIPT = process.platform === 'linux';

describe.runIf(HAS_SCRIPT)('in a terminal', () => {
  function terminal(command: string, columns: number, rows = 24): Run {
    const line = `echo pid $$; stty cols ${columns} rows ${rows}; exec ${process.execPath} ${BIN} ${command}`;
    return new Run('script', ['-qec', line, '/dev/null'], { TERM: 'xterm-256color' });
  }

  it('truncates names to the width, and colors states', async () => {
    await failing(breakerNamed('x'.repeat(300)));
    breakerNamed(`${'日本'.repeat(50)}`);
    const { url } = await serve();
    const { code, stdout } = await terminal(`breakers --url ${url}`, 100).result();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^x+… {2}.+open/m);
    expect(stdout).toContain('\x1b[31m');
    expect(stdout).toMatch(/^(日本)+日?… +.*closed/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors take no columns.
    const lines = stdout.replace(/\x1b\[\d*m/g, '').split('\r\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('redraws, cuts to the height, and leaves the last text visible after Ctrl-C', async () => {
    for (let i = 0; i < 30; i++) breakerNamed(`policy-${i}`);
    const breaker = breakerNamed('servicenow');
    const { url } = await serve();
    const run = terminal(`breakers --watch --interval 100ms --url ${url}`, 100, 12);
    await printed(run, 'policy-0');
    expect(run.stdout).toContain('\x1b[?1049h');
    expect(run.stdout).toContain('more lines');
    expect(run.stdout).not.toContain('policy-29');
    await failing(breaker);
    await printed(run, 'servicenow');
    run.child.stdin?.write('\x03');
    const { code, stdout } = await run.result();
    expect(code).toBe(0);
    const [, after = ''] = stdout.split('\x1b[?7h\x1b[?25h\x1b[?1049l');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors take no columns.
    const plain = after.replace(/\x1b\[\d*m/g, '');
    expect(plain).toMatch(
      /^http:\S+ {2}\d\d:\d\d:\d\d\r\n\r\n31 circuit breakers: 1 open, 30 closed/,
    );
    expect(after).toContain('policy-29');
  });

  it('leaves the alternate screen on another signal', async () => {
    breakerNamed('jira');
    const { url } = await serve();
    const run = terminal(`breakers --watch --url ${url}`, 100);
    await printed(run, 'jira');
    const [, pid] = run.stdout.match(/^pid (\d+)/) ?? [];
    process.kill(Number(pid), 'SIGTERM');
    const { code, stdout } = await run.result();
    expect(code).toBe(143);
    expect(stdout).toContain('\x1b[?1049l');
  });

  it('shows an error above the last text', async () => {
    breakerNamed('jira');
    const { url, close } = await serve();
    const run = terminal(`breakers --watch --interval 100ms --url ${url}`, 60);
    await printed(run, 'jira');
    await close();
    await printed(run, /last response at (\d\d:\d\d:\d\d).*No response.*ECONNREFUSED.*jira/s);
    const [, first] = run.stdout.match(/last response at ([\d:]+)/) ?? [];
    await sleep(1100);
    run.child.stdin?.write('\x03');
    const { code, stdout } = await run.result();
    expect(code).toBe(0);
    // The text that remains has the error and the time of the last response.
    const [, after = ''] = stdout.split('\x1b[?7h\x1b[?25h\x1b[?1049l');
    expect(after).toMatch(/last response at .*No response.*jira/s);
    expect(after).toContain(`last response at ${first}`);
    expect(after).not.toContain('Retrying');
  });
});
