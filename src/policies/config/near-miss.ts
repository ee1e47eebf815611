import { VARIABLES } from '../../presets/environment-variables.ts';

/** Edits between a documented name and a variable that is probably a misspelling of it. */
const MAX_EDITS = 2;

const documentedNames = Object.keys(VARIABLES).map((name) => {
  const [before = '', after] = name.split('<NAME>').map((part) => part.split('_').filter(Boolean));
  return {
    name: name.replace(/<NAME>_?/, '').replace(/_$/, ''),
    before: before as string[],
    after,
  };
});

/** Whether a variable is probably a misspelling of a documented name, such as `RETRY_MAX_ATTEMPT`. */
export function isNearMiss(variable: string): boolean {
  const words = variable.split('_');
  return documentedNames.some(({ name, before, after }) =>
    after === undefined
      ? isClose(variable, name)
      : // A misspelling may join the words after `<NAME>`, or split one of them.
        [-1, 0, 1].some((extraWords) => {
          const last = words.length - after.length - extraWords;
          if (after.length + extraWords < 0 || last <= before.length) return false;
          return isClose([...words.slice(0, before.length), ...words.slice(last)].join('_'), name);
        }),
  );
}

function isClose(a: string, b: string): boolean {
  return Math.abs(a.length - b.length) <= MAX_EDITS && edits(a, b) <= MAX_EDITS;
}

/** The Levenshtein distance. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, otherLetter] of [...b].entries()) {
      const replaced = (row[j] as number) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
}
