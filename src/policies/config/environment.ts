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
import {
  VARIABLE_KINDS,
  VARIABLE_PREFIX,
  VARIABLES,
  type VariableKind,
} from '../../presets/environment-variables.ts';
import { expected } from '../../shared/validate.ts';
import { isNearMiss } from './near-miss.ts';

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
 * The variables of the environment that configure policies. Each documented name works as it is, and
 * with the prefix `RESILIENCE_`, which wins. Reads only `env`, and changes nothing.
 *
 * A variable with the prefix that is unknown or wrong is an error. Without the prefix it may belong to
 * another program: it is ignored, and the first such finding of the process is a process warning.
 *
 * @throws TypeError that lists every wrong variable with the prefix, the expectation and the value
 * @example
 * configuration({ RESILIENCE_TIMEOUT_LLM: '45' }); // { RESILIENCE_TIMEOUT_LLM: 45 }
 */
export function configuration(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Configuration {
  const values: Record<string, number | boolean> = {};
  const wrong: string[] = [];
  const ignored: string[] = [];
  for (const variable of Object.keys(env).filter(isCandidate).sort()) {
    const text = env[variable];
    if (text === undefined || KUBERNETES.test(variable)) continue;
    const found = isPrefixed(variable) ? wrong : ignored;
    const kind = kindOf(variable) ?? kindOf(withoutPrefix(variable));
    if (kind === undefined) {
      if (isPrefixed(variable)) {
        found.push(expected(knownLike(withoutPrefix(variable)), variable).message);
      } else if (isNearMiss(variable)) {
        found.push(expected(knownLike(variable), variable).message);
      }
      continue;
    }
    const result = safeParse(kind.schema, text, { abortEarly: true });
    if (result.success) values[variable] = result.output;
    else found.push(expected(`${variable} ${kind.what}`, text).message);
  }
  if (wrong.length > 0) throw new TypeError(wrong.join('\n'));
  warnOfIgnored(ignored);
  return Object.freeze(values);
}

/** The variable that gives the value of a documented name: with the prefix, if that one is set. */
export function variableFor(environment: Configuration, name: string): string | undefined {
  return [`${VARIABLE_PREFIX}${name}`, name].find((each) => environment[each] !== undefined);
}

export const isPrefixed = (variable: string): boolean => variable.startsWith(VARIABLE_PREFIX);

/** The documented name of a variable. */
export function documentedName(variable: string): string {
  return kindOf(variable) ? variable : withoutPrefix(variable);
}

let warned = false;

/** Warns once in the process, as the environment is read for each policy. */
export function warnOfIgnored(findings: readonly string[]): void {
  if (warned || findings.length === 0) return;
  warned = true;
  process.emitWarning(
    `cockatiel-otel ignores variables of the environment that resemble its own. If they are meant for it, ` +
      `correct them and put ${VARIABLE_PREFIX} before their names:\n${findings.join('\n')}`,
    'CockatielOtelWarning',
  );
}

const kindOf = (name: string) => patterns.find(({ pattern }) => pattern.test(name));

function withoutPrefix(variable: string): string {
  return isPrefixed(variable) ? variable.slice(VARIABLE_PREFIX.length) : variable;
}

const names = Object.keys(VARIABLES);
/** Cheap to compare, as an environment may have thousands of variables. */
const BEGINNINGS = new Set([VARIABLE_PREFIX, ...names].map(beginningOf));

function isCandidate(variable: string): boolean {
  return BEGINNINGS.has(beginningOf(variable));
}

/** The documented names of the same member, or all. */
function knownLike(name: string): string {
  const alike = names.filter((each) => beginningOf(each) === beginningOf(name));
  return (alike.length > 0 ? alike : names).join(' or ');
}

function beginningOf(variable: string): string {
  return variable.slice(0, 4);
}
