import type { dependencyMetrics } from '../../instrument.ts';
import { reportFault } from '../../shared/diagnostics.ts';
import { MAX_TIMER_MS } from '../../shared/timers.ts';
import { type CheckResult, CheckRun } from '../checks/check-run.ts';
import { createReport } from '../checks/report.ts';
import type { SystemReport } from '../checks/types.ts';
import type { DependencyLog } from './dependency-log.ts';
import type { MonitorSettings } from './options.ts';
import type { DependencyReport } from './types.ts';

const NOT_CHECKED: SystemReport = {
  available: false,
  response_time_ms: 0,
  slow: false,
  error: 'not checked yet',
};

/** Checks one dependency and, while it is unavailable, tries to recover it; never both at a time. */
export class DependencyWatch {
  readonly name: string;
  readonly #settings: MonitorSettings;
  readonly #metrics: ReturnType<typeof dependencyMetrics>;
  readonly #log: DependencyLog;
  #timer: NodeJS.Timeout | undefined;
  /** The last check and the last recovery. While one is pending, there is no second of its kind. */
  readonly #runs: { check?: CheckRun; recover?: CheckRun } = {};
  #isStopped = false;
  #report: SystemReport | undefined;
  /** Milliseconds since the epoch. */
  #checkedAt = 0;
  /** Milliseconds since the epoch: the last change of `available`. */
  #since = 0;
  // Points on the clock of `performance.now()`.
  #unavailableSince = 0;
  #nextCheck = 0;
  #nextAttempt = Number.POSITIVE_INFINITY;
  #attempts = 0;
  #hasAlerted = false;

  constructor(
    name: string,
    settings: MonitorSettings,
    metrics: ReturnType<typeof dependencyMetrics>,
    log: DependencyLog,
  ) {
    this.name = name;
    this.#settings = settings;
    this.#metrics = metrics;
    this.#log = log;
    if (settings.recover) metrics.counts.declareRecoveries();
  }

  get report(): DependencyReport {
    const isChecked = this.#report !== undefined;
    return {
      ...(this.#report ?? NOT_CHECKED),
      checked_at: isChecked ? new Date(this.#checkedAt).toISOString() : null,
      since: isChecked ? new Date(this.#since).toISOString() : null,
      recovery_attempts: this.#attempts,
    };
  }

  /** Resolves after the first check. */
  start(): Promise<void> {
    return this.#turn();
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const run of Object.values(this.#runs)) run.cancel(createStopError());
    this.#metrics.counts.removeWatcher(this);
    this.#metrics.leave();
  }

  #schedule(): void {
    if (this.#isStopped) return;
    const delay = Math.min(this.#nextCheck, this.#nextAttempt) - performance.now();
    this.#timer = setTimeout(this.#turn, Math.min(MAX_TIMER_MS, Math.max(0, delay)));
    this.#timer.unref();
  }

  readonly #turn = async (): Promise<void> => {
    try {
      await (this.#nextAttempt < this.#nextCheck ? this.#recover() : this.#check());
    } catch (fault) {
      // An unforeseen fault ends neither the watch nor the process.
      reportFault(fault);
    }
    this.#schedule();
  };

  async #check(): Promise<void> {
    const { check, timeout, slowAfter, interval, jitter } = this.#settings;
    this.#nextCheck = performance.now() + interval * (1 + jitter * (2 * Math.random() - 1));
    this.#metrics.connectIfNeeded();
    const pendingMs = this.#runs.check?.pendingMs;
    if (pendingMs !== undefined) return this.#update(createHangingResult(pendingMs));
    const result = await this.#run('check', timeout, (signal) => check({ signal }));
    if (this.#isStopped) return;
    const { available, slow } = createReport(result, slowAfter);
    const outcome = available ? (slow ? 'slow' : 'available') : 'unavailable';
    this.#metrics.counts.checked(this, outcome, result.ms / 1000);
    this.#update(result);
  }

  #update(result: CheckResult): void {
    const report = createReport(result, this.#settings.slowAfter);
    const wasAvailable = this.#report?.available;
    this.#report = report;
    this.#checkedAt = Date.now();
    if (wasAvailable !== report.available) this.#since = this.#checkedAt;
    if (report.error === null) this.#onAvailable(wasAvailable);
    else this.#onUnavailable(wasAvailable, report.error);
  }

  #onAvailable(wasAvailable: boolean | undefined): void {
    if (wasAvailable === true) return;
    if (wasAvailable === undefined) this.#log.initiallyAvailable();
    else this.#log.availableAgain(performance.now() - this.#unavailableSince, this.#attempts);
    this.#attempts = 0;
    this.#hasAlerted = false;
    this.#nextAttempt = Number.POSITIVE_INFINITY;
  }

  #onUnavailable(wasAvailable: boolean | undefined, error: string): void {
    if (wasAvailable === false) return this.#alertIfDue(error);
    this.#log.unavailable(error);
    this.#unavailableSince = performance.now();
    this.#scheduleAttempt();
  }

  async #recover(): Promise<void> {
    const { recover, recoverTimeout } = this.#settings;
    if (this.#runs.recover?.pendingMs !== undefined) return void this.#scheduleAttempt();
    const { name } = this;
    const checkError = this.#report?.error ?? '';
    const attempt = ++this.#attempts;
    const { error } = await this.#run('recover', recoverTimeout, (signal) =>
      recover?.({ name, attempt, error: checkError, signal }),
    );
    if (this.#isStopped) return;
    const delay = this.#scheduleAttempt();
    this.#metrics.counts.recovered(error === null ? 'success' : 'failure');
    if (error === null) {
      if (!this.#hasAlerted) this.#log.recoverySucceeded(attempt);
      // Check at once whether the recovery helped.
      this.#nextCheck = performance.now();
    } else {
      if (!this.#hasAlerted) this.#log.recoveryFailed(attempt, error, delay);
      this.#alertIfDue(checkError);
    }
  }

  /** @returns the delay before the next attempt, in milliseconds */
  #scheduleAttempt(): number {
    const { recover, initialDelay, maxDelay } = this.#settings;
    const delay = Math.min(maxDelay, initialDelay * 2 ** this.#attempts);
    if (recover) this.#nextAttempt = performance.now() + delay;
    return delay;
  }

  #alertIfDue(error: string): void {
    if (this.#hasAlerted || this.#attempts < this.#settings.alertAfter) return;
    this.#hasAlerted = true;
    this.#log.alert(this.#attempts, error);
  }

  #run(
    kind: 'check' | 'recover',
    timeout: number,
    fn: (signal: AbortSignal) => unknown,
  ): Promise<CheckResult> {
    const run = new CheckRun(fn, { timeout, keepsProcessAlive: false });
    this.#runs[kind] = run;
    // The function may have stopped the monitor before this run could be cancelled.
    if (this.#isStopped) run.cancel(createStopError());
    return run.result;
  }
}

function createHangingResult(ms: number): CheckResult {
  return { ms, error: `the previous check still hangs after ${Math.round(ms / 1000)} s` };
}

function createStopError(): DOMException {
  return new DOMException('the monitor was stopped', 'AbortError');
}
