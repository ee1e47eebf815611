import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import * as exporter3 from '@opentelemetry/exporter-prometheus';
import * as sdk3 from '@opentelemetry/sdk-metrics';
import { ConsecutiveBreaker, circuitBreaker, handleAll, retry, wrap } from 'cockatiel';
import { describe, expect, it } from 'vitest';
import { type InstrumentOptions, instrument, uninstrument } from '../../src/index.ts';
import fc from '../support/fast-check.ts';
import { requireProgram } from '../support/programs.ts';

const require2 = createRequire(new URL('../compat/sdk-2/package.json', import.meta.url));
const EXPORTERS = [
  {
    sdkMajor: 2,
    sdk: require2('@opentelemetry/sdk-metrics') as typeof sdk3,
    exporter: require2('@opentelemetry/exporter-prometheus') as typeof exporter3,
  },
  { sdkMajor: 3, sdk: sdk3, exporter: exporter3 },
];

const NAMES = fc.oneof(
  fc.constantFrom('team.name', 'team_name', 'team-name', 'le', '1st', 'job', 'otel.scope.name'),
  fc.constantFrom('__name__', '_', 'error_type', 'resilience.outcome', 'resilience', 'team', 'Job'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
);

describe.each(EXPORTERS)('constant attributes, by the exporter of SDK $sdkMajor', (major) => {
  const { sdk, exporter } = major;

  /** The page of a policy with these attributes. */
  async function pageOf(attributes: InstrumentOptions['attributes']): Promise<string> {
    const reader = new exporter.PrometheusExporter({ preventServerStart: true });
    const meterProvider = new sdk.MeterProvider({ readers: [reader] });
    const breaker = new ConsecutiveBreaker(1);
    const policy = instrument(
      'workday',
      wrap(
        retry(handleAll, { maxAttempts: 0 }),
        circuitBreaker(handleAll, { breaker, halfOpenAfter: 1 }),
      ),
      { meterProvider, ...(attributes && { attributes }) },
    );
    await policy.execute(() => Promise.reject(new Error('down'))).catch(() => {});
    const { resourceMetrics } = await reader.collect();
    uninstrument(policy);
    return new exporter.PrometheusSerializer().serialize(resourceMetrics);
  }

  it('are refused by name, or make a page that Prometheus takes', async () => {
    const promtool = requireProgram('promtool');
    const attributes = fc.dictionary(NAMES, fc.string({ maxLength: 3 }), {
      minKeys: 1,
      maxKeys: 4,
    });
    const wrong: string[] = [];
    let taken = 0;
    for (const item of fc.sample(attributes, { numRuns: 120, seed: 1 })) {
      const page = await pageOf(item).catch((error) => {
        expect(error).toBeInstanceOf(TypeError);
        return undefined;
      });
      if (page === undefined) continue;
      taken++;
      const { stderr } = spawnSync(promtool, ['check', 'metrics'], {
        input: page,
        encoding: 'utf8',
      });
      if (/error|reserved|should not have/.test(stderr))
        wrong.push(`${JSON.stringify(item)}: ${stderr}`);
    }
    expect(wrong).toEqual([]);
    expect(taken).toBeGreaterThan(10);
  });
});

describe('instrument', () => {
  const at = (attributes: object) => ({ attributes }) as InstrumentOptions;

  it('names the attribute that would break the scrape, and why', () => {
    const one = (name: string, why: string): readonly [object, string] => [
      { [name]: 'x' },
      `Expected \`options.attributes[${JSON.stringify(name)}]\` to have another name: ${why}`,
    ];
    const own = '`resilience.*` and `error.type` are set by the instrumentation';
    const otel = '`otel.*` is reserved for OpenTelemetry';
    const begins = 'is no valid Prometheus label, which begins with a letter of a-z';
    const cases: readonly (readonly [object, string])[] = [
      one('resilience.policy.name', own),
      one('resilience_policy_name', own),
      one('resilience-outcome', own),
      one('resilience..team', own),
      one('error_type', own),
      one('otel.scope.name', otel),
      one('otel_metric_overflow', otel),
      one('le', 'Prometheus reserves `le` for histograms and summaries'),
      one('quantile', 'Prometheus reserves `quantile` for histograms and summaries'),
      one('job', 'Prometheus sets `job` itself'),
      one('instance', 'Prometheus sets `instance` itself'),
      one('__name__', 'Prometheus reserves names that begin with `__`'),
      one('1st', `\`1st\` ${begins}`),
      one('日本', `\`_\` ${begins}`),
      [
        { 'team.name': 'a', region: 'b', team_name: 'c' },
        'Expected `options.attributes` to have names that are different labels in Prometheus: `team.name` and `team_name` are both `team_name`',
      ],
      [
        { 'a.b': 1, a__b: 2 },
        'Expected `options.attributes` to have names that are different labels in Prometheus: `a.b` and `a__b` are both `a_b`',
      ],
    ];
    const policy = retry(handleAll, { maxAttempts: 1 });
    const messages = cases.map(([attributes]) => {
      try {
        instrument('workday', policy, at(attributes));
        return 'taken';
      } catch (error) {
        return (error as TypeError).message;
      }
    });
    expect(messages).toEqual(cases.map(([, message]) => message));
  });
});
