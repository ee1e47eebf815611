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
  presetDelays,
  presetOf,
  timeoutVariables,
} from '../../src/presets/presets.ts';
import { SOURCES } from '../../src/presets/thresholds.ts';
import { code, table, withBlock } from './markdown.ts';

const EXAMPLE = /<!-- (examples\/[\w/-]+\.ts):begin -->/g;

/**
 * `docs/policies.md` with generated tables and with the examples that it names; nothing if there is no
 * such page.
 *
 * @param read returns the text of a file of the repository
 * @throws Error if the page has no marker for a table, or if an example does not exist
 */
export function policiesPage(
  read: (path: string) => string | undefined,
): Readonly<Record<string, string>> {
  const path = 'docs/policies.md';
  let page = read(path);
  if (page === undefined) return {};
  page = withBlock(page, 'presets', presetsTable());
  page = withBlock(page, 'known-errors', knownErrorsTable());
  page = withBlock(page, 'names', namesTable());
  page = withBlock(page, 'variables', variablesTable());
  for (const [, example = ''] of page.matchAll(EXAMPLE)) {
    const text = read(example);
    if (text === undefined) {
      throw new Error(`Expected ${example}, which ${path} shows, to exist`);
    }
    page = withBlock(page, example, `\`\`\`ts\n${text.trimEnd()}\n\`\`\``);
  }
  return { [path]: page };
}

/** The presets; start times are those of calls that fail at once. */
export function presetsTable(): string {
  const presets = table(
    [
      'preset',
      'for',
      'calls',
      'start times (s)',
      'timeout (s)',
      'circuit opens after',
      'stays open (s)',
      'concurrent calls',
      'overall timeout (s)',
      'retried',
      'sources',
    ],
    presetRows((name, preset) => [
      code(name),
      preset.description,
      String(preset.retry.calls),
      startTimes(preset),
      String(preset.timeout.seconds),
      `${preset.circuitBreaker.failures} failed calls`,
      preset.circuitBreaker.grows
        ? `${preset.circuitBreaker.openSeconds}, doubled with each failed probe`
        : String(preset.circuitBreaker.openSeconds),
      preset.bulkhead ? String(preset.bulkhead.limit) : 'unlimited',
      preset.hasOverallTimeout ? String(overallSeconds(preset)) : '-',
      retriedErrors(preset.retry.statuses),
      sources(preset),
    ]),
  );
  return `${presets}\n\n${legend()}.`;
}

/** The time of all calls and the delays between them. */
function overallSeconds(preset: Preset): number {
  const delays = presetDelays(preset).reduce((total, delay) => total + delay, 0);
  return preset.retry.calls * preset.timeout.seconds + delays;
}

/** The rows that classify errors, in the order in which they apply, and the fields that they match. */
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

/** The names that `<NAME>` can have for each preset. */
export function namesTable(): string {
  return table(
    ['preset', '`<NAME>`', 'also in `TIMEOUT_<NAME>`'],
    presetRows((name, preset) => {
      const timeoutOnly = timeoutVariables(preset).filter(
        (variable) => !preset.variables.includes(variable),
      );
      return [
        code(name),
        preset.variables.map(code).join(', '),
        timeoutOnly.map(code).join(', ') || '-',
      ];
    }),
  );
}

export function variablesTable(): string {
  return table(
    ['variable', 'without prefix', 'value', 'sets', 'applies to'],
    Object.entries(VARIABLES).map(([variable, { kind, sets, appliesTo }]) => [
      code(variable.startsWith(VARIABLE_PREFIX) ? variable : VARIABLE_PREFIX + variable),
      variable.startsWith(VARIABLE_PREFIX) ? '-' : code(variable),
      VARIABLE_KINDS[kind].what.replace(/^to be /, ''),
      sets.includes(' ') ? sets : code(sets),
      appliesTo,
    ]),
  );
}

function presetRows(row: (name: string, preset: Preset) => readonly string[]): readonly string[][] {
  return PRESET_NAMES.map((name) => [...row(name, presetOf(name))]);
}

/** When the calls start, in seconds after the first one; a range if the delays have jitter. */
function startTimes(preset: Preset): string {
  const share = preset.retry.jitter ? 0.5 : 1;
  let earliest = 0;
  let latest = 0;
  const later = presetDelays(preset).map((delay) => {
    earliest += delay * share;
    latest += delay;
    return earliest === latest ? String(latest) : `${earliest} to ${latest}`;
  });
  return ['0', ...later].join(', ');
}

function retriedErrors(statuses: readonly number[] | undefined): string {
  if (statuses === undefined) return '408, 429, 5xx, all other transient errors';
  return [...statuses, 'transient errors without a status'].join(', ');
}

/** The sources of each member's numbers, by their letters. */
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
