import { dependencyMetrics } from '../../instrument.ts';
import { MAX_TIMER_MS } from '../../shared/timers.ts';
import { ownOptions } from '../../shared/validate.ts';
import { createHealth } from '../checks/report.ts';
import { DependencyLog } from './dependency-log.ts';
import { DependencyWatch } from './dependency-watch.ts';
import { MONITOR_OPTIONS, resolveMonitorSettings } from './options.ts';
import type { Dependencies, DependencyMonitor, MonitorOptions } from './types.ts';

/**
 * Checks dependencies at once and then at an interval, reports the results as metrics, and tries to
 * recover unavailable dependencies until they are available. Dependencies do not wait for each other.
 *
 * The monitor does not keep the process alive, except while `ready` is awaited. Name a dependency like
 * the policy that protects its calls: dashboards then show both together.
 *
 * @throws TypeError if an argument is invalid; no check runs then
 * @example
 * using monitor = monitorDependencies({
 *   workday: ({ signal }) => fetch('https://workday.example/ping', { signal }),
 *   database: { check: () => pool.query('SELECT 1'), recover: () => pool.reconnect() },
 * }, { logger: console });
 */
export function monitorDependencies(
  checks: Dependencies,
  options: MonitorOptions = {},
): DependencyMonitor {
  const ownedOptions = ownOptions('options', options, MONITOR_OPTIONS);
  const watches = resolveMonitorSettings(checks, ownedOptions).map(
    ([name, settings]) =>
      new DependencyWatch(
        name,
        settings,
        dependencyMetrics(name, ownedOptions.meterProvider),
        new DependencyLog(name, ownedOptions),
      ),
  );
  const firstChecks = Promise.all(watches.map((watch) => watch.start())).then(() => {});
  return {
    state: () => createHealth(watches.map((watch) => [watch.name, watch.report])),
    get ready() {
      return keepProcessAliveUntil(firstChecks);
    },
    stop,
    [Symbol.dispose]: stop,
  };

  function stop(): void {
    for (const watch of watches) watch.stop();
  }
}

/** The timers of a monitor are unreferenced, so an awaited promise needs a timer of its own. */
function keepProcessAliveUntil(promise: Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, MAX_TIMER_MS);
  return promise.finally(() => clearInterval(timer));
}
