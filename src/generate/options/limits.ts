import { BUDGET_SECONDS, BURN_RATES, LIMITS } from '../../presets/thresholds.ts';
import {
  DEPENDENCY_CHECK_DURATION,
  EXECUTION_DURATION,
  type Metric,
} from '../../semconv/metrics.ts';

/** Limits that no metric can measure, so no rule or panel uses them. */
type Unmeasured = 'falseOpenings' | 'overhead';
const UNMEASURED: readonly string[] = ['falseOpenings', 'overhead'] satisfies Unmeasured[];

type Name = Exclude<keyof typeof LIMITS, Unmeasured>;
type Unit<N extends Name> = Exclude<keyof (typeof LIMITS)[N], 'source'> & string;

/** The limits of panels and rules. */
export type Limits = { readonly [N in Name]: { readonly [U in Unit<N>]: number } };

/**
 * The name of a limit and its unit.
 *
 * @example
 * const name: ThresholdName = 'timeouts.ratio';
 */
export type ThresholdName = { [N in Name]: `${N}.${Unit<N>}` }[Name];

/**
 * Thresholds for all policies, or for one policy.
 *
 * @example
 * const thresholds: Thresholds = { 'timeouts.ratio': 0.1, 'latency.seconds{policy="llm"}': 30 };
 */
export type Thresholds = { readonly [T in ThresholdName]?: number } & {
  readonly [name: `${string}{policy="${string}"}`]: number;
};

/** Every threshold and its default. */
export const THRESHOLDS: Readonly<Record<ThresholdName, number>> = Object.fromEntries(
  Object.entries(LIMITS)
    .filter(([name]) => !UNMEASURED.includes(name))
    .flatMap(([name, row]) =>
      Object.entries(row)
        .filter(([unit]) => unit !== 'source')
        .map(([unit, value]) => [`${name}.${unit}`, value]),
    ),
) as Record<ThresholdName, number>;

/** 30 days: most Prometheus servers store no more. */
const MAX_SECONDS = BUDGET_SECONDS;

/** The expected values of each unit. */
const UNITS: Readonly<
  Record<string, readonly [expected: string, isValid: (value: number) => boolean]>
> = {
  ratio: ['a number above 0 and below 1', (value) => value > 0 && value < 1],
  perCall: ['a number above 0 and at most 100', (value) => value > 0 && value <= 100],
  quantile: ['a number above 0 and below 1', (value) => value > 0 && value < 1],
  seconds: ['seconds above 0 and at most 30 d', (value) => value > 0 && value <= MAX_SECONDS],
  windowSeconds: ['seconds from 60 to 30 d', (value) => value >= 60 && value <= MAX_SECONDS],
  forSeconds: ['seconds from 1 to 30 d', (value) => value >= 1 && value <= MAX_SECONDS],
  count: ['a whole number above 0', (value) => value > 0 && Number.isInteger(value)],
  atLeast: ['a whole number above 0', (value) => value > 0 && Number.isInteger(value)],
};

/** Thresholds that are read from a histogram, and so must be bounds of its buckets. */
const HISTOGRAMS: Readonly<Partial<Record<ThresholdName, Metric>>> = {
  'latency.seconds': EXECUTION_DURATION,
  'healthCheck.seconds': DEPENDENCY_CHECK_DURATION,
};

/**
 * The limits of all policies.
 *
 * @throws TypeError that names the threshold, the expected and the received value
 */
export function resolveLimits(thresholds: Thresholds): Limits {
  return createLimits(parseEntries(thresholds).filter(({ policy }) => policy === undefined));
}

/**
 * The limits of each policy with own thresholds, by its name.
 *
 * @throws TypeError that names the threshold, the expected and the received value
 */
export function resolvePolicyLimits(thresholds: Thresholds): ReadonlyMap<string, Limits> {
  const entries = parseEntries(thresholds);
  const policies = new Set(entries.flatMap(({ policy }) => policy ?? []));
  const limitsFor = (name: string) =>
    createLimits(entries.filter(({ policy }) => policy === undefined || policy === name));
  return new Map([...policies].map((policy) => [policy, limitsFor(policy)]));
}

interface Entry {
  readonly name: ThresholdName;
  readonly policy: string | undefined;
  readonly value: number;
}

/** Thresholds of all policies come first. */
function parseEntries(thresholds: Thresholds): Entry[] {
  const entries = Object.entries(thresholds).map(([key, value]) => {
    const [, name = key, policy] = /^(.+)\{policy="(.+)"\}$/.exec(key) ?? [];
    assertThreshold(name);
    const problem = validate(name, value);
    if (problem) throw new TypeError(`Expected the threshold ${key} to be ${problem}`);
    if (policy !== undefined && name.endsWith('.forSeconds')) {
      throw new TypeError(
        `Expected ${name} without a policy, because \`for\` applies to all policies; got ${key}`,
      );
    }
    return { name, policy, value };
  });
  return entries.sort((a, b) => Number(a.policy !== undefined) - Number(b.policy !== undefined));
}

function createLimits(entries: readonly Entry[]): Limits {
  const values: Record<ThresholdName, number> = { ...THRESHOLDS };
  for (const { name, value } of entries) values[name] = value;
  const fastest = Math.max(...BURN_RATES.map(({ burn }) => burn));
  if (fastest * (1 - values['availability.ratio']) >= 1) {
    throw new TypeError(
      `Expected the threshold availability.ratio to be above ${(1 - 1 / fastest).toFixed(4)}, because ` +
        `${fastest} times the error budget must be less than all calls; ` +
        `got ${values['availability.ratio']}`,
    );
  }
  const limits: Record<string, Record<string, number>> = {};
  for (const [path, value] of Object.entries(values)) {
    const [name = '', unit = ''] = path.split('.');
    limits[name] = { ...limits[name], [unit]: value };
  }
  return limits as Limits;
}

function assertThreshold(name: string): asserts name is ThresholdName {
  if (Object.hasOwn(THRESHOLDS, name)) return;
  const known = Object.keys(THRESHOLDS).join(', ');
  throw new TypeError(`Expected a threshold, one of ${known}; got ${JSON.stringify(name)}`);
}

/** The expected and the received value, if the value is invalid. */
function validate(name: ThresholdName, value: unknown): string | undefined {
  const [expected, isValid] = UNITS[name.split('.')[1] ?? ''] ?? ['', () => true];
  const received = typeof value === 'string' ? JSON.stringify(value) : String(value);
  if (typeof value !== 'number' || !Number.isFinite(value) || !isValid(value)) {
    return `${expected}, got ${received}`;
  }
  const buckets = HISTOGRAMS[name]?.buckets;
  if (buckets && !buckets.includes(value)) {
    return `one of ${buckets.join(', ')}, the bounds of its histogram; got ${received}`;
  }
  return undefined;
}
