import { metrics } from '@opentelemetry/api';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { snapshot } from '../../src/index.ts';
import { gather } from '../../src/policies/index.ts';
import { TestSdk } from '../support/metrics.ts';

beforeEach(() => metrics.disable());
afterEach(() => metrics.disable());

const complete = (name: string) => ({
  'resilience.degradation.name': name,
  'resilience.degradation.status': 'complete',
});

it('counts earlier calls for an SDK that starts later', async () => {
  await gather({ a: () => 1 }, { name: 'early' });
  await gather({ a: () => 1 }, { name: 'early' });
  const sdk = new TestSdk();
  metrics.setGlobalMeterProvider(sdk.provider);
  expect(await sdk.value('resilience.degradation.calls', complete('early'))).toBe(2);
  await gather({ a: () => 1 }, { name: 'early' });
  expect(await sdk.value('resilience.degradation.calls', complete('early'))).toBe(3);
});

it('lists no gathered answer among the policies', async () => {
  await gather({ a: () => 1 }, { name: 'no policy' });
  expect(snapshot().map(({ name }) => name)).not.toContain('no policy');
});

it('goes by the name gather where it has none', async () => {
  const sdk = new TestSdk();
  metrics.setGlobalMeterProvider(sdk.provider);
  await gather({ a: () => 1 });
  expect(await sdk.value('resilience.degradation.calls', complete('gather'))).toBe(1);
});

it('keeps no more than 500 names, of which a policy of the same name is none', async () => {
  const sdk = new TestSdk();
  sdk.instrument('name-1', { execute: async (fn: () => unknown) => fn() });
  for (let index = 0; index < 600; index++) {
    await gather({ a: () => 1 }, { name: `name-${index}`, meterProvider: sdk.provider });
  }
  expect(await sdk.value('resilience.degradation.calls', complete('name-599'))).toBe(1);
  expect(await sdk.points('resilience.telemetry.errors')).toHaveLength(1);
});
