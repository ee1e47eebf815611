/** How Grafana writes and colours a value. */
import type { FieldConfig, Override, Threshold } from './grafana.ts';

const COLORS: Readonly<Record<string, string>> = {
  'light-green': '#96d98d',
  yellow: '#fade2a',
  'dark-orange': '#fa6400',
  'dark-red': '#c4162a',
  blue: '#5794f2',
  'dark-purple': '#8f3bb8',
  text: '#ccccdc',
  gray: '#808080',
  transparent: 'transparent',
};

/** For series that have no colour of their own. */
const PALETTE = [
  '#73bf69',
  '#f2cc0c',
  '#8ab8ff',
  '#ff780a',
  '#f2495c',
  '#5794f2',
  '#b877d9',
  '#ba43a9',
  '#6ed0e0',
  '#ffa6b0',
  '#96d98d',
  '#c15c17',
  '#ca95e5',
  '#e0b400',
  '#3274d9',
  '#7eb26d',
];

export function color(name: string): string {
  return COLORS[name] ?? name;
}

const named = new Map<string, string>();

/** The same name has the same colour in every panel. */
export function colorOfName(name: string): string {
  const known = named.get(name) ?? PALETTE[named.size % PALETTE.length] ?? '';
  named.set(name, known);
  return known;
}

export function thresholdAt(value: number, steps: readonly Threshold[]): string {
  const step = [...steps].reverse().find((each) => each.value === null || value >= each.value);
  return color(step?.color ?? 'text');
}

export interface Shown {
  readonly text: string;
  /** Of a mapping or a threshold. */
  readonly color: string;
}

export function display(value: number | undefined, config: FieldConfig): Shown {
  if (value === undefined || Number.isNaN(value)) {
    return { text: config.noValue ?? '-', color: mapped('null', config)?.color ?? color('text') };
  }
  const found = mapped(value, config);
  const limits = config.thresholds?.steps ?? [];
  return {
    text: found?.text ?? format(value, config.unit, config.decimals),
    color: found?.color ?? thresholdAt(value, limits),
  };
}

function mapped(value: number | 'null', { mappings = [] }: FieldConfig) {
  for (const { type, options } of mappings) {
    const result = (found: unknown) => {
      const { text, color: name } = (found ?? {}) as { text?: string; color?: string };
      return found ? { text, color: name === undefined ? undefined : color(name) } : undefined;
    };
    const { from, to, match, result: ranged } = options as Record<string, number | null | string>;
    const hit =
      (type === 'value' && result(options[String(value)])) ||
      (type === 'special' && String(match).includes(String(value)) && result(ranged)) ||
      (type === 'range' &&
        value !== 'null' &&
        value >= Number(from ?? Number.NEGATIVE_INFINITY) &&
        value <= Number(to ?? Number.POSITIVE_INFINITY) &&
        result(ranged));
    if (hit) return hit;
  }
  return undefined;
}

const TIMES = [
  [86_400, 'days'],
  [3600, 'hours'],
  [60, 'mins'],
  [1, 's'],
  [0.001, 'ms'],
  [0.000001, 'µs'],
] as const;

const RATES: Readonly<Record<string, string>> = {
  ops: ' ops/s',
  reqps: ' req/s',
  cps: ' c/s',
  eps: ' events/s',
};

export function format(value: number, unit = 'none', decimals?: number): string {
  const number = (each: number) =>
    decimals === undefined ? String(Number(each.toPrecision(3))) : each.toFixed(decimals);
  switch (unit) {
    case 'percentunit':
      return `${number(value * 100)}%`;
    case 'percent':
      return `${number(value)}%`;
    case 's':
    case 'ms': {
      const time = unit === 'ms' ? value / 1000 : value;
      const [size, word] = TIMES.find(([each]) => Math.abs(time) >= each) ?? [1, 's'];
      return `${number(time / size)} ${word}`;
    }
    case 'dateTimeFromNow': {
      const ago = (Date.now() - value) / 1000;
      return ago < 60 ? 'seconds ago' : `${format(ago, 's', 0)} ago`;
    }
    case 'bool_yes_no':
      return value ? 'Yes' : 'No';
    default: {
      const suffix = RATES[unit] ?? (['none', 'short', 'string'].includes(unit) ? '' : ` ${unit}`);
      const large = unit !== 'none' && Math.abs(value) >= 1000;
      if (unit === 'none') return `${Number(value.toFixed(decimals ?? 2))}`;
      return large ? `${number(value / 1000)} K${suffix.trimStart()}` : `${number(value)}${suffix}`;
    }
  }
}

/** Tidy numbers from the least to the most, which is moved to the next of them. */
export function ticks(least: number, most: number, count: number): number[] {
  const rough = (most - least || 1) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10);
  const first = Math.floor(least / step);
  const last = Math.ceil(most / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** The look of a field, with the overrides that mean it. */
export function configOf(
  field: { readonly name: string; readonly refId?: string },
  defaults: FieldConfig,
  overrides: readonly Override[] = [],
): FieldConfig {
  let config: Record<string, unknown> = { ...defaults };
  for (const { matcher, properties } of overrides) {
    if (!means(matcher, field)) continue;
    for (const { id, value } of properties) {
      const [, custom] = /^custom\.(.+)$/.exec(id) ?? [];
      config = custom
        ? { ...config, custom: { ...(config['custom'] as object), [custom]: value } }
        : { ...config, [id]: value };
    }
  }
  return config;
}

function means(
  { id, options }: Override['matcher'],
  { name, refId }: { name: string; refId?: string },
) {
  switch (id) {
    case 'byName':
      return options === name;
    case 'byRegexp': {
      const [, source = '', flags = ''] = /^\/(.*)\/(\w*)$/.exec(String(options)) ?? [
        '',
        String(options),
      ];
      return new RegExp(source, flags).test(name);
    }
    case 'byFrameRefID':
      return options === refId;
    default:
      return false;
  }
}
