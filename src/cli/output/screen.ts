import type { Display } from '../watch.ts';
import { bad, dim } from './colors.ts';
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
export class Screen implements Display {
  readonly #out: NodeJS.WriteStream;
  readonly #title: string;
  #last = '';
  /** When that was. */
  #seenAt: string | undefined;
  /** Why it can't be seen now. */
  #missed = '';
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
    this.#seenAt = clock();
    this.#missed = '';
    this.#show();
  }

  miss(why: string): void {
    this.#missed = `${why}.`;
    this.#show();
  }

  end(): void {
    if (!this.#isOn) return;
    this.#isOn = false;
    const isBlank = this.#last === '' && this.#missed === '';
    const left = isBlank ? [] : [...this.#lines(this.#missed), ''];
    this.#out.write(LEAVE + left.join('\n'));
  }

  #show(): void {
    const lines = this.#lines(this.#missed && `${this.#missed} Asking again.`);
    const rows = this.#out.rows || 24;
    const over = lines.length - rows;
    if (over > 0) lines.splice(rows - 1, over + 1, dim(`… ${over + 1} more lines`));
    this.#out.write(HOME + lines.map((line) => line + END_OF_LINE).join('\n') + BELOW);
  }

  /** What was seen stays below, and how old it is stands above. */
  #lines(missed: string): string[] {
    const at = this.#seenAt ?? clock();
    const when = missed && this.#seenAt ? `seen last at ${at}` : at;
    const head = dim(cutTo(`${this.#title}  ${when}`, this.#columns));
    const news = missed ? [...wrapped(missed, this.#columns).map(bad), ''] : [];
    return [head, '', ...news, ...(this.#last === '' ? [] : this.#last.split('\n'))];
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
