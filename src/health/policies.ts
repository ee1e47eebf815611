import type { PolicySnapshot } from '../aggregate/snapshot.ts';
import { snapshot } from '../instrumented.ts';
import { byName, recordOf } from './by-name.ts';

/** What one value is in JSON: counts, by names in the manner of the metrics. */
type Numbers = number | null | { readonly [name: string]: Numbers };

/** Every instrumented policy with live counts, by name; those of one name are summed. */
export function policyViews(): Map<string, Numbers> {
  return new Map(
    [...byName(snapshot())].map(([name, all]) => [
      name,
      all.map(viewOf).reduce((a, b) => together(a, b)),
    ]),
  );
}

function viewOf({ name: _, attributes: __, ...counts }: PolicySnapshot): Numbers {
  return numbersOf(counts);
}

function numbersOf(value: unknown): Numbers {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object' || value === null) return null;
  // No key of a snapshot is made up by somebody else: types of errors come after a colon.
  const numbers: Record<string, Numbers> = {};
  for (const [key, each] of Object.entries(value)) {
    numbers[SNAKE_CASE[key] ?? key] = numbersOf(each);
  }
  return numbers;
}

const SNAKE_CASE: Readonly<Record<string, string>> = {
  circuitBreaker: 'circuit_breaker',
  queueLimit: 'queue_limit',
  telemetryErrors: 'telemetry_errors',
};

/** @param path of the value; a limit in time is the longest of them */
function together(a: Numbers | undefined, b: Numbers | undefined, path = ''): Numbers {
  if (a === null || a === undefined) return b ?? null;
  if (b === null || b === undefined) return a;
  if (typeof a === 'number' || typeof b === 'number') {
    return path === '.timeout.limit' ? Math.max(Number(a), Number(b)) : Number(a) + Number(b);
  }
  return recordOf(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [
      key,
      together(a[key], b[key], `${path}.${key}`),
    ]),
  );
}
