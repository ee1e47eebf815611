import type { Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  type GridLayoutItemKind,
  type GridLayoutKind,
  RepeatMode,
  type RowsLayoutKind,
  type RowsLayoutRowKind,
} from '@grafana/grafana-foundation-sdk/dashboardv2';

type Any = Panel | RowPanel;

/** All that is no row, also what is folded into one. */
export function panelsOf(panels: readonly Any[]): Panel[] {
  return panels.flatMap((panel) => (isRow(panel) ? panel.panels : [panel]));
}

/** In the classic schema a row is a line between panels; here it holds those that come after it. */
export function layout(
  panels: readonly Any[],
  nameOf: (panel: Panel) => string,
): GridLayoutKind | RowsLayoutKind {
  const sections: { row?: RowPanel; panels: Panel[] }[] = [];
  for (const panel of panels) {
    if (isRow(panel)) sections.push({ row: panel, panels: [...panel.panels] });
    else if (sections.length > 0) sections.at(-1)?.panels.push(panel);
    else sections.push({ panels: [panel] });
  }
  if (sections.every(({ row }) => row === undefined)) return grid(panelsOf(panels), nameOf);
  return {
    kind: 'RowsLayout',
    spec: { rows: sections.map((section) => rowOf(section.row, grid(section.panels, nameOf))) },
  };
}

function rowOf(row: RowPanel | undefined, inside: GridLayoutKind): RowsLayoutRowKind {
  return {
    kind: 'RowsLayoutRow',
    spec: {
      title: row?.title ?? '',
      collapse: row?.collapsed ?? false,
      ...(row ? {} : { hideHeader: true }),
      ...(row?.repeat ? { repeat: { mode: RepeatMode.Variable, value: row.repeat } } : {}),
      layout: inside,
    },
  };
}

/** Heights begin anew in every row. */
function grid(panels: readonly Panel[], nameOf: (panel: Panel) => string): GridLayoutKind {
  const top = Math.min(...panels.map(({ gridPos }) => gridPos?.y ?? 0));
  return {
    kind: 'GridLayout',
    spec: { items: panels.map((panel) => item(panel, top, nameOf(panel))) },
  };
}

function item({ gridPos, ...panel }: Panel, top: number, name: string): GridLayoutItemKind {
  if (gridPos === undefined) throw new Error(`Expected a place for the panel ${panel.title}`);
  const { repeat, repeatDirection: direction, maxPerRow } = panel;
  return {
    kind: 'GridLayoutItem',
    spec: {
      x: gridPos.x,
      y: gridPos.y - top,
      width: gridPos.w,
      height: gridPos.h,
      element: { kind: 'ElementReference', name },
      ...(repeat
        ? {
            repeat: {
              mode: RepeatMode.Variable,
              value: repeat,
              ...(direction ? { direction } : {}),
              ...(maxPerRow ? { maxPerRow } : {}),
            },
          }
        : {}),
    },
  };
}

function isRow(panel: Any): panel is RowPanel {
  return panel.type === 'row';
}
