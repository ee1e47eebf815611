import { instrument } from 'cockatiel-otel';
import { healthRoutes } from 'cockatiel-otel/health';
import { medianOf } from '../paired.ts';
import { newStack, noOp } from '../policies.ts';
import { microseconds, type Result } from '../result.ts';

const ROUNDS = 201;
const CALLS = 1000;

/** What `GET /executions` costs the calls that it could list, whether it is asked or not. */
export async function tracking(): Promise<Result> {
  const stack = instrument('followed', newStack());
  const sides = [false, true];
  const rounds = { not: [] as number[], followed: [] as number[] };
  const warmUp = 20;
  for (let round = -warmUp; round < ROUNDS; round++) {
    for (const executions of round % 2 === 0 ? sides : sides.toReversed()) {
      const routes = healthRoutes({ executions });
      const start = process.hrtime.bigint();
      for (let call = 0; call < CALLS; call++) await stack.execute(noOp);
      const time = Number(process.hrtime.bigint() - start) / CALLS;
      routes.close();
      if (round >= 0) rounds[executions ? 'followed' : 'not'].push(time);
    }
  }
  return {
    measure: 'stack of five, executions followed for `GET /executions` / not followed',
    value: medianOf(rounds, (time) => time('followed') / time('not')),
    limit: 1.05,
    detail: `${microseconds(medianOf(rounds, (time) => time('not')))} not, following adds ${microseconds(
      medianOf(rounds, (time) => time('followed') - time('not')),
    )}`,
  };
}
