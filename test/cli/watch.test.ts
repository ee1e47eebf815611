import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { breakerNamed, failing } from '../health/support.ts';
import { eventually } from '../support/eventually.ts';
import { BIN, Run, start } from './cli.ts';
import { serve, webServer } from './service.ts';

const QUICKLY = ['--watch', '--interval', '100ms'];

/** Waits until it has printed that. */
function printed(run: Run, what: RegExp | string): Promise<unknown> {
  return eventually(
    String(what),
    () =>
      (typeof what === 'string' ? run.stdout.includes(what) : what.test(run.stdout)) || undefined,
  );
}

describe('cockatiel-otel breakers --watch', () => {
  it('adds what is new where there is no terminal, and ends with 0 by Ctrl-C', async () => {
    const breaker = breakerNamed('jira');
    const { url } = await serve();
    const run = start(['breakers', ...QUICKLY, '--url', url]);
    await printed(run, /^\d\d:\d\d:\d\d {2}1 circuit breaker: 1 closed\n\nname /);
    await failing(breaker);
    await printed(run, /^jira +open/m);
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.result();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('\x1b');
  });

  it('prints a line of JSON each time', async () => {
    breakerNamed('two\nlines');
    const { url } = await serve();
    const run = start(['breakers', ...QUICKLY, '--json', '--url', url]);
    await printed(run, /\n.+\n/);
    run.child.kill('SIGINT');
    expect((await run.result()).code).toBe(0);
    const lines = run.stdout.trimEnd().split('\n');
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ summary: { total: 1 } });
    }
  });

  it('tells once that the service does not answer, and goes on when it does', async () => {
    breakerNamed('jira');
    const first = await serve();
    const { url } = first;
    const run = start(['breakers', ...QUICKLY, '--url', url]);
    await printed(run, 'jira');
    await first.close();
    await printed(run, 'nothing listens there (ECONNREFUSED)');
    const shown = run.stdout.length;
    await serve({}, { port: Number(new URL(url).port) });
    await eventually('it is shown again', () =>
      run.stdout.slice(shown).includes('jira') ? true : undefined,
    );
    run.child.kill('SIGINT');
    const { code, stdout, stderr } = await run.result();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/No answer/g)).toHaveLength(1);
    expect(stdout).toMatch(/No answer from .+\. Asking again\.\n/);
  });

  it.each([[[]], [['--json']]])(
    'tells it once, however often it asks in vain: %j',
    async (json) => {
      let asked = 0;
      const url = await webServer((_, response) => {
        asked++;
        response.writeHead(502).end();
      });
      const run = start(['breakers', ...QUICKLY, ...json, '--url', url]);
      await eventually('it has asked again and again', () => asked > 4 || undefined);
      run.child.kill('SIGINT');
      const { code, stdout, stderr } = await run.result();
      expect(code).toBe(0);
      // What reads JSON is not told there.
      const [told, other] = json.length > 0 ? [stderr, stdout] : [stdout, stderr];
      expect(told.match(/answers 502\. Asking again\./g)).toHaveLength(1);
      expect(other).toBe('');
    },
  );

  it('ends at once where an answer is waited for', async () => {
    const asked: unknown[] = [];
    const url = await webServer((request) => asked.push(request));
    const run = start(['breakers', ...QUICKLY, '--timeout', '5m', '--url', url]);
    await eventually('it asks', () => asked.length || undefined);
    run.child.kill('SIGINT');
    expect(await run.result()).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(asked).toHaveLength(1);
  });

  it('ends quietly where nobody reads any more', async () => {
    breakerNamed('jira');
    const { url } = await serve();
    const run = start(['breakers', ...QUICKLY, '--url', url]);
    await printed(run, 'jira');
    run.child.stdout?.destroy();
    expect(await run.result()).toMatchObject({ code: 0, stderr: '' });
  });

  it('has the code of a signal that is no Ctrl-C', async () => {
    breakerNamed('jira');
    const { url } = await serve();
    const run = start(['breakers', ...QUICKLY, '--url', url]);
    await printed(run, 'jira');
    run.child.kill('SIGTERM');
    expect((await run.result()).code).toBe(143);
  });
});

/** Of util-linux, which every Debian has. */
const SCRIPT = process.platform === 'linux';

describe.runIf(SCRIPT)('in a terminal', () => {
  function terminal(command: string, columns: number, rows = 24): Run {
    const line = `echo pid $$; stty cols ${columns} rows ${rows}; exec ${process.execPath} ${BIN} ${command}`;
    return new Run('script', ['-qec', line, '/dev/null'], { TERM: 'xterm-256color' });
  }

  it('cuts names to its width, and colours', async () => {
    await failing(breakerNamed('x'.repeat(300)));
    breakerNamed(`${'日本'.repeat(50)}`);
    const { url } = await serve();
    const { code, stdout } = await terminal(`breakers --url ${url}`, 100).result();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^x+… {2}.+open/m);
    expect(stdout).toContain('\x1b[31m');
    expect(stdout).toMatch(/^(日本)+日?… +.*closed/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room.
    const lines = stdout.replace(/\x1b\[\d*m/g, '').split('\r\n');
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('is drawn over, cut to its height, and given back by Ctrl-C with what was seen last', async () => {
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
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room.
    const plain = after.replace(/\x1b\[\d*m/g, '');
    expect(plain).toMatch(
      /^http:\S+ {2}\d\d:\d\d:\d\d\r\n\r\n31 circuit breakers: 1 open, 30 closed/,
    );
    expect(after).toContain('policy-29');
  });

  it('is given back also by another signal', async () => {
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

  it('shows why the service does not answer above what was seen', async () => {
    breakerNamed('jira');
    const { url, close } = await serve();
    const run = terminal(`breakers --watch --interval 100ms --url ${url}`, 60);
    await printed(run, 'jira');
    await close();
    await printed(run, /seen last at (\d\d:\d\d:\d\d).*No answer.*ECONNREFUSED.*jira/s);
    const [, first] = run.stdout.match(/seen last at ([\d:]+)/) ?? [];
    await sleep(1100);
    run.child.stdin?.write('\x03');
    const { code, stdout } = await run.result();
    expect(code).toBe(0);
    // It is said in what stays, too, and by the time of what was seen.
    const [, after = ''] = stdout.split('\x1b[?7h\x1b[?25h\x1b[?1049l');
    expect(after).toMatch(/seen last at .*No answer.*jira/s);
    expect(after).toContain(`seen last at ${first}`);
    expect(after).not.toContain('Asking again');
  });
});
