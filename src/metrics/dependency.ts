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

/** One dependency, as those who watch it find it. */
export class DependencyMetrics {
  /** Nothing is known before the first check. */
  readonly #available = new CounterSeries(DEPENDENCY_AVAILABLE, Number.NaN);
  readonly #duration: DurationHistogram;
  #recoveries: CounterSeries | undefined;
  /** What each who watches it found last. */
  readonly #found = new Map<object, boolean>();

  constructor(source: RecorderSource) {
    this.#duration = new DurationHistogram(DEPENDENCY_CHECK_DURATION, source);
  }

  /** It can be recovered: the series of that exist from now on, at zero. */
  declareRecoveries(): CounterSeries {
    this.#recoveries ??= new CounterSeries(DEPENDENCY_RECOVERY_ATTEMPTS);
    return this.#recoveries;
  }

  checked(watcher: object, result: DependencyResult, seconds: number): void {
    this.#duration.record(seconds, RESULT[result]);
    this.#found.set(watcher, result !== 'unavailable');
    this.#tell();
  }

  recovered(result: RecoveryResult): void {
    this.declareRecoveries().add(RECOVERY[result]);
  }

  /** What it found counts no more. */
  removeWatcher(watcher: object): void {
    if (this.#found.delete(watcher)) this.#tell();
  }

  counts(): readonly CounterSeries[] {
    return [this.#available, ...(this.#recoveries ? [this.#recoveries] : [])];
  }

  /** Available where all who watch it say so; of one that nobody watches nothing bad is known. */
  #tell(): void {
    this.#available.fill([...this.#found.values()].every((found) => found) ? 1 : 0);
  }
}
