import type { GenerateSettings } from '../options/generate-options.ts';
import { yamlFile } from './yaml.ts';

interface Head {
  readonly apiVersion: string;
  readonly kind: string;
  /** Lower-case letters and dashes, as Kubernetes wants it. */
  readonly name: string;
  /** By which it is found, unless the options say otherwise. */
  readonly labels: Readonly<Record<string, string>>;
}

export function kubernetesObject(
  { apiVersion, kind, name, labels }: Head,
  body: object,
  settings: Pick<GenerateSettings, 'labels'>,
): string {
  return yamlFile({
    apiVersion,
    kind,
    metadata: {
      name,
      labels: { 'app.kubernetes.io/name': 'cockatiel-otel', ...labels, ...settings.labels },
    },
    ...body,
  });
}
