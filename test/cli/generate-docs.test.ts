import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DASHBOARD_FORMATS, RULE_FORMATS } from '../../src/generate/options/selection.ts';
import { blocksOf, deadLinks } from '../support/markdown.ts';
import { cli } from './cli.ts';

const page = readFileSync('docs/generate.md', 'utf8');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cockatiel-otel-docs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('docs/generate.md', () => {
  it('has commands that succeed and write to folders that the page names', () => {
    const offenders: unknown[] = [];
    for (const line of blocksOf(page, 'sh').flatMap((block) => block.split('\n'))) {
      const target = mkdtempSync(join(folder, 'out-'));
      // No argument on the page contains a space.
      const [npx, name, ...args] = line.replaceAll("'", '').split(' ');
      const { code, stdout, stderr } = cli(args, target);
      const unnamed = readdirSync(target).filter(
        (entry) => !new RegExp(`\\b${entry}\\b`).test(page),
      );
      const isExpected =
        `${npx} ${name}` === 'npx cockatiel-otel' &&
        code === 0 &&
        stderr === '' &&
        stdout !== '' &&
        unnamed.length === 0;
      if (!isExpected) offenders.push({ line, code, stderr, unnamed });
    }
    expect(offenders).toEqual([]);
  }, 60_000);

  it('has an example in code that writes the files it names', () => {
    const [code = '', ...more] = blocksOf(page, 'ts');
    expect(more).toEqual([]);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(resolve('.'), join(folder, 'node_modules/cockatiel-otel'));
    writeFileSync(join(folder, 'example.mjs'), code);
    execFileSync(process.execPath, ['example.mjs'], { cwd: folder });
    expect(readdirSync(join(folder, 'kubernetes')).sort()).toEqual([
      'resilience-alerts.yaml',
      'resilience-fleet.yaml',
      'resilience-recording-rules.yaml',
    ]);
  });

  it('lists every format', () => {
    const listed = [...page.matchAll(/^\| `(\w[\w-]*)`/gm)].map(([, format]) => format);
    expect(listed).toEqual([...DASHBOARD_FORMATS, ...RULE_FORMATS]);
  });

  it('has no dead link', () => {
    expect(deadLinks('docs/generate.md')).toEqual([]);
  });
});
