import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { TestedSampling } from './promtool.ts';

export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Group {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly Rule[];
}

/** The texts of the committed rule files of a naming. */
export function committed(naming: TestedSampling['naming']): string[] {
  const folder = naming === 'otlp' ? 'alerts/otlp' : 'alerts';
  return ['resilience-recording-rules', 'resilience-alerts'].map((name) =>
    readFileSync(`${folder}/${name}.yaml`, 'utf8'),
  );
}

export function groupsIn(files: readonly string[]): Group[] {
  return files.flatMap((file) => (parse(file) as { groups: Group[] }).groups);
}

/** The alerts with these names, and the recording rules and alerts that they read. */
export function rulesOf(alerts: readonly string[], files: readonly string[]): Group[] {
  const groups = groupsIn(files);
  const wanted = new Set(
    groups.flatMap(({ rules }) => rules).filter(({ alert = '' }) => alerts.includes(alert)),
  );
  for (const { expr } of wanted) {
    for (const { rules } of groups) {
      for (const rule of rules) {
        const name = rule.record ?? `"${rule.alert}"`;
        if (expr.includes(name)) wanted.add(rule);
      }
    }
  }
  return groups
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => wanted.has(rule)) }))
    .filter(({ rules }) => rules.length > 0);
}
