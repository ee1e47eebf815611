import type { dependencyMetrics } from '../../instrument.ts';
import { reportFault } from '../../shared/diagnostics.ts';
import { type CheckResult, CheckRun } from '../checks/check-run.ts';
import { LONGEST_MS } from '../checks/options.ts';
import { reportOf } from '../checks/report.ts';
import type { SystemReport } from '../checks/types.ts';
import type { DependencyLog } from './dependency-log.ts';
import type { MonitorSettings } from './options.ts';
import type { DependencyReport } from './types.ts';

const UNKNOWN: SystemReport = {
  available: false,
  response_time_ms: 0,
  slow: false,
  error: 'not checked yet',
};

/**
 * Watches one dependency: checks it and, while it is not available, tries to recover it. One thing
 * at a time, whichever is due first.
 */
export class DependencyWatch {
  readonly name: string;
  readonly #settings: MonitorSettings;
  readonly #told: ReturnType<typeof dependencyMetrics>;
  readonly #journal: DependencyLog;
  #timer: NodeJS.Timeout | undefined;
  /** The last check and attempt to recover: while it ignores its signal and hangs, there is no other. */
  readonly #runs: { check?: CheckRun; recover?: CheckRun } = {};
  #stopped = false;
  #last: SystemReport | undefined;
  #checkedAt = 0;
  #since = 0;
  /** By the clock of `performance`, as the next two. */
  #lostAt = 0;
  #nextCheck = 0;
  #nextAttempt = Number.POSITIVE_INFINITY;
  #attempts = 0;
  #alerted = false;

  constructor(
    name: string,
    settings: MonitorSettings,
    told: ReturnType<typeof dependencyMetrics>,
    journal: DependencyLog,
  ) {
    this.name = name;
    this.#settings = settings;
    this.#told = told;
    this.#journal = journal;
    if (settings.recover) told.counts.declareRecoveries();
  }

  get report(): DependencyReport {
    const known = this.#last !== undefined;
    return {
      ...(this.#last ?? UNKNOWN),
      checked_at: known ? new Date(this.#checkedAt).toISOString() : null,
      since: known ? new Date(this.#since).toISOString() : null,
      recovery_attempts: this.#attempts,
    };
  }

  /** Resolves after the first check. */
  start(): Promise<void> {
    return this.#turn();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const run of Object.values(this.#runs)) run.cancel(stopped());
    this.#told.counts.leave(this);
    this.#told.leave();
  }

  #schedule(): void {
    if (this.#stopped) return;
    const due = Math.min(this.#nextCheck, this.#nextAttempt) - performance.now();
    this.#timer = setTimeout(this.#turn, Math.min(LONGEST_MS, Math.max(0, due)));
    this.#timer.unref();
  }

  readonly #turn = async (): Promise<void> => {
    try {
      await (this.#nextAttempt < this.#nextCheck ? this.#recover() : this.#check());
    } catch (fault) {
      // Nothing is known that gets here, and what does must end neither the watch nor the process.
      reportFault(fault);
    }
    this.#schedule();
  };

  async #check(): Promise<void> {
    const { check, timeout, slowAfter, interval, jitter } = this.#settings;
    this.#nextCheck = performance.now() + interval * (1 + jitter * (2 * Math.random() - 1));
    this.#told.ensure();
    const ms = this.#runs.check?.hangingMs;
    if (ms !== undefined) return this.#found(stillHanging(ms));
    const ended = await this.#bounded('check', timeout, (signal) => check({ signal }));
    if (this.#stopped) return;
    const { available, slow } = reportOf(ended, slowAfter);
    const result = available ? (slow ? 'slow' : 'available') : 'unavailable';
    this.#told.counts.checked(this, result, ended.ms / 1000);
    this.#found(ended);
  }

  #found(ended: CheckResult): void {
    const report = reportOf(ended, this.#settings.slowAfter);
    const before = this.#last?.available;
    this.#last = report;
    this.#checkedAt = Date.now();
    if (before !== report.available) this.#since = this.#checkedAt;
    if (report.error === null) this.#isThere(before);
    else this.#isGone(before, report.error);
  }

  #isThere(before: boolean | undefined): void {
    if (before === true) return;
    if (before === undefined) this.#journal.availableAtFirst();
    else this.#journal.availableAgain(performance.now() - this.#lostAt, this.#attempts);
    this.#attempts = 0;
    this.#alerted = false;
    this.#nextAttempt = Number.POSITIVE_INFINITY;
  }

  #isGone(before: boolean | undefined, error: string): void {
    if (before === false) return this.#alertIfDue(error);
    this.#journal.unavailable(error);
    this.#lostAt = performance.now();
    this.#planAttempt();
  }

  async #recover(): Promise<void> {
    const { recover, recoverTimeout } = this.#settings;
    if (this.#runs.recover?.hangingMs !== undefined) return void this.#planAttempt();
    const { name } = this;
    const why = this.#last?.error ?? '';
    const attempt = ++this.#attempts;
    const { error } = await this.#bounded('recover', recoverTimeout, (signal) =>
      recover?.({ name, attempt, error: why, signal }),
    );
    if (this.#stopped) return;
    const wait = this.#planAttempt();
    this.#told.counts.recovered(error === null ? 'success' : 'failure');
    if (error === null) {
      if (!this.#alerted) this.#journal.recovered(attempt);
      // Whether it helped is known at once.
      this.#nextCheck = performance.now();
    } else {
      if (!this.#alerted) this.#journal.notRecovered(attempt, error, wait);
      this.#alertIfDue(why);
    }
  }

  /** Returns how long it will wait. */
  #planAttempt(): number {
    const { recover, firstWait, longestWait } = this.#settings;
    const wait = Math.min(longestWait, firstWait * 2 ** this.#attempts);
    if (recover) this.#nextAttempt = performance.now() + wait;
    return wait;
  }

  #alertIfDue(error: string): void {
    if (this.#alerted || this.#attempts < this.#settings.alertAfter) return;
    this.#alerted = true;
    this.#journal.alert(this.#attempts, error);
  }

  #bounded(
    kind: 'check' | 'recover',
    timeout: number,
    run: (signal: AbortSignal) => unknown,
  ): Promise<CheckResult> {
    const begun = new CheckRun(run, { timeout, background: true });
    this.#runs[kind] = begun;
    // It may have stopped the monitor before there was anything to cancel.
    if (this.#stopped) begun.cancel(stopped());
    return begun.ended;
  }
}

function stillHanging(ms: number): CheckResult {
  return { ms, error: `the check before is still hanging after ${Math.round(ms / 1000)} s` };
}

function stopped(): DOMException {
  return new DOMException('the monitor was stopped', 'AbortError');
}
