import {
  VARIABLE_KINDS,
  VARIABLE_PREFIX,
  VARIABLES,
} from '../../src/presets/environment-variables.ts';
import { KNOWN_ERRORS } from '../../src/presets/known-errors/index.ts';
import { ERROR_FIELDS } from '../../src/presets/known-errors/types.ts';
import {
  PRESET_NAMES,
  type Preset,
  presetOf,
  presetWaits,
  timeoutVariables,
} from '../../src/presets/presets.ts';
import { SOURCES } from '../../src/presets/thresholds.ts';
import { code, table, withBlock } from './markdown.ts';

const EXAMPLE = /<!-- (examples\/[\w/-]+\.ts):begin -->/g;

/**
 * `docs/policies.md` with its tables made anew, and with the examples that it names, word for word;
 * where there is no page yet, none is made.
 *
 * @param read gives the text of a file of the repository
 * @throws Error if the page has no place for a table, or names an example that is not there
 */
export function policiesPage(
  read: (path: string) => string | undefined,
): Readonly<Record<string, string>> {
  const path = 'docs/policies.md';
  let page = read(path);
  if (page === undefined) return {};
  page = withBlock(page, 'presets', presetsTable());
  page = withBlock(page, 'counts', countsTable());
  page = withBlock(page, 'known-errors', knownErrorsTable());
  page = withBlock(page, 'names', namesTable());
  page = withBlock(page, 'variables', variablesTable());
  for (const [, example = ''] of page.matchAll(EXAMPLE)) {
    const text = read(example);
    if (text === undefined)
      throw new Error(`Expected ${example}, which ${path} shows, to be there`);
    page = withBlock(page, example, `\`\`\`ts\n${text.trimEnd()}\n\`\`\``);
  }
  return { [path]: page };
}

/** How many calls each preset makes, and when, where each of them fails at once. */
export function presetsTable(): string {
  const presets = table(
    [
      'preset',
      'for',
      'calls',
      'which begin at (s)',
      'each for at most (s)',
      'the circuit opens after',
      'for (s)',
      'at a time',
      'whole call for at most (s)',
      'sources',
    ],
    each((name, preset) => [
      code(name),
      preset.description,
      String(preset.retry.calls),
      moments(preset),
      String(preset.timeout.seconds),
      `${preset.circuitBreaker.failures} failed calls`,
      preset.circuitBreaker.grows
        ? `${preset.circuitBreaker.openSeconds}, doubled with each test that fails`
        : String(preset.circuitBreaker.openSeconds),
      preset.bulkhead ? String(preset.bulkhead.limit) : 'any number',
      preset.hasOverallTimeout ? String(overallSeconds(preset)) : '-',
      sources(preset),
    ]),
  );
  return `${presets}\n\n${legend()}.`;
}

/** The time of all calls and the delays between them. */
function overallSeconds(preset: Preset): number {
  const delays = presetWaits(preset).reduce((total, delay) => total + delay, 0);
  return preset.retry.calls * preset.timeout.seconds + delays;
}

/** What each policy of a preset acts on, and what it counts. */
export function countsTable(): string {
  return table(
    ['preset', 'makes a call again after', 'counts for the circuit', 'does not let in'],
    each((name, { retry, bulkhead }) => [
      code(name),
      retried(retry.statuses),
      'a call that failed after all of these, by anything but a mistake of the caller',
      bulkhead ? `call ${bulkhead.limit + 1} while ${bulkhead.limit} are under way` : '-',
    ]),
  );
}

/** By what an error is recognized: the rows in the order in which they are asked, and their fields. */
export function knownErrorsTable(): string {
  const outcomes = { transient: 'retried and counted', caller: 'neither' } as const;
  const rows = table(
    ['client', 'outcome', 'what happened', 'field', 'values', 'source'],
    KNOWN_ERRORS.map(({ client, meaning, what, field, values, source }) => [
      client,
      outcomes[meaning],
      what,
      code(field),
      values.map(code).join(', '),
      source,
    ]),
  );
  const fields = table(
    ['field', 'is read from'],
    Object.entries(ERROR_FIELDS).map(([field, from]) => [code(field), from]),
  );
  return `${rows}\n\n${fields}`;
}

/** What stands for `<NAME>` in the variables of each preset. */
export function namesTable(): string {
  return table(
    ['preset', '`<NAME>`', 'of `TIMEOUT_<NAME>` also'],
    each((name, preset) => {
      const also = timeoutVariables(preset).filter((each) => !preset.variables.includes(each));
      return [code(name), preset.variables.map(code).join(', '), also.map(code).join(', ') || '-'];
    }),
  );
}

export function variablesTable(): string {
  return table(
    ['variable', 'or without the prefix', 'has', 'sets', 'of which policies'],
    Object.entries(VARIABLES).map(([variable, { kind, sets, touches }]) => [
      code(variable.startsWith(VARIABLE_PREFIX) ? variable : VARIABLE_PREFIX + variable),
      variable.startsWith(VARIABLE_PREFIX) ? '-' : code(variable),
      VARIABLE_KINDS[kind].what.replace(/^to be /, ''),
      sets.includes(' ') ? sets : code(sets),
      touches,
    ]),
  );
}

function each(row: (name: string, preset: Preset) => readonly string[]): readonly string[][] {
  return PRESET_NAMES.map((name) => [...row(name, presetOf(name))]);
}

/** When the calls begin, in seconds after the first; from and to, where a wait has jitter. */
function moments(preset: Preset): string {
  const share = preset.retry.jitter ? 0.5 : 1;
  let least = 0;
  let most = 0;
  const later = presetWaits(preset).map((wait) => {
    least += wait * share;
    most += wait;
    return least === most ? String(most) : `${least} to ${most}`;
  });
  return ['0', ...later].join(', ');
}

function retried(only: readonly number[] | undefined): string {
  if (only === undefined) return '408, 429, 5xx, all other transient errors';
  return [...only, 'transient errors without a status'].join(', ');
}

/** Which documents have the numbers of each member, by their letters. */
function sources({ circuitBreaker, retry, bulkhead, timeout }: Preset): string {
  return Object.entries({ circuit: circuitBreaker, retry, bulkhead, timeout })
    .flatMap(([member, row]) => (row ? [`${member} ${row.source.join(' ')}`] : []))
    .join(', ');
}

function legend(): string {
  return Object.entries(SOURCES)
    .map(([letter, source]) => `${letter}: ${source}`)
    .join(' · ');
}
