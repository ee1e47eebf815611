import {
  type GenericSchema,
  maxValue,
  minValue,
  pipe,
  regex,
  safeInteger,
  safeParse,
  string,
  transform,
} from 'valibot';
import { expected } from '../options.ts';
import { MAX_TIMER_MS } from './waits.ts';

/** The variables of the environment that are set, by their name, as numbers and truth values. */
export type Configuration = Readonly<Record<string, number | boolean>>;

type Schema = GenericSchema<string, number | boolean>;

/** As people write numbers: no sign, space, exponent or other base, and nothing that is left out. */
const DECIMAL = /^(0|[1-9]\d*)(\.\d+)?$/;
const WHOLE = /^[1-9]\d*$/;

const whole = (schema = pipe(string(), regex(WHOLE), transform(Number), safeInteger())): Schema =>
  schema;
const decimal = (least: number, most: number): Schema =>
  pipe(string(), regex(DECIMAL), transform(Number), minValue(least), maxValue(most));
const flag: Schema = pipe(
  string(),
  regex(/^(true|false)$/i),
  transform((text) => text.toLowerCase() === 'true'),
);

const MAX_SECONDS = MAX_TIMER_MS / 1000;
const MAX_BASE = 100;

/** Every kind of variable; `<NAME>` is the name of a policy or of a preset, in upper snake case. */
export const VARIABLES = {
  RESILIENCE_ENABLED: { schema: flag, what: 'to be `true` or `false`' },
  CIRCUIT_BREAKER_ENABLED: { schema: flag, what: 'to be `true` or `false`' },
  'CIRCUIT_BREAKER_<NAME>_FAIL_MAX': { schema: whole(), what: 'to be an integer of at least 1' },
  'CIRCUIT_BREAKER_<NAME>_TIMEOUT': time(0.001),
  RETRY_ENABLED: { schema: flag, what: 'to be `true` or `false`' },
  RETRY_MAX_ATTEMPTS: { schema: whole(), what: 'to be an integer of at least 1' },
  RETRY_EXPONENTIAL_BASE: {
    schema: decimal(1, MAX_BASE),
    what: `to be a number from 1 to ${MAX_BASE}`,
  },
  RETRY_EXPONENTIAL_MAX: time(0),
  RETRY_JITTER: { schema: flag, what: 'to be `true` or `false`' },
  RETRY_MIN_WAIT: time(0),
  RETRY_MAX_WAIT: time(0),
  'TIMEOUT_<NAME>': time(0.001),
  'BULKHEAD_<NAME>_LIMIT': { schema: whole(), what: 'to be an integer of at least 1' },
} as const satisfies Record<string, { readonly schema: Schema; readonly what: string }>;

export type Variable = keyof typeof VARIABLES;

/** What begins so is ours, and must be known: a name with a slip in it would do nothing. */
const PREFIXES = ['RESILIENCE_', 'CIRCUIT_BREAKER_', 'RETRY_', 'TIMEOUT_', 'BULKHEAD_'];

/** As `upperSnake` makes it. */
const NAME = '(?:(?!\\p{Ll})[\\p{L}\\p{N}])+(?:_(?:(?!\\p{Ll})[\\p{L}\\p{N}])+)*';
const patterns = Object.entries(VARIABLES).map(([variable, kind]) => ({
  pattern: new RegExp(`^${variable.replace('<NAME>', NAME)}$`, 'u'),
  ...kind,
}));

/**
 * What the environment says of policies. Reads nothing but `env`, and changes nothing.
 *
 * @throws TypeError that lists every variable that is wrong, with what was expected and what came
 */
export function configuration(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Configuration {
  const values: Record<string, number | boolean> = {};
  const wrong: string[] = [];
  for (const [variable, text] of Object.entries(env).sort(byName)) {
    const prefix = PREFIXES.find((each) => variable.startsWith(each));
    if (prefix === undefined || text === undefined) continue;
    const kind = patterns.find(({ pattern }) => pattern.test(variable));
    if (kind === undefined) {
      const known = Object.keys(VARIABLES).filter((each) => each.startsWith(prefix));
      wrong.push(expected(`${known.join(' or ')}`, variable).message);
      continue;
    }
    const result = safeParse(kind.schema, text, { abortEarly: true });
    if (result.success) values[variable] = result.output;
    else wrong.push(expected(`${variable} ${kind.what}`, text).message);
  }
  const { RETRY_MIN_WAIT: min, RETRY_MAX_WAIT: max } = values;
  if (typeof min === 'number' && typeof max === 'number' && min > max) {
    wrong.push(expected(`RETRY_MIN_WAIT to be at most RETRY_MAX_WAIT (${max})`, min).message);
  }
  if (wrong.length > 0) throw new TypeError(wrong.join('\n'));
  return Object.freeze(values);
}

function time(least: number) {
  return {
    schema: decimal(least, MAX_SECONDS),
    what: `to be seconds from ${least} to ${MAX_SECONDS}, such as 30 or 0.5`,
  };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
