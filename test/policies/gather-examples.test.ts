import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from './example.ts';

const EXAMPLES: readonly (readonly [file: string, page: string, prints: readonly string[]])[] = [
  [
    'examples/gather/profile.ts',
    'docs/degradation.md',
    ['partial: workday, in 2 calls', 'the name is Ada Lovelace', 'ad: failure', 'entra: timed_out'],
  ],
  [
    'examples/fallbacks/stale.ts',
    'docs/fallbacks.md',
    [
      '{ EUR: 0.9 }',
      'an old value is used for USD',
      'EUR 0.9, less than a second old',
      'GBP: status 503',
    ],
  ],
  [
    'examples/fallbacks/method.ts',
    'docs/fallbacks.md',
    [
      'ada may read: true',
      'ada may write: false',
      'after ten failures the circuit is open',
      'ada may read: false',
    ],
  ],
];

describe.each(EXAMPLES)('%s', (file, page, prints) => {
  it('prints the lines of its page', async () => {
    expect(await run(file)).toEqual({ lines: prints, complaints: '' });
  });

  it(`is in ${page}, with its output`, () => {
    const text = readFileSync(page, 'utf8');
    expect(text).toContain(`\`\`\`ts\n${readFileSync(file, 'utf8').trimEnd()}\n\`\`\``);
    expect(text).toContain(`\`\`\`text\n${prints.join('\n')}\n\`\`\``);
  });
});
