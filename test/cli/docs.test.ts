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
import { DASHBOARD_FORMATS, RULE_FORMATS } from '../../src/generate/selection.ts';
import { cli } from './cli.ts';

const page = readFileSync('docs/generate.md', 'utf8');
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.+?)\`\`\`$`, 'gms'))].map(([, block = '']) =>
    block.trimEnd(),
  );

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cockatiel-otel-docs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('docs/generate.md', () => {
  it.each(blocks('sh').flatMap((block) => block.split('\n')))('%s', (line) => {
    // As a shell reads it: no argument has a space.
    const [npx, name, ...args] = line.replaceAll("'", '').split(' ');
    expect([npx, name]).toEqual(['npx', 'cockatiel-otel']);
    const { code, stdout, stderr } = cli(args, folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toBe('');
    // Every folder is one that the page tells of.
    for (const each of readdirSync(folder)) expect(page).toMatch(new RegExp(`\\b${each}\\b`));
  });

  it.each(blocks('ts'))('%s', (code) => {
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

  it('tells of every format', () => {
    const told = [...page.matchAll(/^\| `(\w[\w-]*)`/gm)].map(([, format]) => format);
    expect(told).toEqual([...DASHBOARD_FORMATS, ...RULE_FORMATS]);
  });

  it('links only to what is there', () => {
    for (const [, path = ''] of page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      expect(() => readFileSync(join('docs', path))).not.toThrow();
    }
  });
});
