import { byId, setAttribute, setText } from './dom.ts';
import type { Model } from './model.ts';
import { countOf, type Filter } from './row-order.ts';

const FILTERS: readonly Filter[] = ['all', 'open', 'half_open', 'isolated', 'closed', 'over_limit'];

/** The buttons that count policies and filter the table. */
export class Summary {
  filter: Filter = 'all';

  constructor(onChange: () => void) {
    for (const filter of FILTERS) {
      byId(`filter-${filter}`).addEventListener('click', () => {
        this.filter = this.filter === filter ? 'all' : filter;
        onChange();
      });
    }
  }

  show(model: Model): void {
    for (const filter of FILTERS) {
      const button = byId(`filter-${filter}`);
      const count = countOf(model, filter);
      setAttribute(button, 'aria-pressed', String(this.filter === filter));
      setAttribute(button, 'data-none', count === 0 ? '' : undefined);
      const number = button.querySelector('b');
      if (number) setText(number, String(count));
    }
    const open = countOf(model, 'open');
    const service = model.service ?? 'Policies';
    document.title = open > 0 ? `▲ ${open} open · ${service}` : `${service} · live`;
  }
}
