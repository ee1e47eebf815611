import { dependencyMetrics } from '../../instrument.ts';
import { ownOptions } from '../../shared/validate.ts';
import { LONGEST_MS } from '../checks/options.ts';
import { healthOf } from '../checks/report.ts';
import { DependencyLog } from './dependency-log.ts';
import { DependencyWatch } from './dependency-watch.ts';
import { OF_MONITOR, resolveMonitorSettings } from './options.ts';
import type { Dependencies, DependencyMonitor, MonitorOptions } from './types.ts';

/**
 * Checks dependencies again and again, at once for the first time, reports what it finds as metrics,
 * and tries to recover what is not available, for as long as that takes. Each dependency goes by its
 * own clock: a slow one holds up no other, and is not checked again while it is being checked.
 *
 * Only an unsettled `ready` that was read keeps a process from ending. Give a dependency the name of the policy that protects
 * its calls: dashboards show both side by side.
 *
 * @throws TypeError if an argument is not what it must be; nothing is checked then
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
  const own = ownOptions('options', options, OF_MONITOR);
  const watches = resolveMonitorSettings(checks, own).map(
    ([name, settings]) =>
      new DependencyWatch(
        name,
        settings,
        dependencyMetrics(name, own.meterProvider),
        new DependencyLog(name, own),
      ),
  );
  const first = Promise.all(watches.map((watch) => watch.start())).then(() => {});
  return {
    state: () => healthOf(watches.map((watch) => [watch.name, watch.report] as const)),
    get ready() {
      return keepingAlive(first);
    },
    stop,
    [Symbol.dispose]: stop,
  };

  function stop(): void {
    for (const watch of watches) watch.stop();
  }
}

/** Timers of a monitor keep no process from ending; a promise that someone awaits has to. */
function keepingAlive(promise: Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, LONGEST_MS);
  return promise.finally(() => clearInterval(timer));
}
