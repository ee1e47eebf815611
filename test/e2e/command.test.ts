import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { expectNothingLeft, Run, start } from '../support/demo.ts';

/** At once: most of the time they wait. */
describe.concurrent('npm run demo', { timeout: 90_000 }, () => {
  it('-- --once plays the incident without Prometheus, and the metrics equal its counts', async ({
    onTestFinished,
  }) => {
    const began = performance.now();
    const run = new Run(onTestFinished, ['--once'], { PATH: '' });
    expect(await run.ended).toBe(0);
    expect(run.output).toContain('no alerts: prometheus and alertmanager not found on the PATH\n');
    for (const phase of ['healthy', 'slow', 'failing', 'down', 'recovering']) {
      expect(run.output).toMatch(new RegExp(` s  ${phase}: `));
    }
    expect(run.output).toMatch(/ServiceNow +circuit opened: 5 consecutive failures, the last: /);
    expect(run.output).toMatch(/ServiceNow +circuit closed again after /);
    expect(run.output).toMatch(/^ServiceNow( +\d+){8} +equal$/m);
    expect(run.output).toContain('The metrics equal the counts of the demo.\n');
    expect(run.output).not.toContain('Warning');
    expect(performance.now() - began).toBeLessThan(60_000);
    await expectNothingLeft({ run, urls: [] });
  });

  it('says first where the live page is, on another port if that one is taken', async ({
    onTestFinished,
  }) => {
    const second = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void second.close());
    await once(second, 'listening');
    const { port } = second.address() as AddressInfo;
    const run = new Run(onTestFinished, ['--live-port', String(port)], { PATH: '' });
    const [, url = '', token] = await run.line(/^live page +(\S+)\ntoken +(\S+)\n/);
    expect(new URL(url).port).not.toBe(String(port));
    await run.line(/healthy: /);
    expect(await (await fetch(url)).text()).toMatch(/^<!doctype html>/);
    const isolated = await fetch(new URL('circuit-breakers/auth/isolate', url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(isolated.status).toBe(200);
    run.interrupt();
    expect(await run.ended).toBe(0);
    expect(run.output).toContain('The metrics equal the counts of the demo.\n');
    await expectNothingLeft({ run, urls: [url] });
  });

  it('stops everything on Ctrl-C, and shows what it counted', async ({ onTestFinished }) => {
    const demo = await start(onTestFinished);
    demo.run.interrupt();
    expect(await demo.run.ended).toBe(0);
    expect(demo.run.output).toContain('The metrics equal the counts of the demo.\n');
    await expectNothingLeft(demo);
  });

  it('stops everything when the story is not yet told, and says that it failed', async ({
    onTestFinished,
  }) => {
    const demo = await start(onTestFinished, '--once');
    demo.run.interrupt();
    expect(await demo.run.ended).toBe(130);
    await expectNothingLeft(demo);
  });

  it('stops everything when it is terminated', async ({ onTestFinished }) => {
    const demo = await start(onTestFinished);
    demo.run.kill('SIGTERM');
    expect(await demo.run.ended).toBe(143);
    await expectNothingLeft(demo);
  });

  it('stops everything when nobody reads any more', async ({ onTestFinished }) => {
    const demo = await start(onTestFinished);
    demo.run.closeOutput();
    expect(await demo.run.ended).toBe(141);
    await expectNothingLeft(demo);
  });

  it('stops everything when something is thrown that nobody foresaw', async ({
    onTestFinished,
  }) => {
    const fault = 'setTimeout(() => { throw new Error("unforeseen"); }, 2000)';
    const run = new Run(onTestFinished, [], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}`,
    });
    expect(await run.ended).toBe(1);
    expect(run.output).toContain('Error: unforeseen');
    await expectNothingLeft({ run, urls: [] });
  });

  it('says which port is in use', async ({ onTestFinished }) => {
    const second = createServer().listen(0, 'localhost');
    await once(second, 'listening');
    const { port } = second.address() as AddressInfo;
    const run = new Run(onTestFinished, ['--port', String(port)]);
    expect(await run.ended).toBe(1);
    second.close();
    expect(run.output).toContain(`on localhost:${port}: the port is in use`);
    await expectNothingLeft({ run, urls: [] });
  });

  it.for([
    [['--twice'], "Unknown option '--twice'"],
    [['--port', 'http'], 'Expected --port to be a number from 0 to 65535, got "http"'],
  ] as const)(
    'says what it does not understand in %o',
    async ([args, message], { onTestFinished }) => {
      const run = new Run(onTestFinished, args);
      expect(await run.ended).toBe(2);
      expect(run.output).toContain(message);
    },
  );

  it('tells its options', async ({ onTestFinished }) => {
    const run = new Run(onTestFinished, ['--help']);
    expect(await run.ended).toBe(0);
    for (const option of ['--once', '--port', '--plain', '--help']) {
      expect(run.output).toContain(option);
    }
  });
});
