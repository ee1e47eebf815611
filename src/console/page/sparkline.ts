import uPlot from 'uplot';
import { OUTCOMES } from '../../semconv/attributes.ts';
import { HISTORY_STEPS, STEP_MS } from '../protocol/retention.ts';

const SECONDS = (HISTORY_STEPS * STEP_MS) / 1000;

/** From the ground up: what is wrong stands on the ground, where it is seen best. */
const STACK = (
  ['failure', 'timed_out', 'rejected', 'fallback', 'cancelled', 'not_handled', 'success'] as const
).map((outcome) => OUTCOMES.indexOf(outcome));

/** Of outcomes, in their order; resolved, as a canvas does not know of themes. */
let colors: readonly string[] = [];

export function colorsAre(now: readonly string[]): void {
  colors = now;
}

/** The outcomes of one policy in the last minutes, stacked; drawn only while it is in sight. */
export class Spark {
  readonly #place: HTMLElement;
  #plot: uPlot | undefined;

  constructor(place: HTMLElement) {
    this.#place = place;
  }

  draw(times: readonly number[], past: readonly (readonly number[])[], at: number): void {
    const seconds = times.map((time) => time / 1000);
    const data: uPlot.AlignedData = [seconds, ...stacked(past, times.length).reverse()];
    this.#plot ??= this.#make();
    this.#plot.batch(() => {
      this.#plot?.setData(data, false);
      this.#plot?.setScale('x', { min: at / 1000 - SECONDS, max: at / 1000 });
    });
  }

  /** Nobody sees it; or it has to be drawn in other colours. */
  forget(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #make(): uPlot {
    const { clientWidth: width, clientHeight: height } = this.#place;
    const series = [...STACK].reverse().map((outcome) => ({
      fill: colors[outcome] ?? '#888',
      width: 0,
      points: { show: false },
      paths: uPlot.paths.stepped?.({ align: -1 }) ?? (() => null),
    }));
    return new uPlot(
      {
        width,
        height,
        padding: [0, 0, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        select: { show: false, left: 0, top: 0, width: 0, height: 0 },
        axes: [{ show: false }, { show: false }],
        scales: { x: { auto: false }, y: { range: (_, __, max) => [0, Math.max(1, max)] } },
        series: [{}, ...series],
      },
      undefined,
      this.#place,
    );
  }
}

/** Sums of the outcomes from the ground up to each. */
function stacked(past: readonly (readonly number[])[], length: number): number[][] {
  let below: readonly number[] = new Array(length).fill(0);
  return STACK.map((outcome) => {
    const samples = past[outcome] ?? [];
    const sums = below.map((sum, index) => sum + (samples[index] ?? 0));
    below = sums;
    return sums;
  });
}
