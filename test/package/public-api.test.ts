import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { apiPage } from '../../scripts/api-page/page.ts';
import {
  type PublicEntry,
  type PublicExport,
  readPublicApi,
} from '../../scripts/api-page/public-api.ts';
import { differing } from '../../scripts/repository-files.ts';

const root = resolve('.');
const entries = readPublicApi(root);

const exports = entries.flatMap((entry) => entry.exports);

it('has a docstring and an example for each export; a constant needs no example', () => {
  const hasExample = ({ kind, docs }: PublicExport) =>
    kind === 'constant' || docs.tags.some(({ name }) => name === 'example');
  const offenders = exports
    .filter((item) => !item.docs.text || !hasExample(item))
    .map(({ file, name }) => `${file}: ${name}`);
  expect(exports.length).toBeGreaterThan(100);
  expect(offenders).toEqual([]);
});

it('has a docstring for each member of an exported type', () => {
  const offenders = exports.flatMap(({ file, name, members }) =>
    members
      .filter(({ docs }) => docs.text === '')
      .map((member) => `${file}: ${name}.${member.name}`),
  );
  expect(offenders).toEqual([]);
});

it('exports each type that an export mentions', () => {
  const names = new Set(exports.map(({ name }) => name));
  const offenders = exports.flatMap(({ file, name, mentions }) =>
    mentions
      .filter((mention) => !names.has(mention))
      .map((mention) => `${file}: ${name} mentions ${mention}`),
  );
  expect(offenders).toEqual([]);
});

it('has a current docs/api.md: otherwise run `npm run generate:api`', () => {
  expect(differing(root, { 'docs/api.md': apiPage(entries) })).toEqual([]);
});

it('reads overloads, inherited members, defaults and computed types', () => {
  const exportOf = (specifier: string, name: string) =>
    entries
      .find((entry) => entry.specifier === specifier)
      ?.exports.find((item) => item.name === name);
  const { declarations } = exportOf('cockatiel-otel/policies', 'resilient') ?? {};
  expect(declarations).toHaveLength(2);
  expect(declarations?.[0]).toMatch(/^function resilient<F extends .*\): F$/s);
  expect(exportOf('cockatiel-otel', 'instrument')?.declarations[0]).toContain(
    'options?: InstrumentOptions',
  );
  const options = exportOf('cockatiel-otel/prometheus', 'MetricsOptions')?.members ?? [];
  expect(options.find(({ name }) => name === 'cardinalityLimit?')?.type).toBe('number');
  expect(options.find(({ name }) => name === 'endpoint?')?.docs.tags).toEqual([
    { name: 'default', text: "'/metrics'" },
  ]);
  expect(exportOf('cockatiel-otel/policies', 'PolicyMember')?.declarations[0]).toMatch(
    /^type PolicyMember = .*'bulkhead'/,
  );
  const view = exportOf('cockatiel-otel/health', 'ExecutionView')?.members ?? [];
  expect(view.find(({ name }) => name === 'age_ms')?.type).toBe('number');
});

it('writes a table of contents, and a section for each export', () => {
  const docs = { text: 'Parses.', tags: [{ name: 'throws', text: 'Error if empty' }] };
  const none = { declarations: [], members: [], mentions: [] };
  const entry: PublicEntry = {
    specifier: 'pkg',
    docs: { text: 'All of it.', tags: [] },
    exports: [
      {
        ...none,
        name: 'Parse',
        kind: 'type',
        file: '',
        docs: { text: '', tags: [] },
        members: [
          { name: 'a?', type: '1 | 2', docs: { text: '', tags: [{ name: 'default', text: '1' }] } },
        ],
      },
      {
        ...none,
        name: 'parse',
        kind: 'function',
        file: '',
        docs,
        declarations: ['function parse(): Parse'],
        mentions: ['Parse', 'Other'],
      },
    ],
  };
  const page = apiPage([entry]);
  const lines = page.split('\n').filter((line) => line !== '');
  expect(lines.slice(2)).toEqual([
    '- [`pkg`](#pkg)',
    '  - Functions: [`parse`](#parse)',
    '  - Types: [`Parse`](#parse-1)',
    '## pkg',
    'All of it.',
    '### parse',
    'Parses.',
    '```ts',
    'function parse(): Parse',
    '```',
    '- Throws Error if empty',
    'Uses [`Parse`](#parse-1), `Other`.',
    '### Parse',
    '| member | type | default | meaning |',
    '|---|---|---|---|',
    '| `a?` | `1 \\| 2` | `1` |  |',
  ]);
});
