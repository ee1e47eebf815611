import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { differing, repositoryFiles } from '../../scripts/repository-files.ts';
import { writeFiles } from '../../src/generate/formats/write-files.ts';
import { generate } from '../../src/generate/index.ts';
import { Installation } from '../support/installation.ts';

describe('the committed files', () => {
  it('are what is generated', () => {
    const root = resolve('.');
    expect(differing(root, repositoryFiles(root))).toEqual([]);
  });
});

describe('generating', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'generate-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('gives the same text every time', () => {
    expect(generate()).toEqual(generate());
    expect(JSON.stringify(generate())).not.toMatch(/\b20\d\d-\d\d/);
  });

  it('writes rules and dashboards of both committed namings, what the example needs, and the docs', () => {
    writeFiles(root, repositoryFiles(root));
    expect(differing(root, repositoryFiles(root))).toEqual([]);
    const paths = Object.keys(generate());
    expect(paths).toEqual(
      expect.arrayContaining([
        'alerts/resilience-alerts.yaml',
        'alerts/resilience-recording-rules.yaml',
        'dashboards/resilience-fleet.json',
      ]),
    );
    expect(Object.keys(repositoryFiles(root))).toEqual([
      ...paths,
      ...paths.map((path) =>
        path.startsWith('alerts/')
          ? path.replace('/', '/otlp/')
          : path.replace('dashboards/', 'dashboards-otlp/').replace('.json', '-otlp.json'),
      ),
      // Not under alerts/, where those who load all rules of a folder would load it too.
      'examples/grafana/alertmanager.yaml',
      'examples/grafana/provisioning/dashboards/resilience.yaml',
      'semconv/registry/manifest.yaml',
      'semconv/registry/attributes.yaml',
      'semconv/registry/metrics.yaml',
      'docs/metrics.md',
    ]);
  });

  it('tells which files are missing or differ', async () => {
    const files = repositoryFiles(root);
    writeFiles(root, files);
    await writeFile(join(root, 'docs/metrics.md'), 'edited by hand');
    await rm(join(root, 'alerts/otlp/resilience-alerts.yaml'));
    expect(differing(root, files)).toEqual([
      'alerts/otlp/resilience-alerts.yaml',
      'docs/metrics.md',
    ]);
  });

  it('puts a table into the README and leaves the rest of it alone', async () => {
    const path = join(root, 'README.md');
    const page = 'Before\n<!-- metrics:begin -->\nold\n<!-- metrics:end -->\nafter\n';
    await writeFile(path, page);
    writeFiles(root, repositoryFiles(root));
    const written = await readFile(path, 'utf8');
    expect(written).toMatch(
      /^Before\n<!-- metrics:begin -->\n\| metric \|.*\|\n<!-- metrics:end -->\nafter\n$/s,
    );
    expect(written).toContain('| `resilience.executions` | counter `{execution}` |');
  });

  it.each([
    'no marker at all',
    '<!-- metrics:begin --> with no end',
    '<!-- metrics:end --> before <!-- metrics:begin -->',
    '<!-- metrics:begin --><!-- metrics:end --> twice <!-- metrics:begin --><!-- metrics:end -->',
  ])('does not guess where the table goes in a README with %s', async (page) => {
    await writeFile(join(root, 'README.md'), page);
    expect(() => repositoryFiles(root)).toThrow(
      'Expected the page to have one <!-- metrics:begin --> and after it one <!-- metrics:end -->',
    );
  });
});

describe('npm run generate', () => {
  const script = (...args: string[]) =>
    `process.argv.push(...${JSON.stringify(args)}); await import('./scripts/generate.ts');`;

  it('writes what is missing, and with --check only tells it and fails', async () => {
    const installation = await Installation.of({
      yaml: 'node_modules/yaml',
      '@grafana/grafana-foundation-sdk': 'node_modules/@grafana/grafana-foundation-sdk',
    });
    try {
      await expect(installation.run(script('--check'))).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining(
          'alerts/resilience-alerts.yaml differs: run `npm run generate`',
        ),
      });
      expect(await installation.run(script())).toContain('dashboards/resilience-fleet.json');
      expect(await installation.run(script('--check'))).toBe('');
    } finally {
      await installation.remove();
    }
  });
});
