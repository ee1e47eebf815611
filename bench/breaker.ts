import { metrics } from '@opentelemetry/api';
import { instrument } from 'cockatiel-otel';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { measure, medianOf } from './paired.ts';
import { newBreaker, noOp } from './policies.ts';
import { microseconds, type Result } from './result.ts';

/** One breaker: what we add, against what the plainest add-on adds. */
export async function run(): Promise<Result[]> {
  const { shutdown } = await startMetrics({ port: 0 });
  const results = [
    await compare('one breaker, we add / a plain listener add-on adds', 0.5, true),
    await compare('one breaker, the same with durations off', 0.1, false),
  ];
  await shutdown();
  return results;
}

async function compare(title: string, limit: number, durations: boolean): Promise<Result> {
  const bare = newBreaker();
  const addOn = withAddOn();
  const ours = instrument(title, newBreaker(), { durations });
  const rounds = await measure(
    {
      bare: () => bare.execute(noOp),
      addOn: () => addOn.execute(noOp),
      ours: () => ours.execute(noOp),
    },
    { rounds: 101, calls: 2000 },
  );
  const adds = (side: string) =>
    microseconds(medianOf(rounds, (time) => time(side) - time('bare')));
  return {
    measure: title,
    value: medianOf(
      rounds,
      (time) => (time('ours') - time('bare')) / (time('addOn') - time('bare')),
    ),
    limit,
    detail: `we add ${adds('ours')}, the add-on ${adds('addOn')}`,
  };
}

/** What one finds in services today: a counter and a histogram in cockatiel's listeners. */
function withAddOn() {
  const meter = metrics.getMeter('add-on');
  const calls = meter.createCounter('addon.calls');
  const durations = meter.createHistogram('addon.duration');
  const breaker = newBreaker();
  const listen = (outcome: string) => (event: { duration: number }) => {
    calls.add(1, { policy: 'servicenow', outcome });
    durations.record(event.duration / 1000, { policy: 'servicenow', outcome });
  };
  breaker.onSuccess(listen('success'));
  breaker.onFailure(listen('failure'));
  return breaker;
}
