import { InvalidArgumentError } from 'commander';

/** Parsers of option values. A repeatable option adds to its `previous` values. */

/** `a,b` */
export function parseList(text: string, previous: readonly string[] = []): string[] {
  return [...previous, ...text.split(',').map((item) => item.trim())];
}

/** `key=value` */
export function parsePair(
  text: string,
  previous: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [key, value] = splitAt(text, text.indexOf('='));
  return { ...previous, [key]: value };
}

/** `name=number`; `generate()` reports a value that is not a number. */
export function parseThreshold(
  text: string,
  previous: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  // The name of a threshold of one policy contains a =, as in latency.seconds{policy="llm"}.
  const [name, value] = splitAt(text, text.lastIndexOf('='));
  const number = /^[-+]?[\d.]/.test(value) ? Number(value) : Number.NaN;
  return { ...previous, [name]: Number.isNaN(number) ? value : number };
}

const UNITS = { h: 3600, m: 60, s: 1, ms: 0.001 } as const;

/** Seconds, or a duration in the notation of Prometheus: `15`, `15s`, `1m30s`. */
export function parseSeconds(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (!/^(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/.test(text) || text === '') {
    throw new InvalidArgumentError(
      `Expected a time such as 15s or 1m, got ${JSON.stringify(text)}`,
    );
  }
  const parts = text.matchAll(/(\d+)(ms|[hms])/g);
  return [...parts].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  );
}

function splitAt(text: string, index: number): [string, string] {
  if (index < 1) {
    throw new InvalidArgumentError(
      `Expected a name and a value, such as a=1, got ${JSON.stringify(text)}`,
    );
  }
  return [text.slice(0, index).trim(), text.slice(index + 1).trim()];
}
