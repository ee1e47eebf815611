import { LIMITS } from '../../presets/thresholds.ts';
import type { CheckResult } from './check-run.ts';
import type { HealthSummary, SystemHealth, SystemReport } from './types.ts';

export function createReport({ ms, error }: CheckResult, slowAfter: number): SystemReport {
  return {
    available: error === null,
    response_time_ms: round(ms, 1),
    slow: ms > slowAfter,
    error,
  };
}

/** @param reports with the names of their systems, which may be any, also `__proto__` */
export function createHealth<S extends SystemReport>(
  reports: readonly (readonly [name: string, report: S])[],
): SystemHealth<S> {
  return {
    timestamp: new Date().toISOString(),
    systems: Object.fromEntries(reports),
    summary: summarize(reports.map(([, report]) => report)),
  };
}

function summarize(reports: readonly SystemReport[]): HealthSummary {
  const total = reports.length;
  const available = reports.filter((report) => report.available).length;
  const ratio = total === 0 ? 0 : available / total;
  return {
    total_systems: total,
    available_systems: available,
    unavailable_systems: total - available,
    availability_percentage: round(ratio * 100, 2),
    safe_for_bulk_work: ratio >= LIMITS.dependenciesAvailable.ratio,
  };
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
