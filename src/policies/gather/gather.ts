import type { DegradationStatus } from '../../semconv/attributes.ts';
import { followSignal } from '../../shared/abort-signals.ts';
import { ownProperties } from '../../shared/validate.ts';
import { policyRegistry } from '../stack/registry.ts';
import { degradationCounts } from './degradation-counts.ts';
import { assertParts, type GatherSettings, resolveGatherSettings } from './options.ts';
import { type PartResult, PartRun } from './part.ts';
import type { Gathered, GatherOptions, Parts } from './types.ts';

/**
 * Runs parts concurrently and returns the values of those that succeed. The promise never rejects, and
 * no part can delay it beyond the timeout or affect another part.
 *
 * A part goes through the policy that `policyFor` has for its name, if there is one. Iterators and
 * streams that a part returns are values; `gather` does not read them.
 *
 * @throws TypeError if an argument is invalid; no part is called then
 * @example
 * const { results, status } = await gather(
 *   { workday: ({ signal }) => getWorker(id, signal), ad: ({ signal }) => getAccount(id, signal) },
 *   { name: 'employee-profile', timeout: 5000, minimum: ['workday'] },
 * );
 */
export function gather<P extends Parts, const R extends Extract<keyof P, string> = never>(
  parts: P,
  options: GatherOptions<R> = {},
): Promise<Gathered<P, R>> {
  assertParts(parts);
  const settings = resolveGatherSettings(options, parts);
  return runParts(parts, options, settings) as Promise<unknown> as Promise<Gathered<P, R>>;
}

async function runParts(parts: Parts, options: GatherOptions, settings: GatherSettings) {
  const { signal, policies = true, meterProvider } = ownProperties(options);
  const { name, timeout, minimum } = settings;
  const names = Object.keys(parts);
  const counts = degradationCounts(name, meterProvider);
  counts.begin(names);

  const runs: PartRun[] = [];
  const cancel = () => {
    for (const run of runs) run.cancel(signal?.reason);
  };
  const [follower, unfollow] = signal ? followSignal(signal) : [];
  follower?.signal.addEventListener('abort', cancel, { once: true });
  for (const part of names) {
    // A part may abort the signal of the caller.
    if (signal?.aborted) break;
    const policy = policies ? unkeyedPolicy(part) : undefined;
    runs.push(new PartRun(parts[part] as Parts[string], policy, timeout));
  }
  if (signal?.aborted) cancel();
  const results = await Promise.all(runs.map((run) => run.result));
  unfollow?.();

  const cancelled = { outcome: 'cancelled', error: signal?.reason } as const;
  const resultsByName = names.map((part, index): readonly [string, PartResult] => [
    part,
    results[index] ?? cancelled,
  ]);
  for (const [part, { outcome }] of resultsByName) counts.countPart(part, outcome);
  const available = resultsByName.filter(([, result]) => 'value' in result);
  const failed = resultsByName.filter(([, result]) => !('value' in result));
  const availableNames = available.map(([part]) => part);
  const status = statusOf(availableNames, names.length, minimum);
  // An aborted call has no status: its caller does not use the result.
  if (!failed.some(([, { outcome }]) => outcome === 'cancelled')) counts.countCall(status);
  return {
    status,
    results: Object.fromEntries(
      available.map(([part, result]) => [part, 'value' in result && result.value]),
    ),
    available: availableNames,
    failed: Object.fromEntries(failed),
  };
}

function unkeyedPolicy(name: string) {
  return policyRegistry.list(name).find(({ key }) => key === undefined);
}

function statusOf(
  available: readonly string[],
  partCount: number,
  minimum: GatherSettings['minimum'],
): DegradationStatus {
  if (available.length === partCount) return 'complete';
  const isEnough =
    typeof minimum === 'number'
      ? available.length >= minimum
      : minimum.every((part) => available.includes(part));
  return isEnough ? 'partial' : 'failed';
}
