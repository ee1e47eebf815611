import { escaped } from '../html.ts';
import type { Series } from '../query.ts';
import { configOf, display } from '../values.ts';
import type { Drawing } from './drawing.ts';

/** A band for each series, which changes its colour with its value. */
export function timeline({ panel, series, from, to }: Drawing): string {
  const { defaults, overrides } = panel.fieldConfig ?? { defaults: {} };
  if (series.length === 0)
    return `<div class="nothing">${escaped(defaults.noValue ?? 'No data')}</div>`;
  const seen = new Map<string, string>();
  const bands = series.map((each) => {
    const config = configOf(each, defaults, overrides);
    const spans = spansOf(each, to).map(({ value, start, end }) => {
      const { text, color } = display(value, config);
      seen.set(text, color);
      const left = ((Math.max(start, from) - from) / (to - from)) * 100;
      const width = ((end - Math.max(start, from)) / (to - from)) * 100;
      return `<b style="left:${left}%;width:${width}%;background:${color}">${escaped(text)}</b>`;
    });
    return `<div class="band"><span>${escaped(each.name)}</span><i>${spans.join('')}</i></div>`;
  });
  const times = [0, 0.25, 0.5, 0.75, 1].map((part) => clock(from + part * (to - from)));
  return `<div class="bands">${bands.join('')}</div>
    <div class="times"><span></span><i>${times.map((each) => `<u>${each}</u>`).join('')}</i></div>
    <div class="legend">${[...seen]
      .map(([text, color]) => `<span><b style="background:${color}"></b>${escaped(text)}</span>`)
      .join('')}</div>`;
}

/** Runs of the same value; a hole ends one. */
function spansOf({ points }: Series, to: number) {
  const all = [...points];
  const step = all.length > 1 ? (all[1]?.[0] ?? 0) - (all[0]?.[0] ?? 0) : 1;
  const spans: { value: number; start: number; end: number }[] = [];
  for (const [time, value] of all) {
    const last = spans.at(-1);
    const end = Math.min(time + step, to);
    if (last && last.value === value && time - last.end < step / 2) last.end = end;
    else spans.push({ value, start: time, end });
  }
  return spans;
}

function clock(time: number): string {
  return new Date(time * 1000).toISOString().slice(11, 19);
}
