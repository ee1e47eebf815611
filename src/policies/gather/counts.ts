import { LRUCache } from 'lru-cache';
import { degradationMetrics } from '../../instrument.ts';
import type { DegradationStatus, PartOutcome } from '../../semconv/attributes.ts';
import type { GatherOptions } from './types.ts';

/** So many names are kept; who gives each request one of its own does not fill the memory. */
const NAMES = 500;

/** Counts the answers that are gathered under a name. */
class GatheringCounts {
  readonly #kept: ReturnType<typeof degradationMetrics>;

  constructor(name: string, meterProvider: GatherOptions['meterProvider']) {
    this.#kept = degradationMetrics(name, this, meterProvider);
  }

  /** One is asked for: its series exist from now on. */
  begin(parts: readonly string[]): void {
    this.#kept.ensure();
    for (const part of parts) this.#kept.counts.declare(part);
  }

  part(part: string, outcome: PartOutcome): void {
    this.#kept.counts.part(part, outcome);
  }

  end(status: DegradationStatus): void {
    this.#kept.counts.countCall(status);
  }
}

const GLOBAL = {};
const known = new WeakMap<object, LRUCache<string, GatheringCounts>>();

export function countsOf(
  name: string,
  meterProvider: GatherOptions['meterProvider'],
): GatheringCounts {
  const provider = meterProvider ?? GLOBAL;
  let names = known.get(provider);
  if (names === undefined) {
    names = new LRUCache({ max: NAMES });
    known.set(provider, names);
  }
  let counts = names.get(name);
  if (counts === undefined) {
    counts = new GatheringCounts(name, meterProvider);
    names.set(name, counts);
  }
  return counts;
}
