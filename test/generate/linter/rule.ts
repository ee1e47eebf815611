import type { Dashboard, Panel, Target } from '../../support/generated.ts';

/** A rule of https://github.com/grafana/dashboard-linter or of this project. */
export interface Rule {
  readonly name: string;
  /** Describes the faults of a dashboard. */
  readonly lint: (dashboard: Dashboard) => string[];
  /** Replacements in the JSON of a dashboard that the rule must detect, and its message. */
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
      .flatMap((panel) => lint(panel, dashboard).map((fault) => `${panel.title}: ${fault}`));
}

/** Applies to the queries of panels and annotations. */
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
        lint(target, panel).map((fault) => `${panel.title}, ${target.refId}: ${fault}`),
      ),
    );
}
