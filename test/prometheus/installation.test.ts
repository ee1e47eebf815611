/** `startMetrics` in a service that has only some of the packages. */
import { expect, it, onTestFinished } from 'vitest';
import { Installation } from '../support/installation.ts';

const API = { '@opentelemetry/api': 'node_modules/@opentelemetry/api' };
const SDK = {
  '@opentelemetry/sdk-metrics': 'node_modules/@opentelemetry/sdk-metrics',
  '@opentelemetry/resources': 'node_modules/@opentelemetry/resources',
};
const SDK_2 = 'test/compat/sdk-2/node_modules/@opentelemetry';

async function run(packages: Readonly<Record<string, string>>, source: string) {
  const installation = await Installation.of(packages);
  onTestFinished(() => installation.remove());
  return installation.run(`import { startMetrics } from './src/prometheus/index.ts';\n${source}`);
}

const printError = 'await startMetrics({ port: 0 }).catch((error) => console.log(error.message));';

it('names the peers that are not installed', async () => {
  expect(await run(API, printError)).toBe(
    'Serving metrics needs @opentelemetry/sdk-metrics and @opentelemetry/exporter-prometheus and @opentelemetry/resources, not installed: npm install @opentelemetry/api@1 @opentelemetry/sdk-metrics @opentelemetry/exporter-prometheus @opentelemetry/resources',
  );
});

it('names the one peer that is not installed', async () => {
  expect(await run({ ...API, ...SDK }, printError)).toBe(
    'Serving metrics needs @opentelemetry/exporter-prometheus, not installed: npm install @opentelemetry/api@1 @opentelemetry/sdk-metrics @opentelemetry/exporter-prometheus @opentelemetry/resources',
  );
});

it('works with SDK 2.x, and does not keep the process alive', async () => {
  const packages = { '@opentelemetry': SDK_2, cockatiel: 'node_modules/cockatiel' };
  const page = await run(
    packages,
    `
      import { timeout, TimeoutStrategy } from 'cockatiel';
      import { instrument } from './src/index.ts';
      const policy = instrument('sdk-2', timeout(1000, TimeoutStrategy.Cooperative));
      const { url } = await startMetrics({ port: 0, cardinalityLimit: 3000 });
      await policy.execute(() => {});
      console.log(await (await fetch(url)).text());
      setTimeout(() => console.log('kept alive'), 2000).unref();
    `,
  );
  expect(page).toMatch(/^resilience_timeout_calls_total\{.*"completed".*\} 1$/m);
  expect(page).toMatch(/^resilience_execution_duration_bucket\{.*le="\+Inf"\} 1$/m);
  expect(page).not.toContain('kept alive');
});
