import type { Canvas } from '../watch.ts';
import { bad, dim } from './paint.ts';
import { cutTo } from './table.ts';
import { clock } from './time.ts';

// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
/** A screen of its own, without a cursor, on which long lines do not wrap. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const END_OF_LINE = '\x1b[K';
const BELOW = '\x1b[J';

/** A terminal. Draws over what was drawn before; what was seen last stays when it ends. */
export class Screen implements Canvas {
  readonly #out: NodeJS.WriteStream;
  readonly #title: string;
  #last = '';
  #isOn = false;

  constructor(out: NodeJS.WriteStream, title: string) {
    this.#out = out;
    this.#title = title;
  }

  begin(): void {
    this.#isOn = true;
    this.#out.write(ENTER);
  }

  draw(seen: string): void {
    this.#last = seen;
    this.#show([]);
  }

  miss(why: string): void {
    // What was seen stays below, and how old it is can be seen above.
    this.#show([...wrapped(`${why}. Asking again.`, this.#columns).map(bad), '']);
  }

  end(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#out.write(`${LEAVE}${this.#last}${this.#last === '' ? '' : '\n'}`);
  }

  #show(news: readonly string[]): void {
    const head = dim(cutTo(`${this.#title}  ${clock()}`, this.#columns));
    const lines = [head, '', ...news, ...this.#last.split('\n')];
    const rows = this.#out.rows || 24;
    const over = lines.length - rows;
    if (over > 0) lines.splice(rows - 1, over + 1, dim(`… ${over + 1} more lines`));
    this.#out.write(HOME + lines.map((line) => line + END_OF_LINE).join('\n') + BELOW);
  }

  get #columns(): number {
    return this.#out.columns || 80;
  }
}

/** Text in lines of so many columns, broken between words. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
