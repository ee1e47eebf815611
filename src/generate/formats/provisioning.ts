import { FOLDER } from './folder.ts';
import { yamlFile } from './yaml.ts';

/** The folder for dashboards in Grafana's documentation and image. */
const PATH = '/var/lib/grafana/dashboards';

/** The file in `provisioning/dashboards/` that makes Grafana load dashboards from a folder. */
export function dashboardProvider(): string {
  return yamlFile(
    {
      apiVersion: 1,
      providers: [
        {
          name: 'cockatiel-otel',
          orgId: 1,
          folder: FOLDER,
          type: 'file',
          // The next generated file would overwrite changes from the browser.
          allowUiUpdates: false,
          options: { path: PATH },
        },
      ],
    },
    `Copy the dashboards to ${PATH}, or change the path.`,
  );
}
