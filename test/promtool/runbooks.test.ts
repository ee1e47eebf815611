import { readdirSync, readFileSync } from 'node:fs';
import { it } from 'vitest';
import { stringify } from 'yaml';
import { blocksOf } from '../support/markdown.ts';
import { run, withFile } from './promtool.ts';

it.each(readdirSync('docs/runbooks'))('promtool takes every query of %s', (file) => {
  const page = readFileSync(`docs/runbooks/${file}`, 'utf8');
  const rules = blocksOf(page, 'promql').map((expr, index) => ({ record: `query:${index}`, expr }));
  const content = stringify({ groups: [{ name: 'queries', rules }] });
  return withFile('rules.yaml', content, (path) => run(['check', 'rules', path]));
});
