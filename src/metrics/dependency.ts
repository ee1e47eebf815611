import {
  DEPENDENCY_RESULTS,
  type DependencyResult,
  RECOVERY_RESULTS,
  type RecoveryResult,
} from '../semconv/attributes.ts';
import {
  DEPENDENCY_AVAILABLE,
  DEPENDENCY_CHECK_DURATION,
  DEPENDENCY_RECOVERY_ATTEMPTS,
} from '../semconv/metrics.ts';
import { CounterSeries, indexes } from './counter-series.ts';
import { DurationHistogram, type RecorderSource } from './duration-histogram.ts';

const RESULT = indexes(DEPENDENCY_RESULTS);
const RECOVERY = indexes(RECOVERY_RESULTS);

/** The availability of one dependency, as its watchers report it. */
export class DependencyMetrics {
  /** Unknown before the first check. */
  readonly #available = new CounterSeries(DEPENDENCY_AVAILABLE, Number.NaN);
  readonly #duration: DurationHistogram;
  #recoveries: CounterSeries | undefined;
  /** By watcher, whether its last check found the dependency available. */
  readonly #availableFor = new Map<object, boolean>();

  constructor(source: RecorderSource) {
    this.#duration = new DurationHistogram(DEPENDENCY_CHECK_DURATION, source);
  }

  /** Creates the series of recoveries with the value 0. */
  declareRecoveries(): CounterSeries {
    this.#recoveries ??= new CounterSeries(DEPENDENCY_RECOVERY_ATTEMPTS);
    return this.#recoveries;
  }

  checked(watcher: object, result: DependencyResult, seconds: number): void {
    this.#duration.record(seconds, RESULT[result]);
    this.#availableFor.set(watcher, result !== 'unavailable');
    this.#update();
  }

  recovered(result: RecoveryResult): void {
    this.declareRecoveries().add(RECOVERY[result]);
  }

  /** Removes a watcher and its last result. */
  removeWatcher(watcher: object): void {
    if (this.#availableFor.delete(watcher)) this.#update();
  }

  counts(): readonly CounterSeries[] {
    return [this.#available, ...(this.#recoveries ? [this.#recoveries] : [])];
  }

  /** Available if all watchers find it available. */
  #update(): void {
    this.#available.fill(
      [...this.#availableFor.values()].every((isAvailable) => isAvailable) ? 1 : 0,
    );
  }
}
