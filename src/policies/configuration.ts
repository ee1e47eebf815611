import {
  type GenericSchema,
  maxValue,
  minValue,
  pipe,
  regex,
  safeParse,
  string,
  transform,
} from 'valibot';
import { expected } from '../options.ts';
import { VARIABLE_KINDS, VARIABLES, type VariableKind } from '../presets/variables.ts';

/** The variables of the environment that are set, by their name, as numbers and truth values. */
export type Configuration = Readonly<Record<string, number | boolean>>;

type Schema = GenericSchema<string, number | boolean>;

/** As people write numbers: no sign, space, exponent or other base, and nothing that is left out. */
const DECIMAL = /^(0|[1-9]\d*)(\.\d+)?$/;
const WHOLE = /^[1-9]\d*$/;

const SCHEMAS: Readonly<Record<VariableKind, Schema>> = {
  flag: pipe(
    string(),
    regex(/^(true|false)$/i),
    transform((text) => text.toLowerCase() === 'true'),
  ),
  whole: numeric(WHOLE, 'whole'),
  factor: numeric(DECIMAL, 'factor'),
  time: numeric(DECIMAL, 'time'),
  wait: numeric(DECIMAL, 'wait'),
};

function numeric(text: RegExp, kind: VariableKind): Schema {
  const { least, most } = VARIABLE_KINDS[kind];
  return pipe(string(), regex(text), transform(Number), minValue(least), maxValue(most));
}

/** What begins so is ours, and must be known: a name with a slip in it would do nothing. */
const PREFIXES = ['RESILIENCE_', 'CIRCUIT_BREAKER_', 'RETRY_', 'TIMEOUT_', 'BULKHEAD_'];

/** Kubernetes sets these in every container, for services that may be called `timeout` or `retry-api`. */
const KUBERNETES =
  /_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

/** As `upperSnake` makes it. */
const NAME = '(?:(?!\\p{Ll})[\\p{L}\\p{N}])+(?:_(?:(?!\\p{Ll})[\\p{L}\\p{N}])+)*';
const patterns = Object.entries(VARIABLES).map(([variable, { kind }]) => ({
  pattern: new RegExp(`^${variable.replace('<NAME>', NAME)}$`, 'u'),
  what: VARIABLE_KINDS[kind].what,
  schema: SCHEMAS[kind],
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
    if (prefix === undefined || text === undefined || KUBERNETES.test(variable)) continue;
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

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
