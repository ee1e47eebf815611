import { reportFault } from '../../shared/diagnostics.ts';
import { runDetached, SafeLogger } from '../../shared/logger.ts';
import { sanitizeLine } from '../../shared/sanitize.ts';
import { dependencyChanges } from './dependency-changes.ts';
import type { MonitorOptions } from './types.ts';

type Hooks = Pick<MonitorOptions, 'logger' | 'onChange' | 'onAlert'>;

/**
 * Reports what happens to one dependency to the logger, the hooks and `dependencyChanges`. The logger
 * gets one line per change of availability, and one per recovery attempt until the alert.
 */
export class DependencyLog {
  readonly #name: string;
  /** The name, safe to show in a log line. */
  readonly #displayName: string;
  readonly #hooks: Hooks;
  readonly #logger: SafeLogger;

  constructor(name: string, hooks: Hooks) {
    this.#name = name;
    this.#displayName = sanitizeLine(name);
    this.#hooks = hooks;
    this.#logger = new SafeLogger(hooks.logger);
  }

  /** The first check succeeded: only the hook is called. */
  initiallyAvailable(): void {
    this.#callOnChange(true, null);
  }

  unavailable(error: string): void {
    this.#logger.warn(`${this.#displayName} is not available: ${error}`, {
      dependency: this.#name,
      error,
    });
    this.#callOnChange(false, error);
    dependencyChanges.emit({ name: this.#name, available: false, error });
  }

  availableAgain(unavailableMs: number, attempts: number): void {
    const seconds = Math.round(unavailableMs / 1000);
    const recovery =
      attempts === 0 ? '' : ` and ${attempts} recovery ${attempts === 1 ? 'attempt' : 'attempts'}`;
    this.#logger.info(`${this.#displayName} is available again after ${seconds} s${recovery}`, {
      dependency: this.#name,
      unavailable_seconds: seconds,
      attempts,
    });
    this.#callOnChange(true, null);
    dependencyChanges.emit({ name: this.#name, available: true, error: null });
  }

  recoverySucceeded(attempt: number): void {
    this.#logger.info(`Recovery attempt ${attempt} of ${this.#displayName} succeeded`, {
      dependency: this.#name,
      attempt,
    });
  }

  recoveryFailed(attempt: number, error: string, delayMs: number): void {
    const seconds = delayMs / 1000;
    this.#logger.warn(
      `Recovery attempt ${attempt} of ${this.#displayName} failed, next attempt in ${seconds} s: ${error}`,
      { dependency: this.#name, attempt, error, wait_seconds: seconds },
    );
  }

  alert(attempts: number, error: string): void {
    this.#logger.error(
      `${this.#displayName} is not available after ${attempts} recovery attempts, which continue: ${error}`,
      { dependency: this.#name, attempts, error },
    );
    const { onAlert } = this.#hooks;
    if (onAlert) runDetached(() => onAlert({ name: this.#name, attempts, error }), reportFault);
  }

  #callOnChange(available: boolean, error: string | null): void {
    const { onChange } = this.#hooks;
    if (onChange) runDetached(() => onChange({ name: this.#name, available, error }), reportFault);
  }
}
