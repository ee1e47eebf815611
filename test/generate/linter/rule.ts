import type { Dashboard, Panel, Target } from '../../support/generated.ts';

/** A rule of https://github.com/grafana/dashboard-linter, or one of our own. */
export interface Rule {
  readonly name: string;
  /** What is wrong with a dashboard, in words. */
  readonly lint: (dashboard: Dashboard) => string[];
  /** How a dashboard can be broken, by replacing text in its JSON, and what is said of it. */
  readonly breaks: readonly Break[];
}

export interface Break {
  readonly from: string;
  readonly to: string;
  readonly says: string;
}

export function ofPanels(lint: (panel: Panel, dashboard: Dashboard) => string[]): Rule['lint'] {
  return (dashboard) =>
    dashboard.panels
      .filter(({ type }) => type !== 'row')
      .flatMap((panel) => lint(panel, dashboard).map((what) => `${panel.title}: ${what}`));
}

/** Annotations ask as well. */
export function ofTargets(
  lint: (target: Target, panel: Pick<Panel, 'type' | 'title'>) => string[],
): Rule['lint'] {
  return ({ panels, annotations }) =>
    [
      ...panels,
      ...annotations.list.map(({ name, target }) => ({
        type: 'annotation',
        title: name,
        targets: [target],
      })),
    ].flatMap((panel) =>
      (panel.targets ?? []).flatMap((target) =>
        lint(target, panel).map((what) => `${panel.title}, ${target.refId}: ${what}`),
      ),
    );
}
