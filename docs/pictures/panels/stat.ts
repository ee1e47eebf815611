import { escaped } from '../html.ts';
import { lastOf } from '../query.ts';
import { configOf, display } from '../values.ts';
import type { Drawing } from './drawing.ts';

/** Large numbers side by side, each in the colour of its threshold. */
export function stat({ panel, series, width, height }: Drawing): string {
  const { defaults, overrides } = panel.fieldConfig ?? { defaults: {} };
  const { colorMode, textMode } = panel.options ?? {};
  const found = series.length > 0 ? series : [undefined];
  const cells = found.map((each) => {
    const config = configOf({ name: each?.name ?? '', ...each }, defaults, overrides);
    const { text: value, color } = display(each && lastOf(each), config);
    const text = textMode === 'name' && each ? each.name : value;
    const named = found.length > 1 || String(textMode) === 'value_and_name';
    const name = named ? (config.displayName ?? each?.name ?? '') : '';
    const size = Math.min(
      height * 0.5,
      ((width / found.length) * 1.5) / Math.max(text.length, 3),
      56,
    );
    const style =
      colorMode === 'background'
        ? `background:${color};color:#fff`
        : `color:${each ? color : '#ccccdc'}`;
    return `<div class="stat" style="${style};font-size:${size}px">
      ${name ? `<small>${escaped(name)}</small>` : ''}${escaped(text)}</div>`;
  });
  return `<div class="stats">${cells.join('')}</div>`;
}

/** A bar for each series, as long as its value. */
export function bars({ panel, series }: Drawing): string {
  const { defaults, overrides } = panel.fieldConfig ?? { defaults: {} };
  const values = series.map((each) => lastOf(each) ?? 0);
  const most = defaults.max ?? Math.max(...values, 0);
  const rows = series.map((each, index) => {
    const config = configOf(each, defaults, overrides);
    const { text, color } = display(values[index], config);
    const length = most > 0 ? ((values[index] ?? 0) / most) * 100 : 0;
    return `<div class="bar"><span>${escaped(config.displayName ?? each.name)}</span>
      <i><b style="width:${Math.min(length, 100)}%;background:${color}"></b></i>
      <em style="color:${color}">${escaped(text)}</em></div>`;
  });
  return rows.join('') || `<div class="nothing">${escaped(defaults.noValue ?? 'No data')}</div>`;
}
