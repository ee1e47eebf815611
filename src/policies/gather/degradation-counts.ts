import { LRUCache } from 'lru-cache';
import { degradationMetrics } from '../../instrument.ts';
import type { DegradationStatus, PartOutcome } from '../../semconv/attributes.ts';
import type { GatherOptions } from './types.ts';

/** Limits the memory of a service that gives each request a name of its own. */
const MAX_NAMES = 500;

/** Counts the results of `gather` under one name. */
class DegradationCounts {
  readonly #metrics: ReturnType<typeof degradationMetrics>;

  constructor(name: string, meterProvider: GatherOptions['meterProvider']) {
    this.#metrics = degradationMetrics(name, this, meterProvider);
  }

  /** Creates the series of the parts, so that they exist before the first result. */
  begin(parts: readonly string[]): void {
    this.#metrics.connectIfNeeded();
    for (const part of parts) this.#metrics.counts.declare(part);
  }

  countPart(part: string, outcome: PartOutcome): void {
    this.#metrics.counts.countPart(part, outcome);
  }

  countCall(status: DegradationStatus): void {
    this.#metrics.counts.countCall(status);
  }
}

const GLOBAL_PROVIDER = {};
const countsByProvider = new WeakMap<object, LRUCache<string, DegradationCounts>>();

export function degradationCounts(
  name: string,
  meterProvider: GatherOptions['meterProvider'],
): DegradationCounts {
  const provider = meterProvider ?? GLOBAL_PROVIDER;
  let countsByName = countsByProvider.get(provider);
  if (countsByName === undefined) {
    countsByName = new LRUCache({ max: MAX_NAMES });
    countsByProvider.set(provider, countsByName);
  }
  let counts = countsByName.get(name);
  if (counts === undefined) {
    counts = new DegradationCounts(name, meterProvider);
    countsByName.set(name, counts);
  }
  return counts;
}
