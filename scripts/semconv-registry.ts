import type { Files } from '../src/generate/formats/write-files.ts';
import { yamlFile } from '../src/generate/formats/yaml.ts';
import { ATTRIBUTES, type AttributeDescription } from '../src/semconv/descriptions.ts';
import { CONNECTION_METRICS, METRICS, type Metric } from '../src/semconv/metrics.ts';

const FOLDER = 'semconv/registry';
const STABILITY = 'development';
const FORMAT = { file_format: 'definition/2' };

/** The conventions of OpenTelemetry, which define the type of an error. */
const OPENTELEMETRY = {
  schema_url: 'https://opentelemetry.io/schemas/1.44.0',
  registry_path: 'https://github.com/open-telemetry/semantic-conventions.git@v1.44.0[model]',
};

/**
 * The catalog as a registry of semantic conventions, which OpenTelemetry Weaver reads.
 *
 * @param version of this package, which is that of the registry
 */
export function registryFiles(version: string): Files {
  const file = (name: string, content: object) => ({ [`${FOLDER}/${name}`]: yamlFile(content) });
  return {
    ...file('manifest.yaml', {
      // It identifies the registry; nothing is served there.
      schema_url: `https://cockatiel-otel.example/schemas/${version}`,
      description: 'Metrics of cockatiel resilience policies, as cockatiel-otel reports them.',
      stability: STABILITY,
      dependencies: [OPENTELEMETRY],
    }),
    ...file('attributes.yaml', {
      ...FORMAT,
      attributes: Object.entries(ATTRIBUTES).map(([key, text]) => attributeOf(key, text)),
    }),
    ...file('metrics.yaml', {
      ...FORMAT,
      metrics: [...METRICS, ...CONNECTION_METRICS].map(metricOf),
    }),
  };
}

function attributeOf(key: string, { brief, examples, values }: AttributeDescription): object {
  const type = values
    ? {
        members: Object.entries(values).map(([value, text]) => ({
          id: value.replace(/^_/, '').toLowerCase(),
          value,
          brief: text,
          stability: STABILITY,
        })),
      }
    : 'string';
  return { key, type, brief, stability: STABILITY, ...(examples && { examples }) };
}

function metricOf({ name, instrument, unit, description, subject, attributes }: Metric): object {
  return {
    name,
    instrument,
    unit,
    brief: description,
    stability: STABILITY,
    attributes: [subject, ...Object.keys(attributes)].map((ref) => ({
      ref,
      requirement_level: 'required',
    })),
  };
}
