import { instrument } from 'cockatiel-otel';
import { startMetrics } from 'cockatiel-otel/prometheus';
import CircuitBreaker from 'opossum';
import PrometheusMetrics from 'opossum-prometheus';
import { measure, medianOf } from './paired.ts';
import { newBreaker, noOp } from './policies.ts';
import { microseconds, type Result } from './result.ts';

/** A whole call through one breaker with its metrics: ours, and the other library's. */
export async function run(): Promise<Result[]> {
  const { shutdown } = await startMetrics({ port: 0 });
  const other = new CircuitBreaker(noOp, { timeout: false });
  new PrometheusMetrics({ circuits: [other] });
  const ours = instrument('opossum', newBreaker());
  const rounds = await measure(
    { opossum: () => other.fire(), ours: () => ours.execute(noOp) },
    { rounds: 101, calls: 1000 },
  );
  other.shutdown();
  await shutdown();
  const call = (side: string) => microseconds(medianOf(rounds, (time) => time(side)));
  return [
    {
      measure: 'one breaker, whole call, ours on cockatiel / opossum with opossum-prometheus',
      value: medianOf(rounds, (time) => time('ours') / time('opossum')),
      limit: 0.5,
      detail: `ours ${call('ours')}, opossum ${call('opossum')}`,
    },
  ];
}
