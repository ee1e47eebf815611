import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The files that a built file imports statically, with their sizes. */
function loadedWith(file: string, found = new Map<string, number>()): Map<string, number> {
  if (found.has(file)) return found;
  const text = readFileSync(file, 'utf8');
  found.set(file, text.length);
  for (const [, path = ''] of text.matchAll(/\b(?:from|import)\s*"(\.[^"]+)"/g)) {
    loadedWith(join(dirname(file), path), found);
  }
  return found;
}

describe('the built command', () => {
  it('loads the generator and the policies only for their commands', () => {
    const loaded = loadedWith('dist/cli/main.js');
    expect([...loaded.keys()]).not.toContain('dist/generate/index.js');
    const bytes = [...loaded.values()].reduce((sum, size) => sum + size);
    // Two thirds are the parser of arguments; the generator has ten times as much.
    expect(bytes).toBeLessThan(150_000);
  });
});
