import { followSignal } from '../../shared/abort-signals.ts';
import { expected, ownOptions } from '../../shared/validate.ts';
import { CheckRun } from './check-run.ts';
import { assertChecks, resolveCheckOptions } from './options.ts';
import { createHealth, createReport } from './report.ts';
import type { Check, Checks, SystemHealth, SystemHealthOptions } from './types.ts';

/**
 * Checks systems concurrently and reports which of them are available, how fast they answered, and
 * whether bulk work is safe.
 *
 * A failed check neither affects the others nor rejects. A check that ignores its signal is abandoned
 * after the timeout; a check that blocks the thread cannot be ended.
 *
 * @throws TypeError if an argument is invalid; no check runs then
 * @throws the reason of `options.signal` once it is aborted
 * @example
 * const { summary } = await checkSystemHealth({
 *   workday: ({ signal }) => fetch('https://workday.example/ping', { signal }),
 *   database: () => pool.query('SELECT 1'),
 * });
 * if (summary.safe_for_bulk_work) await startBulkWork();
 */
export async function checkSystemHealth(
  checks: Checks,
  options: SystemHealthOptions = {},
): Promise<SystemHealth> {
  assertChecks(checks);
  const ownedOptions = ownOptions('options', options, ['timeout', 'slowAfter', 'signal']);
  const { timeout, slowAfter } = resolveCheckOptions('options', ownedOptions);
  const { signal } = ownedOptions;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw expected('`options.signal` to be an AbortSignal', signal);
  }
  signal?.throwIfAborted();

  const names = Object.keys(checks);
  const [follower, release] = signal ? followSignal(signal) : [];
  const runs = names.map((name) => {
    const value = checks[name] as Check | { readonly check: Check };
    const check = typeof value === 'function' ? value : value.check;
    return new CheckRun((signal) => check({ signal }), { timeout, keepsProcessAlive: true });
  });
  const cancel = () => {
    for (const run of runs) run.cancel(signal?.reason);
  };
  follower?.signal.addEventListener('abort', cancel, { once: true });
  // A check may have aborted the signal of its caller.
  if (signal?.aborted) cancel();
  const results = await Promise.all(runs.map((run) => run.result));
  release?.();
  signal?.throwIfAborted();
  return createHealth(
    results.map((result, index) => [names[index] as string, createReport(result, slowAfter)]),
  );
}
