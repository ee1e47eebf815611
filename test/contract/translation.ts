/**
 * How Prometheus names what comes by OTLP, written anew from the rules of
 * https://github.com/prometheus/otlptranslator and by nothing of this package's own, so that both
 * can be compared. Namespaces are left out.
 */

export interface Told {
  readonly name: string;
  readonly unit: string;
  readonly type: 'monotonic counter' | 'non-monotonic counter' | 'gauge' | 'histogram';
}

/** What the instruments of OpenTelemetry are to Prometheus. */
export const TYPES = {
  counter: 'monotonic counter',
  updowncounter: 'non-monotonic counter',
  gauge: 'gauge',
  histogram: 'histogram',
} as const satisfies Record<string, Told['type']>;

export interface Strategy {
  /** Whether whatever Prometheus 2 did not take becomes an underscore. */
  readonly escaped: boolean;
  /** Whether units and types become suffixes. */
  readonly suffixes: boolean;
}

export const STRATEGIES = {
  UnderscoreEscapingWithSuffixes: { escaped: true, suffixes: true },
  UnderscoreEscapingWithoutSuffixes: { escaped: true, suffixes: false },
  NoUTF8EscapingWithSuffixes: { escaped: false, suffixes: true },
  NoTranslation: { escaped: false, suffixes: false },
} as const satisfies Record<string, Strategy>;

const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  '1': '',
  '%': 'percent',
};

const PER: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day' };

export function translated(reported: Told, { escaped, suffixes }: Strategy): string {
  if (!escaped) return suffixes ? withSuffixes(reported) : reported.name;
  const words = reported.name
    .split(suffixes ? /[^a-zA-Z0-9:]+/ : /[^a-zA-Z0-9:_]+/)
    .filter(Boolean);
  const parts = suffixes ? withWords(words, reported) : words;
  return parts.join('_').replace(/^\d/, '_$&');
}

export function translatedLabel(name: string, { escaped }: Pick<Strategy, 'escaped'>): string {
  return escaped ? name.replace(/[^a-zA-Z0-9_]/g, '_').replace(/^\d/, 'key_$&') : name;
}

/** A word that the name has already is not given twice; `total` and `ratio` come last. */
function withWords(words: readonly string[], reported: Told): string[] {
  const added = [...words];
  for (const word of unitWords(reported.unit)) {
    const clean = word.split(/[^a-zA-Z0-9:]+/).filter(Boolean);
    if (!words.includes(clean.join('_'))) added.push(...clean);
  }
  const last = lastWord(reported);
  return last ? [...added.filter((word) => word !== last), last] : added;
}

/** Names keep their characters, and lose a suffix only to have it again at the end. */
function withSuffixes(reported: Told): string {
  const last = lastWord(reported);
  const name =
    last && reported.name.endsWith(`_${last}`)
      ? reported.name.slice(0, -last.length - 1)
      : reported.name;
  const unit = unitWords(reported.unit).join('_');
  return [name, ...(unit && !name.endsWith(unit) ? [unit] : []), ...(last ? [last] : [])].join('_');
}

function unitWords(unit: string): string[] {
  const [main = '', per] = unit.split('/').map((item) => item.trim());
  const isAnnotation = (text: string) => /[{}]/.test(text);
  return [
    ...(main === '' || isAnnotation(main) ? [] : [UNITS[main] ?? main]),
    ...(per === undefined || per === '' || isAnnotation(per) ? [] : [`per_${PER[per] ?? per}`]),
  ].filter(Boolean);
}

function lastWord({ unit, type }: Told): 'total' | 'ratio' | undefined {
  if (type === 'monotonic counter') return 'total';
  return type === 'gauge' && unit === '1' ? 'ratio' : undefined;
}
