import {
  VARIABLE_KINDS,
  VARIABLE_PREFIX,
  VARIABLES,
  type VariableKind,
} from '../../presets/environment-variables.ts';
import { expected } from '../../shared/validate.ts';
import { isNearMiss } from './near-miss.ts';
import { toMilliseconds } from './preset-settings.ts';

/**
 * The values of the environment variables that are set, by name. Durations are in milliseconds,
 * although the variables have seconds.
 *
 * @example
 * const { RESILIENCE_TIMEOUT_LLM }: EnvironmentValues = readEnvironment();
 */
export type EnvironmentValues = Readonly<Record<string, number | boolean>>;

/** Decimal notation without sign, spaces or exponent. */
const DECIMAL = /^(0|[1-9]\d*)(\.\d+)?$/;
const INTEGER = /^[1-9]\d*$/;

/** Parses the text of a variable; `undefined` if it is invalid. */
type Parser = (text: string) => number | boolean | undefined;

const PARSERS: Readonly<Record<VariableKind, Parser>> = {
  flag: (text) => (/^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined),
  whole: (text) => parseNumber(text, INTEGER, 'whole'),
  factor: (text) => parseNumber(text, DECIMAL, 'factor'),
  time: (text) => parseSeconds(text, 'time'),
  wait: (text) => parseSeconds(text, 'wait'),
};

function parseNumber(text: string, form: RegExp, kind: VariableKind): number | undefined {
  const { least, most } = VARIABLE_KINDS[kind];
  const value = form.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

function parseSeconds(text: string, kind: VariableKind): number | undefined {
  const seconds = parseNumber(text, DECIMAL, kind);
  return seconds === undefined ? undefined : toMilliseconds(seconds);
}

/** Kubernetes sets these in every container, also for services called `timeout` or `retry-api`. */
const KUBERNETES =
  /_(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$/;

/** A name as `upperSnake` returns it. */
const NAME = '(?:(?!\\p{Ll})[\\p{L}\\p{N}])+(?:_(?:(?!\\p{Ll})[\\p{L}\\p{N}])+)*';
const patterns = Object.entries(VARIABLES).map(([variable, { kind }]) => ({
  pattern: new RegExp(`^${variable.replace('<NAME>', NAME)}$`, 'u'),
  expectation: VARIABLE_KINDS[kind].what,
  parse: PARSERS[kind],
}));

/**
 * Reads the environment variables that configure policies. Each variable works with and without the
 * prefix `RESILIENCE_`; the one with the prefix wins.
 *
 * A variable with the prefix that is unknown or invalid is an error. One without it may belong to
 * another program: it is ignored, and the first such finding of the process is a process warning.
 *
 * @throws TypeError that lists every invalid variable with the prefix, the expectation and the value
 * @example
 * readEnvironment({ RESILIENCE_TIMEOUT_LLM: '45' }); // { RESILIENCE_TIMEOUT_LLM: 45_000 }
 */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): EnvironmentValues {
  const values: Record<string, number | boolean> = {};
  const errors: string[] = [];
  const ignored: string[] = [];
  for (const variable of Object.keys(env).filter(isCandidate).sort()) {
    const text = env[variable];
    if (text === undefined || KUBERNETES.test(variable)) continue;
    const problems = isPrefixed(variable) ? errors : ignored;
    const pattern = patternOf(variable) ?? patternOf(withoutPrefix(variable));
    if (pattern === undefined) {
      if (isPrefixed(variable)) {
        problems.push(expected(similarNames(withoutPrefix(variable)), variable).message);
      } else if (isNearMiss(variable)) {
        problems.push(expected(similarNames(variable), variable).message);
      }
      continue;
    }
    const value = pattern.parse(text);
    if (value !== undefined) values[variable] = value;
    else problems.push(expected(`${variable} ${pattern.expectation}`, text).message);
  }
  if (errors.length > 0) throw new TypeError(errors.join('\n'));
  warnOfIgnored(ignored);
  return Object.freeze(values);
}

/** The variable that is set for a documented name; the one with the prefix comes first. */
export function variableFor(environment: EnvironmentValues, name: string): string | undefined {
  return [`${VARIABLE_PREFIX}${name}`, name].find(
    (variable) => environment[variable] !== undefined,
  );
}

export const isPrefixed = (variable: string): boolean => variable.startsWith(VARIABLE_PREFIX);

/** The documented name of a variable. */
export function documentedName(variable: string): string {
  return patternOf(variable) ? variable : withoutPrefix(variable);
}

let hasWarned = false;

/** Warns once per process, because each policy reads the environment. */
export function warnOfIgnored(problems: readonly string[]): void {
  if (hasWarned || problems.length === 0) return;
  hasWarned = true;
  process.emitWarning(
    `cockatiel-otel ignores environment variables that resemble its own. If they are meant for it, ` +
      `correct them and add the prefix ${VARIABLE_PREFIX}:\n${problems.join('\n')}`,
    'CockatielOtelWarning',
  );
}

const patternOf = (name: string) => patterns.find(({ pattern }) => pattern.test(name));

function withoutPrefix(variable: string): string {
  return isPrefixed(variable) ? variable.slice(VARIABLE_PREFIX.length) : variable;
}

const names = Object.keys(VARIABLES);
/** The first letters are compared first, because an environment may have thousands of variables. */
const BEGINNINGS = new Set([VARIABLE_PREFIX, ...names].map(beginningOf));

function isCandidate(variable: string): boolean {
  return BEGINNINGS.has(beginningOf(variable));
}

/** Names with the same beginning, or all. */
function similarNames(name: string): string {
  const similar = names.filter((documented) => beginningOf(documented) === beginningOf(name));
  return (similar.length > 0 ? similar : names).join(' or ');
}

function beginningOf(variable: string): string {
  return variable.slice(0, 4);
}
