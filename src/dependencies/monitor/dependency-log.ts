import { reportFault } from '../../shared/diagnostics.ts';
import { runDetached, SafeLogger } from '../../shared/logger.ts';
import { sanitizeLine } from '../../shared/sanitize.ts';
import { dependencyChanges } from '../dependency-changes.ts';
import type { MonitorOptions } from './types.ts';

type Told = Pick<MonitorOptions, 'logger' | 'onChange' | 'onAlert'>;

/**
 * Tells what became of one dependency: a line when it goes and one when it comes back, however many
 * checks there are, and in between one for each attempt to recover it, until the alert.
 */
export class DependencyLog {
  readonly #name: string;
  /** The name as it may stand in a line. */
  readonly #shown: string;
  readonly #hooks: Told;
  readonly #log: SafeLogger;

  constructor(name: string, hooks: Told) {
    this.#name = name;
    this.#shown = sanitizeLine(name);
    this.#hooks = hooks;
    this.#log = new SafeLogger(hooks.logger);
  }

  unavailable(error: string): void {
    this.#log.warn(`${this.#shown} is not available: ${error}`, { dependency: this.#name, error });
    this.#changed(false, error);
    dependencyChanges.emit({ name: this.#name, available: false, error });
  }

  /** The first check found it so: no change that is worth a line. */
  availableAtFirst(): void {
    this.#changed(true, null);
  }

  availableAgain(ms: number, attempts: number): void {
    const seconds = Math.round(ms / 1000);
    const after =
      attempts === 0
        ? ''
        : `, and ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} to recover it`;
    this.#log.info(`${this.#shown} is available again after ${seconds} s${after}`, {
      dependency: this.#name,
      unavailable_seconds: seconds,
      attempts,
    });
    this.#changed(true, null);
    dependencyChanges.emit({ name: this.#name, available: true, error: null });
  }

  recovered(attempt: number): void {
    this.#log.info(`Attempt ${attempt} to recover ${this.#shown} ended well`, {
      dependency: this.#name,
      attempt,
    });
  }

  notRecovered(attempt: number, error: string, waitMs: number): void {
    const seconds = waitMs / 1000;
    this.#log.warn(
      `Attempt ${attempt} to recover ${this.#shown} failed, the next one is in ${seconds} s: ${error}`,
      { dependency: this.#name, attempt, error, wait_seconds: seconds },
    );
  }

  alert(attempts: number, error: string): void {
    this.#log.error(
      `${this.#shown} is not available after ${attempts} attempts to recover it, which go on: ${error}`,
      { dependency: this.#name, attempts, error },
    );
    const { onAlert } = this.#hooks;
    if (onAlert) runDetached(() => onAlert({ name: this.#name, attempts, error }), reportFault);
  }

  #changed(available: boolean, error: string | null): void {
    const { onChange } = this.#hooks;
    if (onChange) runDetached(() => onChange({ name: this.#name, available, error }), reportFault);
  }
}
