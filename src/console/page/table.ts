import { byId, say } from './dom.ts';
import type { Model, Policy } from './model.ts';
import { RowView } from './row.ts';
import { matches, type Order, ordered } from './row-order.ts';
import type { Summary } from './summary.ts';

/** Rows stay where they are for so long after somebody has touched them. */
const HOLD_MS = 5000;

/** Numbers change each second; an order by numbers changes so often. */
const ARRANGE_MS = 5000;

/** All policies, the ones in trouble first; those that are searched for. */
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
  #touched = Number.NEGATIVE_INFINITY;
  #arranged = Number.NEGATIVE_INFINITY;

  constructor(model: Model, summary: Summary, operate: (policy: Policy) => void) {
    this.#model = model;
    this.#summary = summary;
    this.#operate = operate;
    this.#observer = new IntersectionObserver((entries) => this.#seen(entries), {
      rootMargin: '100px',
    });
    for (const event of ['pointermove', 'pointerdown', 'wheel', 'keydown', 'focusin'] as const) {
      this.#body.addEventListener(event, () => this.#touch(), { passive: true });
    }
    this.#search.addEventListener('input', () => this.show());
    this.#order.addEventListener('change', () => {
      this.#touched = Number.NEGATIVE_INFINITY;
      this.#arranged = Number.NEGATIVE_INFINITY;
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
    this.#arrange();
    this.#filter();
  }

  /** Draws all plots anew, in the colours of now. */
  repaint(): void {
    for (const [name, view] of this.#views) {
      view.forgetPlot();
      const policy = this.#model.policies.get(name);
      if (policy) view.show(policy, this.#model);
    }
  }

  showAll(): void {
    this.#search.value = '';
    this.#summary.filter = 'all';
  }

  #touch(): void {
    this.#touched = performance.now();
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
    view.forgetPlot();
    view.element.remove();
    this.#views.delete(view.name);
  }

  /** Nothing jumps away from under a hand. */
  #arrange(): void {
    const now = performance.now();
    const held = now - this.#touched < HOLD_MS;
    byId('held').hidden = !held;
    const byNumbers = ['calls', 'latency'].includes(this.#order.value);
    if (held || (byNumbers && now - this.#arranged < ARRANGE_MS)) return;
    this.#arranged = now;
    const focused = document.activeElement;
    let next = this.#body.firstElementChild;
    for (const name of ordered(this.#model, this.#order.value as Order)) {
      const element = this.#views.get(name)?.element;
      if (element === undefined) continue;
      if (element === next) next = next.nextElementSibling;
      else this.#body.insertBefore(element, next);
    }
    if (focused !== document.activeElement && focused instanceof HTMLElement) {
      focused.focus({ preventScroll: true });
      this.#touched = Number.NEGATIVE_INFINITY;
    }
  }

  #filter(): void {
    const { policies, more } = this.#model;
    const search = this.#search.value.trim();
    let shown = 0;
    for (const [name, policy] of policies) {
      const matching = matches(policy, this.#summary.filter, search);
      const view = this.#views.get(name);
      if (view && view.element.hidden === matching) view.element.hidden = !matching;
      if (matching) shown++;
    }
    const all = policies.size;
    const hidden = more > 0 ? `; ${more} more have no row here` : '';
    say(byId('shown'), `${shown === all ? all : `${shown} of ${all}`} policies${hidden}`);
    byId('no-policies').hidden = all > 0;
    byId('no-match').hidden = all === 0 || shown > 0;
    byId('table').hidden = shown === 0;
  }

  #seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const view = this.#byElement.get(target);
      if (view === undefined) continue;
      view.visible = isIntersecting;
      const policy = this.#model.policies.get(view.name);
      if (!isIntersecting) view.forgetPlot();
      else if (policy) view.show(policy, this.#model);
    }
  }
}
