/**
 * How many scenarios a property plays: `PROPERTY_RUNS=20000` plays more than a continuous
 * integration has time for. What a failure prints as seed and path plays that scenario again:
 * `PROPERTY_SEED=1 PROPERTY_PATH=2:3`.
 */
const { PROPERTY_RUNS = '250', PROPERTY_SEED, PROPERTY_PATH } = process.env;

const RUNS = Number(PROPERTY_RUNS);

/** @param share of the runs, for a property whose plays take longer */
export function runs(share = 1) {
  return {
    numRuns: Math.ceil(RUNS * share),
    ...(PROPERTY_SEED === undefined ? {} : { seed: Number(PROPERTY_SEED) }),
    ...(PROPERTY_PATH === undefined ? {} : { path: PROPERTY_PATH, endOnFailure: true }),
  };
}

/** Shrinking takes its time. */
export const RUN_TIMEOUT = 60_000 + RUNS * 100;
