import { FOLDER } from './folder.ts';
import { yamlFile } from './yaml.ts';

/** Where Grafana's documentation and image have dashboards. */
const PATH = '/var/lib/grafana/dashboards';

/** What makes Grafana load dashboards from a folder: its place is `provisioning/dashboards/`. */
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
          // What is edited in the browser would be gone with the next file.
          allowUiUpdates: false,
          options: { path: PATH },
        },
      ],
    },
    `Put the dashboards into ${PATH}, or change the path.`,
  );
}
