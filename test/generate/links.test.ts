import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';
import { deadLinks, linksOf } from '../support/markdown.ts';

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

it('every link in the documentation leads to a file and heading that exist', () => {
  expect(pages.flatMap((page) => deadLinks(page).map((link) => `${page}: ${link}`))).toEqual([]);
});

it('every link of a page in the npm package leads to a file in the npm package', () => {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
  });
  const [packed] = JSON.parse(output) as [{ files: { path: string }[] }];
  const files = new Set(packed.files.map(({ path }) => path));
  const folders = new Set([...files].map((file) => dirname(file)));
  const missing = [...files]
    .filter((file) => file.endsWith('.md'))
    .flatMap((page) =>
      linksOf(page)
        .filter((link) => !/^([a-z]+:|#)/.test(link))
        .map((link) => normalize(join(dirname(page), link.split('#')[0] ?? '')))
        .filter((target) => !files.has(target) && !folders.has(target))
        .map((target) => `${page}: ${target}`),
    );
  expect(missing).toEqual([]);
});
