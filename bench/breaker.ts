import { instrument } from 'cockatiel-otel';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { measure, medianOf } from './paired.ts';
import { addPlainListeners, newBreaker, noOp } from './policies.ts';
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
  const addOn = addPlainListeners(newBreaker());
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
