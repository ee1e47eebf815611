import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { registryFiles } from '../../scripts/semconv-registry.ts';
import * as attributes from '../../src/semconv/attributes.ts';
import { CONNECTION_METRICS, METRICS as CORE } from '../../src/semconv/metrics.ts';

const METRICS = [...CORE, ...CONNECTION_METRICS];

/**
 * The parts of Weaver's `schemas/semconv.schema.v2.json` and `schemas/definition-manifest.v2.json` that
 * the registry uses. No package contains these schemas. Members that they allow and the registry does
 * not use are errors here.
 */
const text = v.pipe(v.string(), v.minLength(1));
const id = v.pipe(text, v.regex(/^[a-z0-9]+([._][a-z0-9]+)*$/));
const stability = v.picklist([
  'stable',
  'development',
  'deprecated',
  'alpha',
  'beta',
  'release_candidate',
]);
const common = { brief: text, stability };
const member = v.strictObject({ ...common, id, value: text });
const attribute = v.union([
  // Examples are required of strings.
  v.strictObject({ ...common, key: id, type: v.literal('string'), examples: v.array(text) }),
  v.strictObject({ ...common, key: id, type: v.strictObject({ members: v.array(member) }) }),
]);
const metric = v.strictObject({
  ...common,
  name: id,
  instrument: v.picklist(['counter', 'updowncounter', 'gauge', 'histogram']),
  unit: text,
  attributes: v.array(
    v.strictObject({
      ref: id,
      requirement_level: v.picklist(['required', 'recommended', 'opt_in']),
    }),
  ),
});
const definition = (content: v.ObjectEntries) =>
  v.strictObject({ file_format: v.literal('definition/2'), ...content });
const schemaUrl = v.pipe(text, v.regex(/^https?:\/\/[^/]+\/.*\d+\.\d+\.\d+$/));
const SCHEMAS = {
  'semconv/registry/manifest.yaml': v.strictObject({
    schema_url: schemaUrl,
    description: text,
    stability,
    dependencies: v.array(v.strictObject({ schema_url: schemaUrl, registry_path: text })),
  }),
  'semconv/registry/attributes.yaml': definition({ attributes: v.array(attribute) }),
  'semconv/registry/metrics.yaml': definition({ metrics: v.array(metric) }),
};

const files = registryFiles('1.2.3');
const read = <T>(name: string): T => parse(files[`semconv/registry/${name}.yaml`] ?? '') as T;
const defined = read<{ attributes: v.InferOutput<typeof attribute>[] }>('attributes').attributes;
const metrics = read<{ metrics: v.InferOutput<typeof metric>[] }>('metrics').metrics;

describe('the registry for OpenTelemetry Weaver', () => {
  it('matches the schemas of Weaver', () => {
    expect(Object.keys(files)).toEqual(Object.keys(SCHEMAS));
    for (const [path, schema] of Object.entries(SCHEMAS)) {
      const { issues = [] } = v.safeParse(schema, parse(files[path] ?? ''));
      expect({ path, issues: issues.map((issue) => [v.getDotPath(issue), issue.message]) }).toEqual(
        {
          path,
          issues: [],
        },
      );
    }
  });

  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const committed = readFileSync('semconv/registry/manifest.yaml', 'utf8');
    expect((parse(committed) as { schema_url: string }).schema_url).toMatch(`/${version}`);
  });

  it('has every metric of the catalog, once, with its attributes', () => {
    const expected = METRICS.map(({ name, subject, attributes: own }) => [
      name,
      [subject, ...Object.keys(own)],
    ]);
    expect(metrics.map(({ name, attributes: own }) => [name, own.map(({ ref }) => ref)])).toEqual(
      expected,
    );
  });

  it('defines the attributes of its metrics and no others, except that of OpenTelemetry', () => {
    const keys = defined.map(({ key }) => key);
    const referred = new Set(metrics.flatMap(({ attributes: own }) => own.map(({ ref }) => ref)));
    referred.delete(attributes.ATTR_ERROR_TYPE);
    expect(new Set(keys).size).toBe(keys.length);
    expect([...keys].sort()).toEqual([...referred].sort());
  });

  it('has the values of the catalog, each once, and unique ids', () => {
    const wrong = defined.flatMap(({ key, type }) => {
      const values = new Set(METRICS.flatMap(({ attributes: own }) => own[key] ?? []));
      const members = type === 'string' ? [] : type.members;
      const isSame =
        members.length === values.size && members.every(({ value }) => values.has(value));
      const ids = new Set(members.map((member) => member.id));
      return isSame && ids.size === members.length ? [] : [key];
    });
    expect(wrong).toEqual([]);
  });
});
