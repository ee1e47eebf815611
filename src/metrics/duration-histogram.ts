import type { Metric } from '../semconv/metrics.ts';

/** Takes one duration, in seconds. */
export type Recorder = (seconds: number) => void;

/** Makes the recorder of one series of a histogram; there is none until an SDK is there. */
export interface RecorderSource {
  createRecorder: ((metric: Metric, series: number) => Recorder) | undefined;
}

/**
 * The durations of one metric under one name. They leave as they happen, so those from before an
 * SDK are dropped: a histogram, unlike a count, can not be handed over later.
 */
export class DurationHistogram {
  readonly metric: Metric;
  readonly #source: RecorderSource;
  #made: RecorderSource['createRecorder'];
  #recorders: (Recorder | undefined)[] | undefined;

  constructor(metric: Metric, source: RecorderSource) {
    this.metric = metric;
    this.#source = source;
  }

  /** Whoever looks on in this process. */
  observer: ((seconds: number, series: number) => void) | undefined;

  /** Whether they are reported. */
  get isReported(): boolean {
    return this.#source.createRecorder !== undefined;
  }

  /** Whether anybody takes durations: where nobody does, the clock need not be read. */
  get isNeeded(): boolean {
    return this.isReported || this.observer !== undefined;
  }

  record(seconds: number, series = 0): void {
    this.observer?.(seconds, series);
    const make = this.#source.createRecorder;
    if (make === undefined) return;
    if (this.#recorders === undefined || make !== this.#made) {
      this.#made = make;
      this.#recorders = [];
    }
    let recorder = this.#recorders[series];
    if (recorder === undefined) {
      recorder = make(this.metric, series);
      this.#recorders[series] = recorder;
    }
    recorder(seconds);
  }
}
