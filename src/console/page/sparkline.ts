import uPlot from 'uplot';
import { OUTCOMES } from '../../semconv/attributes.ts';
import { HISTORY_STEPS, STEP_MS } from '../protocol/timing.ts';

const SECONDS = (HISTORY_STEPS * STEP_MS) / 1000;

/** From bottom to top. Failures are at the bottom, where they are seen best. */
const STACK = (
  ['failure', 'timed_out', 'rejected', 'fallback', 'cancelled', 'not_handled', 'success'] as const
).map((outcome) => OUTCOMES.indexOf(outcome));

/** The color of each outcome. A canvas needs resolved colors, not CSS variables. */
let colors: readonly string[] = [];

export function setColors(outcomeColors: readonly string[]): void {
  colors = outcomeColors;
}

/** A stacked plot of the outcomes of one policy; exists only while it is visible. */
export class Sparkline {
  readonly #container: HTMLElement;
  #plot: uPlot | undefined;

  constructor(container: HTMLElement) {
    this.#container = container;
  }

  draw(times: readonly number[], history: readonly (readonly number[])[], at: number): void {
    const seconds = times.map((time) => time / 1000);
    const data: uPlot.AlignedData = [seconds, ...stack(history, times.length).reverse()];
    this.#plot ??= this.#createPlot();
    this.#plot.batch(() => {
      this.#plot?.setData(data, false);
      this.#plot?.setScale('x', { min: at / 1000 - SECONDS, max: at / 1000 });
    });
  }

  /** Removes the plot, because it is not visible or needs other colors. */
  remove(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #createPlot(): uPlot {
    const { clientWidth: width, clientHeight: height } = this.#container;
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
      this.#container,
    );
  }
}

/** For each outcome, its sum with the outcomes below. */
function stack(history: readonly (readonly number[])[], length: number): number[][] {
  let below: readonly number[] = new Array(length).fill(0);
  return STACK.map((outcome) => {
    const samples = history[outcome] ?? [];
    const sums = below.map((sum, index) => sum + (samples[index] ?? 0));
    below = sums;
    return sums;
  });
}
