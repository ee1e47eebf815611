import { type PolicySnapshot, snapshot } from 'cockatiel-otel';
import { OUTCOMES, type Outcome } from './call-counts.ts';
import type { Client } from './client.ts';

/** One service in the table: rates of the last two seconds, and its present state. */
export interface Row {
  readonly label: string;
  readonly state: string;
  /** Milliseconds. */
  readonly stateAge: number;
  readonly failedProbes: number;
  readonly callsPerSecond: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly retriesPerSecond: number;
  readonly timeoutsPerSecond: number;
  readonly bulkhead: { readonly active: number; readonly limit: number } | undefined;
  /** Share of the calls with the outcome fallback; `undefined` without a fallback. */
  readonly fallbackShare: number | undefined;
}

const WINDOW_MS = 2000;

interface Sample {
  readonly at: number;
  readonly policies: ReadonlyMap<string, PolicySnapshot>;
}

/** Calculates rates from `snapshot()`. */
export class Rates {
  readonly #samples: Sample[] = [];

  read(): void {
    const at = performance.now();
    const policies = new Map(snapshot().map((policy) => [policy.name, policy]));
    this.#samples.push({ at, policies });
    while ((this.#samples[1]?.at ?? at) <= at - WINDOW_MS) this.#samples.shift();
  }

  row(client: Client): Row {
    const { name, label } = client.spec;
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    const now = last?.policies.get(name);
    const seconds = Math.max(0.2, ((last?.at ?? 0) - (first?.at ?? 0)) / 1000);
    const increase = (count: (policy: PolicySnapshot) => number): number => {
      const before = first?.policies.get(name);
      return now && before ? count(now) - count(before) : 0;
    };
    const outcomes = Object.fromEntries(
      OUTCOMES.map((outcome) => [outcome, increase((policy) => policy.executions[outcome])]),
    ) as Record<Outcome, number>;
    const calls = sum(outcomes);
    return {
      label,
      state: stateOf(now),
      stateAge: client.stateAge,
      failedProbes: client.failedProbes,
      callsPerSecond: calls / seconds,
      outcomes,
      retriesPerSecond: increase(({ retry }) => sum(retry?.attempts ?? {})) / seconds,
      timeoutsPerSecond: increase(({ timeout }) => timeout?.calls.timed_out ?? 0) / seconds,
      bulkhead: now?.bulkhead,
      fallbackShare: now?.fallback && outcomes.fallback / Math.max(1, calls),
    };
  }
}

function stateOf(policy: PolicySnapshot | undefined): string {
  const states = Object.entries(policy?.circuitBreaker?.state ?? {});
  return states.find(([, breakers]) => breakers > 0)?.[0] ?? 'closed';
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
