import type { InferOutput } from 'valibot';
import type { Health } from '../client/schemas.ts';
import { breakersSummary } from './breakers.ts';
import { bad, good, warning } from './colors.ts';

type Told = InferOutput<typeof Health>;

const PAINT: Readonly<Record<Told['status'], (text: string) => string>> = {
  healthy: good,
  degraded: warning,
  unhealthy: bad,
};

/**
 * How a service is, a line for each thing that there is to say.
 *
 * @param trouble lines about the circuits that are not closed
 */
export function healthLines(
  { status, breakers, dependencies }: Told,
  trouble: readonly string[],
): string[] {
  return [
    PAINT[status](status),
    ...(breakers ? [breakersSummary(breakers), ...trouble] : []),
    ...(dependencies ? dependenciesLines(dependencies) : []),
  ];
}

function dependenciesLines(dependencies: NonNullable<Told['dependencies']>): string[] {
  const { total_systems: total, available_systems: available } = dependencies;
  if (total === 0) return ['no dependencies'];
  const summary =
    `${available} of ${total} dependencies available ` +
    `(${dependencies.availability_percentage} %): ` +
    (dependencies.safe_for_bulk_work ? 'safe for bulk work' : 'bulk work should wait');
  return available < total ? [summary, WHICH] : [summary];
}

/** The route has no names, and another one that has them there is not. */
const WHICH = '  the log of the service, and the news of its live page, tell which are not';
