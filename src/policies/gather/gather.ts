import type { DegradationStatus } from '../../semconv/attributes.ts';
import { followSignal } from '../../shared/abort-signals.ts';
import { ownProperties } from '../../shared/own-properties.ts';
import { countsOf } from './counts.ts';
import { assertParts, type GatherSettings, resolveGatherSettings } from './options.ts';
import { type PartResult, PartRun } from './part.ts';
import { registered } from './registered.ts';
import type { Gathered, GatherOptions, Parts } from './types.ts';

/**
 * Gathers an answer from parts, side by side, and gives what there is of it: it never rejects, and
 * no part can delay it beyond the timeout, or do anything to the others.
 *
 * A part goes through the policy that is registered under its name, if there is one. Iterators and
 * streams that a part returns are values as any other: they are not read here.
 *
 * @throws TypeError if an argument is not what it must be; nothing is called then
 * @example
 * const { results, status } = await gather(
 *   { workday: ({ signal }) => worker(id, signal), ad: ({ signal }) => account(id, signal) },
 *   { name: 'employee-profile', timeout: 5000, minimum: ['workday'] },
 * );
 */
export function gather<P extends Parts, const R extends Extract<keyof P, string> = never>(
  parts: P,
  options: GatherOptions<R> = {},
): Promise<Gathered<P, R>> {
  assertParts(parts);
  const settings = resolveGatherSettings(options, parts);
  return gathered(parts, options, settings) as Promise<unknown> as Promise<Gathered<P, R>>;
}

async function gathered(parts: Parts, options: GatherOptions, settings: GatherSettings) {
  const { signal, policies = true, meterProvider } = ownProperties(options);
  const { name, timeout, minimum } = settings;
  const names = Object.keys(parts);
  const counts = countsOf(name, meterProvider);
  counts.begin(names);

  const runs: PartRun[] = [];
  const cancel = () => {
    for (const run of runs) run.cancel(signal?.reason);
  };
  const [follower, release] = signal ? followSignal(signal) : [];
  follower?.signal.addEventListener('abort', cancel, { once: true });
  for (const name of names) {
    // A part may abort the signal of its caller.
    if (signal?.aborted) break;
    const policy = policies ? registered(name) : undefined;
    runs.push(new PartRun(parts[name] as Parts[string], policy, timeout));
  }
  if (signal?.aborted) cancel();
  const results = await Promise.all(runs.map((run) => run.result));
  release?.();

  const cancelled = { outcome: 'cancelled', error: signal?.reason } as const;
  const byName = names.map((part, index): readonly [string, PartResult] => [
    part,
    results[index] ?? cancelled,
  ]);
  for (const [part, { outcome }] of byName) counts.part(part, outcome);
  const there = byName.filter(([, each]) => 'value' in each);
  const missing = byName.filter(([, each]) => !('value' in each));
  const available = there.map(([part]) => part);
  const status = statusOf(available, names.length, minimum);
  // Nobody took the answer, and what is missing is nobody's fault.
  if (!missing.some(([, { outcome }]) => outcome === 'cancelled')) counts.end(status);
  return {
    status,
    results: Object.fromEntries(there.map(([part, each]) => [part, 'value' in each && each.value])),
    available,
    failed: Object.fromEntries(missing),
  };
}

function statusOf(
  available: readonly string[],
  all: number,
  minimum: GatherSettings['minimum'],
): DegradationStatus {
  if (available.length === all) return 'complete';
  const enough =
    typeof minimum === 'number'
      ? available.length >= minimum
      : minimum.every((part) => available.includes(part));
  return enough ? 'partial' : 'failed';
}
