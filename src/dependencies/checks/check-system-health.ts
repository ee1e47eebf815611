import { followSignal } from '../../shared/abort-signals.ts';
import { expected, ownOptions } from '../../shared/validate.ts';
import { CheckRun } from './check-run.ts';
import { assertChecks, boundsOf } from './options.ts';
import { healthOf, reportOf } from './report.ts';
import type { Check, Checks, SystemHealth, SystemHealthOptions } from './types.ts';

/**
 * Checks systems side by side, and tells which of them are available, how fast they answered, and
 * whether it is safe to begin bulk work. No check can do anything to the others or make this reject;
 * one that neither settles nor heeds its signal is left behind after the timeout. Only a check that
 * blocks the thread can't be bounded.
 *
 * @throws TypeError if an argument is not what it must be; nothing is checked then
 * @throws the reason of `signal` once that is aborted
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
  const own = ownOptions('options', options, ['timeout', 'slowAfter', 'signal']);
  const { timeout, slowAfter } = boundsOf('options', own);
  const { signal } = own;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw expected('`options.signal` to be an AbortSignal', signal);
  }
  signal?.throwIfAborted();

  const names = Object.keys(checks);
  const [caller, leave] = signal ? followSignal(signal) : [];
  const runs = names.map((name) => {
    const check = checks[name] as Check;
    return new CheckRun((signal) => check({ signal }), { timeout, background: false });
  });
  const cancel = () => {
    for (const run of runs) run.cancel(signal?.reason);
  };
  caller?.signal.addEventListener('abort', cancel, { once: true });
  // A check may have ended what its caller wanted.
  if (signal?.aborted) cancel();
  const ended = await Promise.all(runs.map((run) => run.ended));
  leave?.();
  signal?.throwIfAborted();
  return healthOf(
    ended.map((each, index) => [names[index] as string, reportOf(each, slowAfter)] as const),
  );
}
