import { PRESET_NAMES, type PresetName } from '../../presets/presets.ts';
import { policies } from '../registry.ts';
import type { BREAKER_KINDS, Origin, PolicySettings } from '../types.ts';
import { configuration } from './environment.ts';
import { type NamedVariable, namedVariables } from './named-variables.ts';
import { resolveSettings } from './resolve.ts';

/** One setting that is in force. */
export interface ReportedSetting {
  /**
   * The policy's name; of a preset, which has no policy yet, the preset's; of a variable that no preset
   * takes the name that stands in it.
   */
  readonly policy: string;
  readonly key: string | undefined;
  /** None, where a variable waits for policies of its name, of whatever preset. */
  readonly preset: PresetName | undefined;
  /** Its path, such as `retry.calls`; a member that the stack has not is `retry` itself. */
  readonly setting: string;
  readonly value: number | string | boolean | readonly (number | string)[];
  /** `s`, or what is counted; empty of what is no number. */
  readonly unit: string;
  /** `code`, `preset`, or the name of the environment variable. */
  readonly from: string;
}

/**
 * What is in force and where each value came from: for every preset what a new policy gets from this
 * environment, for each policy that `policyFor` keeps what it got when it was made, and each variable
 * that is set for policies of a name and that none of these has taken.
 *
 * @throws TypeError that lists every variable that is wrong
 */
export function configurationReport(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ReportedSetting[] {
  const environment = configuration(env);
  const presets = PRESET_NAMES.map((preset) => ({
    name: preset,
    key: undefined,
    preset,
    ...resolveSettings(preset, preset, {}, environment),
  }));
  const rows = [...presets, ...policies()].flatMap(
    ({ name, key, preset, enabled, settings, origins }): ReportedSetting[] => {
      const of = (setting: string, value: ReportedSetting['value'], from: string) => ({
        policy: name,
        key,
        preset,
        setting,
        value,
        unit: unitOf(setting, value),
        from,
      });
      if (!enabled) return [of('enabled', false, 'RESILIENCE_ENABLED')];
      return Object.entries(origins)
        .filter(([setting]) => matters(setting, settings))
        .map(([setting, origin]) => of(setting, settingAt(setting, settings), nameOf(origin)));
    },
  );
  const taken = new Set(rows.map(({ from }) => from));
  const others = namedVariables(environment).filter(({ variable }) => !taken.has(variable));
  return [...rows, ...others.map(waiting)];
}

function waiting({ variable, name, setting, value }: NamedVariable): ReportedSetting {
  const unit = unitOf(setting, value);
  return { policy: name, key: undefined, preset: undefined, setting, value, unit, from: variable };
}

/** As a table in plain text, columns side by side. */
export function reportTable(report: readonly ReportedSetting[]): string {
  const rows = [
    ['policy', 'key', 'preset', 'setting', 'value', 'unit', 'set by'],
    ...report.map(({ policy, key, preset, setting, value, unit, from }) => [
      policy,
      key ?? '',
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

/** As JSON, for programs. */
export function reportJson(report: readonly ReportedSetting[]): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

const nameOf = (origin: Origin): string =>
  origin.from === 'environment' ? origin.variable : origin.from;

function settingAt(path: string, settings: PolicySettings): ReportedSetting['value'] {
  let value: unknown = settings;
  for (const name of path.split('.')) value = (value as Readonly<Record<string, unknown>>)[name];
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null && 'type' in value) return String(value.type);
  return value as ReportedSetting['value'];
}

const UNITS: Readonly<Record<string, string>> = {
  calls: 'calls',
  failures: 'calls',
  size: 'calls',
  minimumCalls: 'calls',
  minimumCallsPerSecond: 'calls/s',
  limit: 'calls',
  queue: 'calls',
};

function unitOf(path: string, value: unknown): string {
  const setting = path.slice(path.lastIndexOf('.') + 1);
  if (typeof value === 'boolean') return '';
  return /seconds$/i.test(setting) ? 's' : (UNITS[setting] ?? '');
}

/** Settings of the ways that are not gone: the size of a window that is not counted. */
const ONLY: Readonly<Record<string, (settings: PolicySettings) => boolean>> = {
  'circuitBreaker.failures': (settings) => isKind(settings, 'consecutive'),
  'circuitBreaker.ratio': (settings) => isKind(settings, 'count', 'sampling'),
  'circuitBreaker.size': (settings) => isKind(settings, 'count'),
  'circuitBreaker.minimumCalls': (settings) => isKind(settings, 'count'),
  'circuitBreaker.windowSeconds': (settings) => isKind(settings, 'sampling'),
  'circuitBreaker.minimumCallsPerSecond': (settings) => isKind(settings, 'sampling'),
  'circuitBreaker.maxOpenSeconds': ({ circuitBreaker: breaker }) => !!breaker && breaker.grows,
  'retry.base': ({ retry }) => retry && !retry.waitsSeconds && retry.strategy === 'exponential',
  'retry.firstWaitSeconds': ({ retry }) =>
    retry && !retry.waitsSeconds && retry.strategy !== 'random',
  'retry.strategy': ({ retry }) => retry && !retry.waitsSeconds,
  'retry.jitter': ({ retry }) =>
    retry && !(retry.strategy === 'random' && retry.waitsSeconds === undefined),
};

function isKind({ circuitBreaker }: PolicySettings, ...kinds: (typeof BREAKER_KINDS)[number][]) {
  return circuitBreaker !== false && kinds.includes(circuitBreaker.kind);
}

const matters = (setting: string, settings: PolicySettings): boolean =>
  ONLY[setting]?.(settings) ?? true;
