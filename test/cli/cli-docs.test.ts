import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_URL } from '../../src/cli/client/address.ts';
import { breakerNamed, TOKEN } from '../health/support.ts';
import { eventually } from '../support/eventually.ts';
import { blocksOf, deadLinks } from '../support/markdown.ts';
import { run, start } from './cli.ts';
import { nowhere, serve } from './service.ts';

const page = readFileSync('docs/cli.md', 'utf8');
const rows = [...page.matchAll(/^\| `(\w+)/gm)].map(([, command = '']) => command);

/** Words of a line as a shell parts them. */
const words = (line: string) =>
  [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
const long = (text: string) => new Set(text.match(/--[a-z][a-z-]+/g));

describe('docs/cli.md', () => {
  it('tells of every command, and of no other', async () => {
    const { stdout } = await run(['--help']);
    const [, list = ''] = stdout.split('Commands:\n');
    const commands = [...list.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
    expect(rows).toEqual(commands.filter((name) => name !== 'help'));
  });

  it('tells of every option, and of no other', async () => {
    const told = long(page);
    const there = new Set(['--help', '--token']);
    for (const command of rows.filter((name) => !['generate', 'config'].includes(name))) {
      const { code, stdout } = await run([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^ {2}\\$ cockatiel-otel ${command}`, 'm'));
      const [, options = ''] = stdout.split(/^Options:$/m);
      for (const option of long(options.split(/^Examples:$/m)[0] ?? '')) {
        there.add(option);
        expect(told).toContain(option);
      }
    }
    for (const option of told) expect(there).toContain(option);
  });

  it.each(blocksOf(page, 'sh').flatMap((block) => block.split('\n')))('%s', async (line) => {
    breakerNamed('servicenow');
    const { url } = await serve({ token: TOKEN });
    const env = { COCKATIEL_OTEL_URL: url, COCKATIEL_OTEL_TOKEN: TOKEN };
    const [npx, name, ...args] = words(line.replace(DEFAULT_URL, url));
    expect([npx, name]).toEqual(['npx', 'cockatiel-otel']);
    const command = start(args, env);
    if (args.includes('--watch')) {
      await eventually('it prints', () => command.stdout || undefined);
      command.child.kill('SIGINT');
    }
    const { code, stdout, stderr } = await command.result();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toBe('');
  });

  it('shows what is printed', async () => {
    breakerNamed('servicenow');
    const { url } = await serve({ token: TOKEN });
    const { stdout } = await run(['breakers', '--url', url]);
    const headings = (text = '') => text.split('\n')[0]?.split(/ {2,}/);
    const [table, errors = ''] = blocksOf(page, 'text');
    expect(headings(table)).toEqual(headings(stdout));
    const free = await nowhere();
    const down = await run(['check', '--url', free]);
    const refused = await run(['reset', 'servicenow', '--url', url]);
    expect(`${errors}\n`).toBe(
      down.stderr.replace(free, DEFAULT_URL) + refused.stderr.replace(url, DEFAULT_URL),
    );
  });

  it('links only to what is there', () => {
    expect(deadLinks('docs/cli.md')).toEqual([]);
  });
});
