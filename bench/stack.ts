import { instrument } from 'cockatiel-otel';
import { startMetrics } from 'cockatiel-otel/prometheus';
import { measure, medianOf } from './paired.ts';
import { newStack, noOp } from './policies.ts';
import { microseconds, type Result } from './result.ts';

/** A stack of five around a function that does nothing, without an SDK and with one. */
export async function run(): Promise<Result[]> {
  const results = [await compare('stack of five without an SDK, instrumented / bare', 1.12)];
  const { shutdown } = await startMetrics({ port: 0 });
  results.unshift(await compare('stack of five, instrumented / bare', 1.2));
  await shutdown();
  return results;
}

async function compare(title: string, limit: number): Promise<Result> {
  const bare = newStack();
  const ours = instrument(title, newStack());
  const rounds = await measure(
    { bare: () => bare.execute(noOp), ours: () => ours.execute(noOp) },
    { rounds: 201, calls: 250, warmUp: 20_000 },
  );
  return {
    measure: title,
    value: medianOf(rounds, (time) => time('ours') / time('bare')),
    limit,
    detail: `${microseconds(medianOf(rounds, (time) => time('bare')))} bare, we add ${microseconds(
      medianOf(rounds, (time) => time('ours') - time('bare')),
    )}`,
  };
}
