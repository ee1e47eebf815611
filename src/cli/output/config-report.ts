/** The settings of each preset in an environment, for `cockatiel-otel config`. */
import { readEnvironment } from '../../policies/config/environment.ts';
import { type NamedVariable, namedVariables } from '../../policies/config/named-variables.ts';
import { resolveSettings } from '../../policies/config/resolve.ts';
import type { PolicySettings, SettingOrigin } from '../../policies/members/types.ts';
import { PRESET_NAMES, type PresetName } from '../../presets/presets.ts';

/** One setting and its source. */
export interface ReportedSetting {
  /** The preset, or the name in a variable that no preset uses. */
  readonly policy: string;
  /** `undefined` for a variable that applies to policies of its name, whatever their preset. */
  readonly preset: PresetName | undefined;
  /** The path, such as `retry.calls`; `retry` itself if the stack has no such member. */
  readonly setting: string;
  readonly value: number | string | boolean | readonly (number | string)[];
  /** `ms` or the unit of a count; empty if the value is no number. */
  readonly unit: string;
  /** `preset`, or the name of the environment variable. */
  readonly from: string;
}

/**
 * Reports the settings that a new policy of each preset gets from the environment, and the variables
 * for names of policies that no preset uses.
 *
 * @throws TypeError that lists every invalid variable
 */
export function configurationReport(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ReportedSetting[] {
  const environment = readEnvironment(env);
  const rows = PRESET_NAMES.flatMap((preset): ReportedSetting[] => {
    const { enabled, settings, origins } = resolveSettings(preset, preset, {}, environment);
    const row = (setting: string, value: ReportedSetting['value'], from: string) => ({
      policy: preset,
      preset,
      setting,
      value,
      unit: unitOf(setting, value),
      from,
    });
    if (!enabled) return [row('enabled', false, 'RESILIENCE_ENABLED')];
    return Object.entries(origins)
      .filter(([setting]) => isInUse(setting, settings))
      .map(([setting, origin]) => row(setting, valueAt(setting, settings), sourceOf(origin)));
  });
  const reported = new Set(rows.map(({ from }) => from));
  const unused = namedVariables(environment).filter(({ variable }) => !reported.has(variable));
  return [...rows, ...unused.map(toReportedSetting)];
}

function toReportedSetting({ variable, name, setting, value }: NamedVariable): ReportedSetting {
  const unit = unitOf(setting, value);
  return { policy: name, preset: undefined, setting, value, unit, from: variable };
}

/** Formats the report as a table in plain text. */
export function reportTable(report: readonly ReportedSetting[]): string {
  const rows = [
    ['policy', 'preset', 'setting', 'value', 'unit', 'set by'],
    ...report.map(({ policy, preset, setting, value, unit, from }) => [
      policy,
      preset ?? '',
      setting,
      String(value),
      unit,
      from,
    ]),
  ];
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

export function reportJson(report: readonly ReportedSetting[]): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

const sourceOf = (origin: SettingOrigin): string =>
  origin.from === 'environment' ? origin.variable : origin.from;

function valueAt(path: string, settings: PolicySettings): ReportedSetting['value'] {
  let value: unknown = settings;
  for (const name of path.split('.')) value = (value as Readonly<Record<string, unknown>>)[name];
  return isObject(value) ? inOneLine(value) : (value as ReportedSetting['value']);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A setting with several numbers, such as `ratio=0.2 perSecond=10 ttl=10000`. */
function inOneLine(values: object): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

const UNITS: Readonly<Record<string, string>> = {
  calls: 'calls',
  consecutiveFailures: 'calls',
  size: 'calls',
  minimumNumberOfCalls: 'calls',
  minimumRps: 'calls/s',
  limit: 'calls',
  queue: 'calls',
  duration: 'ms',
  halfOpenAfter: 'ms',
  maxHalfOpenAfter: 'ms',
  initialDelay: 'ms',
  minDelay: 'ms',
  maxDelay: 'ms',
};

function unitOf(path: string, value: unknown): string {
  const setting = path.slice(path.lastIndexOf('.') + 1);
  return typeof value === 'boolean' ? '' : (UNITS[setting] ?? '');
}

/** Settings of circuit breakers of another kind than the presets have. */
const OTHER_KINDS = ['threshold', 'size', 'minimumNumberOfCalls', 'duration', 'minimumRps'];

function isInUse(path: string, { circuitBreaker }: PolicySettings): boolean {
  const [member, setting = ''] = path.split('.');
  if (member !== 'circuitBreaker' || !circuitBreaker) return true;
  if (setting === 'maxHalfOpenAfter') return circuitBreaker.exponential;
  return !OTHER_KINDS.includes(setting);
}
