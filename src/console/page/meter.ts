import { createElement, setAttribute, setText } from './dom.ts';

/**
 * A number with a bar, on which the limit is marked. An exceeded limit is shown by color, weight and a
 * word.
 */
export class Meter {
  readonly element: HTMLElement;
  readonly #value = createElement('span', { class: 'value' });
  readonly #overLimit = createElement('span', { class: 'over-limit' });
  readonly #bar = createElement('span', { class: 'bar', 'aria-hidden': 'true' });
  readonly #note = createElement('span', { class: 'note' });
  readonly #limitAt: number | undefined;

  /** @param limitAt the position of the limit on the bar, from 0 to 1 */
  constructor(limitAt: number | undefined) {
    this.#limitAt = limitAt;
    this.#bar.append(createElement('span', { class: 'fill' }));
    if (limitAt !== undefined) {
      const line = createElement('span', { class: 'limit' });
      line.style.insetInlineStart = `${limitAt * 100}%`;
      this.#bar.append(line);
    }
    const head = createElement('span', { class: 'head' }, this.#value, this.#overLimit);
    this.element = createElement('div', { class: 'meter' }, head, this.#bar, this.#note);
  }

  /**
   * @param fill from 0 to 1
   * @param isOverLimit whether the limit is exceeded, with enough calls
   */
  show(value: string, fill: number, isOverLimit: boolean, note: string): void {
    const hasFewCalls = this.#limitAt !== undefined && fill > this.#limitAt && !isOverLimit;
    setText(this.#value, value);
    setText(this.#overLimit, isOverLimit ? ' over' : '');
    setText(this.#note, hasFewCalls ? 'few calls' : note);
    setAttribute(this.element, 'data-over-limit', isOverLimit ? '' : undefined);
    const percent = Math.round(Math.min(1, Math.max(0, fill)) * 100);
    this.#bar.style.setProperty('--fill', `${percent}%`);
  }
}
