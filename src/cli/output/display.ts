import type { Display } from '../watch.ts';
import { bad, dim } from './colors.ts';
import { Screen } from './screen.ts';
import { clock } from './time.ts';

/** Where what is watched is drawn: a screen, or below what was drawn before. */
export function displayFor(title: string, isJson: boolean): Display {
  const { stdout, stderr } = process;
  if (isJson) {
    return below(
      (seen) => stdout.write(`${seen}\n`),
      (why) => stderr.write(`${why}\n`),
    );
  }
  if (stdout.isTTY && process.env['TERM'] !== 'dumb') return new Screen(stdout, title);
  return below(
    (seen) => stdout.write(`${dim(clock())}  ${seen}\n\n`),
    (why) => stdout.write(`${dim(clock())}  ${bad(why)}\n\n`),
  );
}

/** For logs and other programs. */
function below(draw: (seen: string) => unknown, miss: (why: string) => unknown): Display {
  let missed = '';
  return {
    begin() {},
    draw(seen) {
      missed = '';
      draw(seen);
    },
    miss(why) {
      // Once, however long it lasts.
      if (why !== missed) miss(`${why}. Asking again.`);
      missed = why;
    },
    end() {},
  };
}
