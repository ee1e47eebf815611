import { byId, setText } from './dom.ts';
import type { Model, Policy } from './model.ts';
import { RowView } from './row.ts';
import { matches, type Order, orderNames } from './row-order.ts';
import type { Summary } from './summary.ts';

/** Rows keep their order for this time after the user has touched them. */
const PAUSE_MS = 5000;

/** Time between two changes of an order by numbers, which change every second. */
const REORDER_MS = 5000;

/** The table of policies, with its order and filter. */
export class Table {
  readonly #body = byId('policies');
  readonly #search = byId<HTMLInputElement>('search');
  readonly #order = byId<HTMLSelectElement>('order');
  readonly #views = new Map<string, RowView>();
  readonly #byElement = new WeakMap<Element, RowView>();
  readonly #model: Model;
  readonly #summary: Summary;
  readonly #operate: (policy: Policy) => void;
  readonly #observer: IntersectionObserver;
  #lastTouchAt = Number.NEGATIVE_INFINITY;
  #lastOrderAt = Number.NEGATIVE_INFINITY;

  constructor(model: Model, summary: Summary, operate: (policy: Policy) => void) {
    this.#model = model;
    this.#summary = summary;
    this.#operate = operate;
    this.#observer = new IntersectionObserver((entries) => this.#updateVisibility(entries), {
      rootMargin: '100px',
    });
    for (const event of ['pointermove', 'pointerdown', 'wheel', 'keydown', 'focusin'] as const) {
      this.#body.addEventListener(event, () => this.#touch(), { passive: true });
    }
    this.#search.addEventListener('input', () => this.show());
    this.#order.addEventListener('change', () => {
      this.#lastTouchAt = Number.NEGATIVE_INFINITY;
      this.#lastOrderAt = Number.NEGATIVE_INFINITY;
      this.show();
    });
  }

  show(): void {
    const { policies } = this.#model;
    for (const [name, view] of this.#views) {
      if (!policies.has(name)) this.#remove(view);
    }
    for (const [name, policy] of policies)
      (this.#views.get(name) ?? this.#add(name)).show(policy, this.#model);
    this.#reorder();
    this.#filter();
  }

  /** Draws all plots again, with the present colors. */
  repaint(): void {
    for (const [name, view] of this.#views) {
      view.removePlot();
      const policy = this.#model.policies.get(name);
      if (policy) view.show(policy, this.#model);
    }
  }

  showAll(): void {
    this.#search.value = '';
    this.#summary.filter = 'all';
  }

  #touch(): void {
    this.#lastTouchAt = performance.now();
  }

  #add(name: string): RowView {
    const view = new RowView(name, this.#model.limits, () => {
      const policy = this.#model.policies.get(name);
      if (policy) this.#operate(policy);
    });
    this.#views.set(name, view);
    this.#byElement.set(view.element, view);
    this.#body.append(view.element);
    this.#observer.observe(view.element);
    return view;
  }

  #remove(view: RowView): void {
    this.#observer.unobserve(view.element);
    view.removePlot();
    view.element.remove();
    this.#views.delete(view.name);
  }

  /** Rows do not move while the user points at them. */
  #reorder(): void {
    const now = performance.now();
    const isPaused = now - this.#lastTouchAt < PAUSE_MS;
    byId('order-paused').hidden = !isPaused;
    const isByNumbers = ['calls', 'latency'].includes(this.#order.value);
    if (isPaused || (isByNumbers && now - this.#lastOrderAt < REORDER_MS)) return;
    this.#lastOrderAt = now;
    const focused = document.activeElement;
    let next = this.#body.firstElementChild;
    for (const name of orderNames(this.#model, this.#order.value as Order)) {
      const element = this.#views.get(name)?.element;
      if (element === undefined) continue;
      if (element === next) next = next.nextElementSibling;
      else this.#body.insertBefore(element, next);
    }
    if (focused !== document.activeElement && focused instanceof HTMLElement) {
      focused.focus({ preventScroll: true });
      this.#lastTouchAt = Number.NEGATIVE_INFINITY;
    }
  }

  #filter(): void {
    const { policies, omittedNames } = this.#model;
    const search = this.#search.value.trim();
    let shownCount = 0;
    for (const [name, policy] of policies) {
      const isMatch = matches(policy, this.#summary.filter, search);
      const view = this.#views.get(name);
      if (view && view.element.hidden === isMatch) view.element.hidden = !isMatch;
      if (isMatch) shownCount++;
    }
    const total = policies.size;
    const omitted = omittedNames > 0 ? `; ${omittedNames} more have no row` : '';
    setText(
      byId('shown'),
      `${shownCount === total ? total : `${shownCount} of ${total}`} policies${omitted}`,
    );
    byId('no-policies').hidden = total > 0;
    byId('no-match').hidden = total === 0 || shownCount > 0;
    byId('table').hidden = shownCount === 0;
  }

  #updateVisibility(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const view = this.#byElement.get(target);
      if (view === undefined) continue;
      view.isVisible = isIntersecting;
      const policy = this.#model.policies.get(view.name);
      if (!isIntersecting) view.removePlot();
      else if (policy) view.show(policy, this.#model);
    }
  }
}
