import type { PolicyOverrides } from '../../../src/policies/index.ts';
import type { PresetName } from '../../../src/presets/presets.ts';

/** How a service behaves at a time, in seconds since the story began. */
export interface Behaviour {
  /** The shortest and the longest answer, in ms. */
  readonly latency: readonly [number, number];
  /** The share of calls that fail. */
  readonly errors: number;
}

export interface PicturedService {
  readonly name: string;
  readonly preset: PresetName;
  readonly overrides?: PolicyOverrides<string>;
  readonly callsPerSecond: number;
  readonly at: (seconds: number) => Behaviour;
}

/** So long it takes until all that is to be seen can be seen. */
export const STORY_SECONDS = 185;

const steady =
  (shortest: number, longest: number, errors = 0) =>
  (): Behaviour => ({ latency: [shortest, longest], errors });

/** Quick retries, so that the story is not longer than it must be. */
const retry = { calls: 3, initialDelay: 50, maxDelay: 200 } as const;
const cached = { type: 'cached', answer: () => 'from the cache' } as const;

const healthy = (name: string, callsPerSecond: number, longest: number): PicturedService => ({
  name,
  preset: 'default',
  overrides: { retry },
  callsPerSecond,
  at: steady(longest / 4, longest, 0.002),
});

/** Services that are in trouble of every kind, and others that are not. */
export const SERVICES: readonly PicturedService[] = [
  {
    name: 'servicenow',
    preset: 'enterprise',
    overrides: { retry },
    callsPerSecond: 14,
    at: (seconds) => ({
      latency: seconds < 70 ? [20, 90] : [60, 400],
      errors: seconds < 70 ? 0.01 : seconds < 118 ? 0.3 : 1,
    }),
  },
  {
    name: 'workday',
    preset: 'default',
    overrides: { retry, fallback: cached, circuitBreaker: { halfOpenAfter: 20_000 } },
    callsPerSecond: 9,
    // Its breaker lets a call try at the end, which is under way then.
    at: (seconds) => ({
      latency: seconds < 170 ? [30, 120] : [12_000, 12_000],
      errors: seconds < 158 ? 0.01 : seconds < 170 ? 1 : 0,
    }),
  },
  { ...healthy('lansweeper', 6, 140) },
  {
    name: 'llm',
    preset: 'llm',
    overrides: { retry, timeout: { duration: 1000 }, circuitBreaker: { consecutiveFailures: 50 } },
    callsPerSecond: 12,
    at: (seconds) => ({ latency: seconds < 60 ? [150, 420] : [200, 1050], errors: 0 }),
  },
  {
    name: 'jira',
    preset: 'default',
    overrides: {
      retry: { ...retry, calls: 2 },
      fallback: cached,
      circuitBreaker: { consecutiveFailures: 50 },
    },
    callsPerSecond: 8,
    at: (seconds) => ({ latency: [40, 160], errors: seconds < 90 ? 0.05 : 0.4 }),
  },
  healthy('database', 40, 15),
  healthy('redis', 55, 3),
  healthy('openfga', 30, 12),
  healthy('keycloak', 18, 30),
  healthy('elastic', 22, 80),
  healthy('splunk', 10, 110),
  healthy('entra-id', 7, 90),
  healthy('defender', 3, 200),
  healthy('fedex', 1, 260),
  healthy('landscape', 2, 150),
];

/** Held open by hand, after so many seconds. */
export const ISOLATED = { name: 'lansweeper', seconds: 75, reason: 'data center move' } as const;
