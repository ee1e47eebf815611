import { BUDGET_SECONDS, BURN_RATES, LIMITS } from '../presets/thresholds.ts';
import { DEPENDENCY_CHECK_DURATION, EXECUTION_DURATION, type Metric } from '../semconv/metrics.ts';

/** Documented, but of no generated file: no metric can tell them. */
type Unmeasured = 'falseOpenings' | 'overhead';
const UNMEASURED: readonly string[] = ['falseOpenings', 'overhead'] satisfies Unmeasured[];

type Name = Exclude<keyof typeof LIMITS, Unmeasured>;
type Unit<N extends Name> = Exclude<keyof (typeof LIMITS)[N], 'source'> & string;

/** The limits that panels and rules hold services to. */
export type Limits = { readonly [N in Name]: { readonly [U in Unit<N>]: number } };

/** A documented number: the name of its limit and its unit, such as `timeouts.ratio`. */
export type ThresholdName = { [N in Name]: `${N}.${Unit<N>}` }[Name];

/** Of all policies, or of one: `latency.seconds{policy="llm"}`. */
export type Thresholds = { readonly [T in ThresholdName]?: number } & {
  readonly [name: `${string}{policy="${string}"}`]: number;
};

/** Every threshold and its documented value. */
export const THRESHOLDS: Readonly<Record<ThresholdName, number>> = Object.fromEntries(
  Object.entries(LIMITS)
    .filter(([name]) => !UNMEASURED.includes(name))
    .flatMap(([name, row]) =>
      Object.entries(row)
        .filter(([unit]) => unit !== 'source')
        .map(([unit, value]) => [`${name}.${unit}`, value]),
    ),
) as Record<ThresholdName, number>;

/** 30 d: longer is nothing kept by most. */
const LONGEST = BUDGET_SECONDS;

/** What each unit allows. */
const UNITS: Readonly<Record<string, readonly [string, (value: number) => boolean]>> = {
  ratio: ['a number above 0 and below 1', (value) => value > 0 && value < 1],
  perCall: ['a number above 0, and at most 100', (value) => value > 0 && value <= 100],
  quantile: ['a number above 0 and below 1', (value) => value > 0 && value < 1],
  seconds: ['seconds above 0, and 30 d at most', (value) => value > 0 && value <= LONGEST],
  windowSeconds: ['seconds from 60 to 30 d', (value) => value >= 60 && value <= LONGEST],
  forSeconds: ['seconds from 1 to 30 d', (value) => value >= 1 && value <= LONGEST],
  count: ['a whole number above 0', (value) => value > 0 && Number.isInteger(value)],
  atLeast: ['a whole number above 0', (value) => value > 0 && Number.isInteger(value)],
};

/** Read from a histogram, which knows how many were faster than the bounds of its buckets only. */
const BOUNDS: Readonly<Partial<Record<ThresholdName, Metric>>> = {
  'latency.seconds': EXECUTION_DURATION,
  'healthCheck.seconds': DEPENDENCY_CHECK_DURATION,
};

/**
 * The documented limits, with some of them changed for all policies.
 *
 * @throws TypeError naming the threshold, what was expected and what came
 */
export function resolveLimits(thresholds: Thresholds): Limits {
  return limitsWith(entriesOf(thresholds).filter(({ policy }) => policy === undefined));
}

/**
 * The limits of each policy that has some of its own, by its name.
 *
 * @throws TypeError naming the threshold, what was expected and what came
 */
export function resolvePolicyLimits(thresholds: Thresholds): ReadonlyMap<string, Limits> {
  const entries = entriesOf(thresholds);
  const policies = new Set(entries.flatMap(({ policy }) => policy ?? []));
  const of = (wanted: string) =>
    limitsWith(entries.filter(({ policy }) => policy === undefined || policy === wanted));
  return new Map([...policies].map((policy) => [policy, of(policy)]));
}

interface Entry {
  readonly name: ThresholdName;
  readonly policy: string | undefined;
  readonly value: number;
}

/** Those of all policies first. */
function entriesOf(thresholds: Thresholds): Entry[] {
  const entries = Object.entries(thresholds).map(([key, value]) => {
    const [, name = key, policy] = /^(.+)\{policy="(.+)"\}$/.exec(key) ?? [];
    assertKnown(name);
    const fault = faultOf(name, value);
    if (fault) throw new TypeError(`Expected the threshold ${key} to be ${fault}`);
    if (policy !== undefined && name.endsWith('.forSeconds')) {
      throw new TypeError(`Expected the threshold ${name} to be one of all policies, got ${key}`);
    }
    return { name, policy, value };
  });
  return entries.sort((a, b) => Number(a.policy !== undefined) - Number(b.policy !== undefined));
}

function limitsWith(entries: readonly Entry[]): Limits {
  const values: Record<ThresholdName, number> = { ...THRESHOLDS };
  for (const { name, value } of entries) values[name] = value;
  const fastest = Math.max(...BURN_RATES.map(({ burn }) => burn));
  if (fastest * (1 - values['availability.ratio']) >= 1) {
    throw new TypeError(
      `Expected the threshold availability.ratio to be above ${(1 - 1 / fastest).toFixed(4)}, as an ` +
        `error budget can burn ${fastest} times as fast only if that is less than all; ` +
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

function assertKnown(name: string): asserts name is ThresholdName {
  if (Object.hasOwn(THRESHOLDS, name)) return;
  const known = Object.keys(THRESHOLDS).join(', ');
  throw new TypeError(`Expected a threshold, one of ${known}; got ${JSON.stringify(name)}`);
}

/** What is wrong with a value, if anything is. */
function faultOf(name: ThresholdName, value: unknown): string | undefined {
  const [expected, allows] = UNITS[name.split('.')[1] ?? ''] ?? ['', () => true];
  const got = typeof value === 'string' ? JSON.stringify(value) : String(value);
  if (typeof value !== 'number' || !Number.isFinite(value) || !allows(value)) {
    return `${expected}, got ${got}`;
  }
  const buckets = BOUNDS[name]?.buckets;
  if (buckets && !buckets.includes(value)) {
    return `one of ${buckets.join(', ')}, the bounds of the buckets it is read from; got ${got}`;
  }
  return undefined;
}
