import type { GenerateSettings } from '../options/generate-options.ts';
import { yamlFile } from './yaml.ts';

interface ObjectHead {
  readonly apiVersion: string;
  readonly kind: string;
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  /** Default labels, by which an operator or a sidecar selects the object. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The YAML of a Kubernetes object with the labels of the options. */
export function kubernetesObject(
  { apiVersion, kind, name, labels }: ObjectHead,
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
