import { byId, mark, say } from './dom.ts';
import type { Model } from './model.ts';
import { countOf, type Filter } from './row-order.ts';

const FILTERS: readonly Filter[] = ['all', 'open', 'half_open', 'isolated', 'closed', 'beyond'];

/** How many there are of each kind; a press shows these alone. */
export class Summary {
  filter: Filter = 'all';

  constructor(changed: () => void) {
    for (const filter of FILTERS) {
      byId(`filter-${filter}`).addEventListener('click', () => {
        this.filter = this.filter === filter ? 'all' : filter;
        changed();
      });
    }
  }

  show(model: Model): void {
    for (const filter of FILTERS) {
      const button = byId(`filter-${filter}`);
      const count = countOf(model, filter);
      mark(button, 'aria-pressed', String(this.filter === filter));
      mark(button, 'data-none', count === 0 ? '' : undefined);
      const number = button.querySelector('b');
      if (number) say(number, String(count));
    }
    const open = countOf(model, 'open');
    const service = model.service ?? 'Policies';
    document.title = open > 0 ? `▲ ${open} open · ${service}` : `${service} · live`;
  }
}
