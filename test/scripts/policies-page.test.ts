import { describe, expect, it } from 'vitest';
import {
  knownErrorsTable,
  namesTable,
  policiesPage,
  presetsTable,
  variablesTable,
} from '../../scripts/docs/policies-page.ts';
import { VARIABLES } from '../../src/presets/environment-variables.ts';
import { KNOWN_ERRORS } from '../../src/presets/known-errors/index.ts';
import { PRESET_NAMES } from '../../src/presets/presets.ts';
import { DOCUMENTED } from '../policies/support.ts';

const rowOf = (table: string, first: string) => {
  const line = table.split('\n').find((item) => item.startsWith(`| \`${first}\` |`)) ?? '';
  return line.split(' | ').map((cell) => cell.replaceAll(/^\| | \|$/g, ''));
};

describe('the page of the policies', () => {
  it.each(DOCUMENTED)('has the numbers of $preset', (documented) => {
    const { preset, calls, failures, open, timeout, bulkhead } = documented;
    const row = rowOf(presetsTable(), preset);
    expect(row[2]).toBe(`${calls}`);
    expect(row[4]).toBe(`${timeout}`);
    expect(row[5]).toBe(`${failures} failed calls`);
    expect(row[6]).toMatch(new RegExp(`^${open}\\b`));
    expect(row[7]).toBe(bulkhead ? `${bulkhead}` : 'unlimited');
  });

  it('has the start times of calls, as a range if there is jitter', () => {
    expect(rowOf(presetsTable(), 'enterprise')[3]).toBe('0, 2, 6');
    expect(rowOf(presetsTable(), 'http')[3]).toBe('0, 0.5, 1.5, 3.5');
    expect(rowOf(presetsTable(), 'default')[3]).toBe('0, 0.5 to 1, 1.5 to 3');
    expect(rowOf(presetsTable(), 'auth')[6]).toBe('30, doubled with each failed probe');
  });

  it('lists the retried errors', () => {
    expect(rowOf(presetsTable(), 'http')[9]).toBe(
      '429, 500, 502, 503, 504, transient errors without a status',
    );
    expect(rowOf(presetsTable(), 'apiClient')[9]).toBe('transient errors without a status');
    expect(rowOf(presetsTable(), 'llm')[9]).toBe('408, 429, 5xx, all other transient errors');
  });

  it('has every known error and every field', () => {
    const page = knownErrorsTable();
    for (const { field, values, source } of KNOWN_ERRORS) {
      const cells = `| \`${field}\` | ${values.map((value) => `\`${value}\``).join(', ')} | ${source} |`;
      expect(page).toContain(cells);
      expect(rowOf(page, field)).toHaveLength(2);
    }
  });

  it('has every preset and every variable', () => {
    for (const preset of PRESET_NAMES) expect(rowOf(namesTable(), preset)).toHaveLength(3);
    for (const variable of Object.keys(VARIABLES)) {
      const prefixed = variable.replace(/^(?!RESILIENCE_)/, 'RESILIENCE_');
      expect(rowOf(variablesTable(), prefixed)).toHaveLength(5);
    }
    expect(rowOf(namesTable(), 'enterprise')).toEqual([
      '`enterprise`',
      '`ENTERPRISE`',
      '`DEFAULT`',
    ]);
  });

  it('shows the examples that it names, and wants them to exist', () => {
    const marked = ['presets', 'known-errors', 'names', 'variables', 'examples/policies/a.ts']
      .map((name) => `<!-- ${name}:begin -->\n<!-- ${name}:end -->`)
      .join('\n');
    const read = (path: string) =>
      ({ 'docs/policies.md': marked, 'examples/policies/a.ts': 'a();\n' })[path];
    expect(policiesPage(read)['docs/policies.md']).toContain('```ts\na();\n```');
    expect(() =>
      policiesPage((path) => (path === 'docs/policies.md' ? marked : undefined)),
    ).toThrow('Expected examples/policies/a.ts, which docs/policies.md shows, to exist');
    expect(policiesPage(() => undefined)).toEqual({});
  });
});
