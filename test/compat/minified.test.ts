import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** One policy of each kind, and what they count: by type of fallback, by policy, by outcome. */
const service = (cockatiel: string) => `
import * as c from '${cockatiel}';
import { instrument } from '${resolve('dist/index.js')}';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const reader = new Reader();
const options = { meterProvider: new MeterProvider({ readers: [reader] }) };
const down = async () => Promise.reject(Object.assign(new Error('down'), { code: 'DOWN' }));
const answer = { stale: true };
const value = instrument('value', c.fallback(c.handleAll, answer), options);
const made = instrument('function', c.fallback(c.handleAll, () => [answer].at(0)), options);
const stack = instrument('stack', c.wrap(
  c.retry(c.handleAll, { maxAttempts: 1 }),
  c.circuitBreaker(c.handleAll, { halfOpenAfter: 1000, breaker: new c.ConsecutiveBreaker(2) }),
  c.bulkhead(1),
  c.timeout(1000, c.TimeoutStrategy.Aggressive),
), options);
for (const policy of [value, made, stack, stack]) await policy.execute(down).catch(() => {});
const { resourceMetrics } = await reader.collect();
const points = resourceMetrics.scopeMetrics
  .flatMap(({ metrics }) => metrics)
  .filter(({ descriptor }) => /\\.(executions|calls|attempts|transitions|errors)$/.test(descriptor.name))
  .flatMap(({ descriptor, dataPoints }) =>
    dataPoints
      .filter(({ value }) => value > 0)
      .map(({ attributes, value }) => [
        descriptor.name.replace('resilience.', ''),
        ...Object.values(attributes),
        value,
      ].join(' ')));
console.log(JSON.stringify(points.sort()));
`;

describe('a minified bundle of a service, cockatiel and this package', () => {
  let home: string;
  beforeAll(() => {
    // Inside, so that it finds what is not bundled.
    home = mkdtempSync(resolve('node_modules/.minified-'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it.each(['cockatiel3', 'cockatiel'])('counts as it does without (%s)', async (cockatiel) => {
    const printed: unknown[] = [];
    for (const minify of [false, true]) {
      const outfile = join(home, `${cockatiel}-${minify}.mjs`);
      await build({
        stdin: { contents: service(cockatiel), resolveDir: resolve('.'), loader: 'js' },
        bundle: true,
        format: 'esm',
        platform: 'node',
        external: ['@opentelemetry/*'],
        minify,
        outfile,
      });
      printed.push(JSON.parse(execFileSync(process.execPath, [outfile], { encoding: 'utf8' })));
    }
    const [plain, minified] = printed;
    expect(minified).toEqual(plain);
    expect(plain).toEqual(
      expect.arrayContaining([
        'fallback.calls value used value 1',
        'fallback.calls function used function 1',
        'executions stack rejected 1',
        'circuit_breaker.transitions stack closed open 1',
        'retry.calls stack exhausted 2',
      ]),
    );
  });
});
