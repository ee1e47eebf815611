import type { Metric } from '../semconv/metrics.ts';

/** Takes one duration, in seconds. */
export type Recorder = (seconds: number) => void;

/** Makes the recorder of one series of a histogram; there is none until an SDK is there. */
export interface RecorderSource {
  recorder: ((metric: Metric, series: number) => Recorder) | undefined;
}

/**
 * The durations of one metric under one name. They leave as they happen, so those from before an
 * SDK are dropped: a histogram, unlike a count, can not be handed over later.
 */
export class Durations {
  readonly metric: Metric;
  readonly #source: RecorderSource;
  #made: RecorderSource['recorder'];
  #recorders: (Recorder | undefined)[] | undefined;

  constructor(metric: Metric, source: RecorderSource) {
    this.metric = metric;
    this.#source = source;
  }

  /** Whoever looks on in this process. */
  tap: ((seconds: number, series: number) => void) | undefined;

  /** Whether they are reported. */
  get reported(): boolean {
    return this.#source.recorder !== undefined;
  }

  /** Whether anybody takes durations: where nobody does, the clock need not be read. */
  get wanted(): boolean {
    return this.reported || this.tap !== undefined;
  }

  record(seconds: number, series = 0): void {
    this.tap?.(seconds, series);
    const make = this.#source.recorder;
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
