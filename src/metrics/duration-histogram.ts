import type { Metric } from '../semconv/metrics.ts';

/** Records one duration in seconds. */
export type Recorder = (seconds: number) => void;

/** Creates the recorder of one series of a histogram; `undefined` without an SDK. */
export interface RecorderSource {
  createRecorder: ((metric: Metric, series: number) => Recorder) | undefined;
}

/**
 * The durations of one metric of one name. They are recorded as they occur. Unlike counts, durations
 * from before the SDK cannot be exported later, so they are dropped.
 */
export class DurationHistogram {
  readonly metric: Metric;
  readonly #source: RecorderSource;
  /** The function that created `#recorders`. */
  #recordersFrom: RecorderSource['createRecorder'];
  #recorders: (Recorder | undefined)[] | undefined;

  constructor(metric: Metric, source: RecorderSource) {
    this.metric = metric;
    this.#source = source;
  }

  /** Receives each duration in this process, for the live page. */
  observer: ((seconds: number, series: number) => void) | undefined;

  /** Whether durations are exported. */
  get isReported(): boolean {
    return this.#source.createRecorder !== undefined;
  }

  /** Whether durations are used at all. Otherwise the clock need not be read. */
  get isNeeded(): boolean {
    return this.isReported || this.observer !== undefined;
  }

  record(seconds: number, series = 0): void {
    this.observer?.(seconds, series);
    const { createRecorder } = this.#source;
    if (createRecorder === undefined) return;
    if (this.#recorders === undefined || createRecorder !== this.#recordersFrom) {
      this.#recordersFrom = createRecorder;
      this.#recorders = [];
    }
    let recorder = this.#recorders[series];
    if (recorder === undefined) {
      recorder = createRecorder(this.metric, series);
      this.#recorders[series] = recorder;
    }
    recorder(seconds);
  }
}
