import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from '../policies/example.ts';

const PRINTED: Readonly<Record<string, readonly string[]>> = {
  dependencies: [
    'workday: available',
    'jira: status 503',
    'database: available',
    '66.67 %, bulk work: false',
    'database is not available: connection lost',
    'Attempt 1 to recover database ended well',
    'database is available again after 0 s, and 1 attempt to recover it',
    'available: true, attempts since: 0',
  ],
};

describe('the example', () => {
  it.each(Object.entries(PRINTED))('%s prints what the page says', async (name, lines) => {
    expect(await run(`examples/health/${name}.ts`)).toEqual({ lines, complaints: '' });
    const page = readFileSync('docs/health.md', 'utf8');
    const text = readFileSync(`examples/health/${name}.ts`, 'utf8').trimEnd();
    expect(page).toContain(`\`\`\`ts\n${text}\n\`\`\``);
    expect(page).toContain(`\`\`\`text\n${lines.join('\n')}\n\`\`\``);
  });

  it('is run, whichever there is', () => {
    const names = readdirSync('examples/health').map((file) => file.replace('.ts', ''));
    expect(names.sort()).toEqual(Object.keys(PRINTED).sort());
  });
});
