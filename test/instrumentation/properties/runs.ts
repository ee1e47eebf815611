/**
 * How many scenarios a property plays: `PROPERTY_RUNS=20000` plays more than a continuous
 * integration has time for.
 */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 250);

/** @param share of the runs, for a property whose plays take longer */
export function runs(share = 1) {
  return { numRuns: Math.ceil(RUNS * share) };
}

/** Shrinking takes its time. */
export const RUN_TIMEOUT = 60_000 + RUNS * 100;
