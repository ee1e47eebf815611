/** The first example of the README in an outage: it opens, fails fast, and the alerts name the cause. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BrokenCircuitError } from 'cockatiel';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { expect, it, onTestFinished } from 'vitest';
import { AlertReceiver } from '../../examples/demo/alert-receiver.ts';
import { findPrograms, startMonitoring } from '../../examples/demo/monitoring.ts';
import { get } from '../../examples/readme/servicenow.ts';
import { DEADLINE_MS, eventually } from '../support/eventually.ts';
import { requireProgram } from '../support/programs.ts';

/** They say that the circuit is open. */
const RAISED = ['ResilienceCircuitBreakerOpenFleetWide', 'ResilienceCircuitBreakerStuckOpen'].map(
  (alert) => `${alert} servicenow`,
);
/** It has opened, and no caller gets an answer: how soon they fire depends on the scrapes. */
const POSSIBLE = ['ResilienceCircuitBreakerOpened', 'ResilienceErrorBudgetBurn'].map(
  (alert) => `${alert} servicenow`,
);

it('is in the README', () => {
  const example = readFileSync('examples/readme/servicenow.ts', 'utf8');
  expect(readFileSync('README.md', 'utf8')).toContain(`\`\`\`ts\n${example}\`\`\`\n`);
});

it(
  'opens the circuit in an outage, then fails fast, and alerts tell of the open circuit only',
  async () => {
    requireProgram('prometheus');
    requireProgram('alertmanager');
    let status = 200;
    let requests = 0;
    const server = createServer((_, response) => {
      requests++;
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const metrics = await startMetrics({ port: 0 });
    onTestFinished(metrics.shutdown);
    const pager = new AlertReceiver(() => {});
    const webhook = await pager.start();
    onTestFinished(() => pager.stop());
    const programs = findPrograms();
    if ('missing' in programs) throw new Error(`Expected ${programs.missing}, found none`);
    const monitoring = await startMonitoring(programs, new URL(metrics.url), webhook);
    onTestFinished(monitoring.stop);

    for (let call = 0; call < 200; call++) expect((await get(url)).status).toBe(200);
    await sleep(2000);
    expect([...pager.history.keys()]).toEqual([]);

    status = 503;
    requests = 0;
    const errorOf = () =>
      get(url).then(
        () => undefined,
        (error: unknown) => error,
      );
    for (let call = 1; call <= 5; call++) {
      expect(await errorOf()).toEqual(new Error(`HTTP 503 from ${url}`));
    }
    expect(requests).toBe(15);

    const durations: number[] = [];
    const rejectOne = async () => {
      const start = performance.now();
      expect(await errorOf()).toBeInstanceOf(BrokenCircuitError);
      durations.push(performance.now() - start);
    };
    for (const alert of RAISED) {
      await eventually(alert, async () => {
        await rejectOne();
        return pager.history.has(alert) || undefined;
      });
    }
    for (const alert of pager.history.keys()) expect([...RAISED, ...POSSIBLE]).toContain(alert);
    expect(requests).toBe(15);
    expect(durations.sort((a, b) => a - b)[Math.floor(durations.length / 2)]).toBeLessThan(10);
  },
  2 * DEADLINE_MS,
);
