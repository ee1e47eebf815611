import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { blocksOf } from '../support/markdown.ts';
import { run, withFile } from './promtool.ts';

it('promtool accepts every query of the runbooks', async () => {
  const files = readdirSync('docs/runbooks');
  expect(files.length).toBeGreaterThan(20);
  const groups = files.map((file) => ({
    name: file,
    rules: blocksOf(readFileSync(`docs/runbooks/${file}`, 'utf8'), 'promql').map((expr, index) => ({
      record: `query:${file.replace('.md', '')}:${index}`,
      expr,
    })),
  }));
  await withFile('rules.yaml', stringify({ groups }), (path) => run(['check', 'rules', path]));
});
