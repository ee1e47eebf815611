import { bad, dim } from './colors.ts';
import type { Display } from './display.ts';
import { Screen } from './screen.ts';
import { formatClock } from './time.ts';

/** A full screen in a terminal; otherwise each text below the previous one. */
export function createDisplay(title: string, isJson: boolean): Display {
  const { stdout, stderr } = process;
  if (isJson) {
    return createLog(
      (text) => stdout.write(`${text}\n`),
      (message) => stderr.write(`${message}\n`),
    );
  }
  if (stdout.isTTY && process.env['TERM'] !== 'dumb') return new Screen(stdout, title);
  return createLog(
    (text) => stdout.write(`${dim(formatClock())}  ${text}\n\n`),
    (message) => stdout.write(`${dim(formatClock())}  ${bad(message)}\n\n`),
  );
}

function createLog(
  write: (text: string) => unknown,
  writeError: (message: string) => unknown,
): Display {
  let lastError = '';
  return {
    begin() {},
    draw(text) {
      lastError = '';
      write(text);
    },
    drawError(message) {
      // An outage is one message, however long it lasts.
      if (message !== lastError) writeError(`${message}. Retrying.`);
      lastError = message;
    },
    end() {},
  };
}
