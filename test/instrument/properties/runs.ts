/**
 * The same scenarios in every run, so that nothing but a change makes one fail.
 *
 * `PROPERTY_RUNS=20000` plays so many others, new ones each time. What a failure prints as seed and
 * path plays that scenario again: `PROPERTY_SEED=1 PROPERTY_PATH=2:3`.
 */
const { PROPERTY_RUNS, PROPERTY_SEED, PROPERTY_PATH } = process.env;

const RUNS = Number(PROPERTY_RUNS ?? 250);
const SEED = PROPERTY_SEED ?? (PROPERTY_RUNS === undefined ? 1 : undefined);

/** @param share of the runs, for a property whose plays take longer */
export function runs(share = 1) {
  return {
    numRuns: Math.ceil(RUNS * share),
    ...(SEED === undefined ? {} : { seed: Number(SEED) }),
    ...(PROPERTY_PATH === undefined ? {} : { path: PROPERTY_PATH, endOnFailure: true }),
  };
}

/** Shrinking takes its time. */
export const RUN_TIMEOUT = 60_000 + RUNS * 100;
