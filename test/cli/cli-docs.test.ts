import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_URL } from '../../src/cli/client/address.ts';
import { breakerNamed, TOKEN } from '../health/support.ts';
import { eventually } from '../support/eventually.ts';
import { blocksOf, deadLinks } from '../support/markdown.ts';
import { run, start } from './cli.ts';
import { serve, unusedUrl } from './service.ts';

const page = readFileSync('docs/cli.md', 'utf8');
const commands = [...page.matchAll(/^\| `(\w+)/gm)].map(([, command = '']) => command);

/** The words of a line as a shell splits them. */
const wordsOf = (line: string) =>
  [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
const flagsIn = (text: string) => new Set(text.match(/--[a-z][a-z-]+/g));

describe('docs/cli.md', () => {
  it('lists every command', async () => {
    const { stdout } = await run(['--help']);
    const [, list = ''] = stdout.split('Commands:\n');
    const actual = [...list.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
    expect(commands).toEqual(actual.filter((name) => name !== 'help'));
  });

  it('lists every option, and no unknown one', async () => {
    const actual = new Set(['--help', '--token']);
    for (const command of commands.filter((name) => !['generate', 'config'].includes(name))) {
      const { code, stdout } = await run([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^ {2}\\$ cockatiel-otel ${command}`, 'm'));
      const [, options = ''] = stdout.split(/^Options:$/m);
      for (const flag of flagsIn(options.split(/^Examples:$/m)[0] ?? '')) actual.add(flag);
    }
    const documented = flagsIn(page);
    const undocumented = [...actual].filter(
      (flag) => !documented.has(flag) && !['--help', '--token'].includes(flag),
    );
    const unknown = [...documented].filter((flag) => !actual.has(flag));
    expect({ undocumented, unknown }).toEqual({ undocumented: [], unknown: [] });
  }, 30_000);

  it('has commands that succeed against a service', async () => {
    breakerNamed('servicenow');
    const { url } = await serve({ token: TOKEN });
    const env = { COCKATIEL_OTEL_URL: url, COCKATIEL_OTEL_TOKEN: TOKEN };
    const offenders: unknown[] = [];
    for (const line of blocksOf(page, 'sh').flatMap((block) => block.split('\n'))) {
      const [npx, name, ...args] = wordsOf(line.replace(DEFAULT_URL, url));
      expect([npx, name]).toEqual(['npx', 'cockatiel-otel']);
      const command = start(args, env);
      if (args.includes('--watch')) {
        await eventually('output', () => command.stdout || undefined);
        command.child.kill('SIGINT');
      }
      const result = await command.result();
      if (result.code !== 0 || result.stderr !== '' || result.stdout === '') {
        offenders.push({ line, ...result });
      }
    }
    expect(offenders).toEqual([]);
  }, 60_000);

  it('shows the table and the messages that the command prints', async () => {
    breakerNamed('servicenow');
    const { url } = await serve({ token: TOKEN });
    const { stdout } = await run(['breakers', '--url', url]);
    const headingsOf = (text = '') => text.split('\n')[0]?.split(/ {2,}/);
    const [table, errors = ''] = blocksOf(page, 'text');
    expect(headingsOf(table)).toEqual(headingsOf(stdout));
    const unused = await unusedUrl();
    const down = await run(['check', '--url', unused]);
    const withoutToken = await run(['reset', 'servicenow', '--url', url]);
    expect(`${errors}\n`).toBe(
      down.stderr.replace(unused, DEFAULT_URL) + withoutToken.stderr.replace(url, DEFAULT_URL),
    );
  });

  it('has no dead link', () => {
    expect(deadLinks('docs/cli.md')).toEqual([]);
  });
});
