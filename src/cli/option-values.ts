import { InvalidArgumentError } from 'commander';

/** Values of options; an option that can be given again adds to what came before. */

/** `a,b` */
export function listed(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').map((each) => each.trim())];
}

/** `key=value` */
export function pair(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const [key, value] = parted(text);
  return { ...before, [key]: value };
}

/** `name=number`; what is no number stays as it came, to be told of. */
export function threshold(
  text: string,
  before: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  // The name of a threshold of one policy has a = of its own: latency.seconds{policy="llm"}.
  const [name, value] = parted(text, text.lastIndexOf('='));
  const number = /^[-+]?[\d.]/.test(value) ? Number(value) : Number.NaN;
  return { ...before, [name]: Number.isNaN(number) ? value : number };
}

const UNITS = { h: 3600, m: 60, s: 1, ms: 0.001 } as const;

/** Seconds, or a duration as Prometheus writes it: `15`, `15s`, `1m30s`. */
export function seconds(text: string): number {
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

function parted(text: string, at = text.indexOf('=')): [string, string] {
  if (at < 1) {
    throw new InvalidArgumentError(
      `Expected a name and a value, as a=1, got ${JSON.stringify(text)}`,
    );
  }
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
