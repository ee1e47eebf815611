import type { HealthView } from '../../operations/contract.ts';
import { formatSummary } from './breakers.ts';
import { bad, good, warning } from './colors.ts';

type HealthReport = HealthView;

const STATUS_COLORS: Readonly<Record<HealthReport['status'], (text: string) => string>> = {
  healthy: good,
  degraded: warning,
  unhealthy: bad,
};

/**
 * The lines of `check`.
 *
 * @param problemLines the circuits that are not closed
 */
export function toHealthLines(
  { status, breakers, dependencies }: HealthReport,
  problemLines: readonly string[],
): string[] {
  return [
    STATUS_COLORS[status](status),
    ...(breakers ? [formatSummary(breakers), ...problemLines] : []),
    ...(dependencies ? toDependencyLines(dependencies) : []),
  ];
}

function toDependencyLines(dependencies: NonNullable<HealthReport['dependencies']>): string[] {
  const { total_systems: total, available_systems: available } = dependencies;
  if (total === 0) return ['no dependencies'];
  const summary =
    `${available} of ${total} dependencies available ` +
    `(${dependencies.availability_percentage} %): ` +
    (dependencies.safe_for_bulk_work ? 'safe for bulk work' : 'postpone bulk work');
  return available < total ? [summary, NAMES_HINT] : [summary];
}

/** `GET /health` has no names of dependencies. */
const NAMES_HINT = '  see the log or the live page of the service for their names';
