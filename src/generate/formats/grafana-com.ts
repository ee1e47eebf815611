import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from '../dashboards/variables.ts';

const INPUT = 'DS_PROMETHEUS';

/** The oldest Grafana that has all that the dashboards use. */
const GRAFANA = '11.0.0';

/**
 * A dashboard to be shared on grafana.com: whoever imports it is asked once for a data source, which
 * takes the place of the variable that chooses one.
 */
export function sharedDashboard(dashboard: Dashboard): string {
  const { templating, ...rest } = dashboard;
  const shared = {
    __inputs: [
      {
        name: INPUT,
        label: 'Prometheus',
        description: '',
        type: 'datasource',
        pluginId: DATASOURCE.type,
        pluginName: 'Prometheus',
      },
    ],
    __elements: {},
    __requires: [
      { type: 'grafana', id: 'grafana', name: 'Grafana', version: GRAFANA },
      { type: 'datasource', id: DATASOURCE.type, name: 'Prometheus', version: '1.0.0' },
      ...panelTypes(dashboard.panels).map((id) => ({ type: 'panel', id, name: id, version: '' })),
    ],
    // An id is given by the Grafana that imports it.
    id: null,
    ...rest,
    templating: { list: templating.list?.filter(({ type }) => type !== 'datasource') },
  };
  return `${JSON.stringify(shared, null, 2)
    .replaceAll(DATASOURCE.uid, `\${${INPUT}}`)
    // There is no such variable to be handed on by a link.
    .replaceAll(/\$\{datasource:queryparam\}&?/g, '')}\n`;
}

function panelTypes(panels: readonly (Panel | RowPanel)[] = []): string[] {
  const types = panels.flatMap((panel) => (isRow(panel) ? panelTypes(panel.panels) : [panel.type]));
  return [...new Set(types)].sort();
}

function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === 'row';
}
