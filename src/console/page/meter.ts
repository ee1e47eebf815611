import { make, mark, say } from './dom.ts';

/**
 * A number with a bar below, on which the documented limit is a mark. Over the limit it is told by
 * colour, weight and a word.
 */
export class Meter {
  readonly element: HTMLElement;
  readonly #value = make('span', { class: 'value' });
  readonly #over = make('span', { class: 'over' });
  readonly #bar = make('span', { class: 'bar', 'aria-hidden': 'true' });
  readonly #note = make('span', { class: 'note' });
  readonly #limitAt: number | undefined;

  /** @param limitAt where on the bar the limit is, from 0 to 1 */
  constructor(limitAt: number | undefined) {
    this.#limitAt = limitAt;
    this.#bar.append(make('span', { class: 'fill' }));
    if (limitAt !== undefined) {
      const line = make('span', { class: 'limit' });
      line.style.insetInlineStart = `${limitAt * 100}%`;
      this.#bar.append(line);
    }
    const head = make('span', { class: 'head' }, this.#value, this.#over);
    this.element = make('div', { class: 'meter' }, head, this.#bar, this.#note);
  }

  /**
   * @param fill from 0 to 1; more is full
   * @param over whether it is beyond the limit, by so many calls that it says something
   */
  show(value: string, fill: number, over: boolean, note: string): void {
    const few = this.#limitAt !== undefined && fill > this.#limitAt && !over;
    say(this.#value, value);
    say(this.#over, over ? ' over' : '');
    say(this.#note, few ? 'few calls' : note);
    mark(this.element, 'data-over', over ? '' : undefined);
    const percent = Math.round(Math.min(1, Math.max(0, fill)) * 100);
    this.#bar.style.setProperty('--fill', `${percent}%`);
  }
}
