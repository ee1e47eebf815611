import { type PolicySnapshot, snapshot } from 'cockatiel-otel';
import { OUTCOMES, type Outcome } from './books.ts';
import type { Client } from './client.ts';

/** What a person sees of one service: over the last two seconds, and now. */
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
  /** Share of the calls that a fallback answered; none where there is no fallback. */
  readonly fallbackShare: number | undefined;
}

const WINDOW_MS = 2000;

interface Reading {
  readonly at: number;
  readonly scopes: ReadonlyMap<string, PolicySnapshot>;
}

/** Turns the counts of `snapshot()` into rates. */
export class Rates {
  readonly #readings: Reading[] = [];

  read(): void {
    const at = performance.now();
    const scopes = new Map(snapshot().map((scope) => [scope.name, scope]));
    this.#readings.push({ at, scopes });
    while ((this.#readings[1]?.at ?? at) <= at - WINDOW_MS) this.#readings.shift();
  }

  row(client: Client): Row {
    const { name, label } = client.spec;
    const first = this.#readings[0];
    const last = this.#readings.at(-1);
    const now = last?.scopes.get(name);
    const seconds = Math.max(0.2, ((last?.at ?? 0) - (first?.at ?? 0)) / 1000);
    const gained = (count: (scope: PolicySnapshot) => number): number => {
      const before = first?.scopes.get(name);
      return now && before ? count(now) - count(before) : 0;
    };
    const outcomes = Object.fromEntries(
      OUTCOMES.map((outcome) => [outcome, gained((scope) => scope.executions[outcome])]),
    ) as Record<Outcome, number>;
    const calls = sum(outcomes);
    return {
      label,
      state: stateOf(now),
      stateAge: client.stateAge,
      failedProbes: client.failedProbes,
      callsPerSecond: calls / seconds,
      outcomes,
      retriesPerSecond: gained(({ retry }) => sum(retry?.attempts ?? {})) / seconds,
      timeoutsPerSecond: gained(({ timeout }) => timeout?.calls.timed_out ?? 0) / seconds,
      bulkhead: now?.bulkhead,
      fallbackShare: now?.fallback && outcomes.fallback / Math.max(1, calls),
    };
  }
}

function stateOf(scope: PolicySnapshot | undefined): string {
  const states = Object.entries(scope?.circuitBreaker?.state ?? {});
  return states.find(([, breakers]) => breakers > 0)?.[0] ?? 'closed';
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
