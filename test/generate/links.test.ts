import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { deadLinks } from '../support/markdown.ts';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

it.each(pages)('every link of %s leads to a file, and to a heading, that is there', (page) => {
  expect(deadLinks(page)).toEqual([]);
});
