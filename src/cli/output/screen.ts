import { bad, dim } from './colors.ts';
import type { Display } from './display.ts';
import { truncate } from './table.ts';
import { formatClock } from './time.ts';

// https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
/** The alternate screen, without a cursor and without wrapping of long lines. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const CLEAR_REST_OF_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

/** A terminal that each text fills. The last text remains visible after the end. */
export class Screen implements Display {
  readonly #out: NodeJS.WriteStream;
  readonly #title: string;
  #text = '';
  /** When the service last responded. */
  #respondedAt: string | undefined;
  #error = '';
  #isActive = false;

  constructor(out: NodeJS.WriteStream, title: string) {
    this.#out = out;
    this.#title = title;
  }

  begin(): void {
    this.#isActive = true;
    this.#out.write(ENTER);
  }

  draw(text: string): void {
    this.#text = text;
    this.#respondedAt = formatClock();
    this.#error = '';
    this.#render();
  }

  drawError(message: string): void {
    this.#error = `${message}.`;
    this.#render();
  }

  end(): void {
    if (!this.#isActive) return;
    this.#isActive = false;
    const isEmpty = this.#text === '' && this.#error === '';
    const lines = isEmpty ? [] : [...this.#lines(this.#error), ''];
    this.#out.write(LEAVE + lines.join('\n'));
  }

  #render(): void {
    const lines = this.#lines(this.#error && `${this.#error} Retrying.`);
    const rows = this.#out.rows || 24;
    const hidden = lines.length - rows;
    if (hidden > 0) lines.splice(rows - 1, hidden + 1, dim(`… ${hidden + 1} more lines`));
    this.#out.write(HOME + lines.map((line) => line + CLEAR_REST_OF_LINE).join('\n') + CLEAR_BELOW);
  }

  /** An error comes above the last text, with the time of that text. */
  #lines(error: string): string[] {
    const time = this.#respondedAt ?? formatClock();
    const status = error && this.#respondedAt ? `last response at ${time}` : time;
    const heading = dim(truncate(`${this.#title}  ${status}`, this.#columns));
    const errorLines = error ? [...wrapWords(error, this.#columns).map(bad), ''] : [];
    return [heading, '', ...errorLines, ...(this.#text === '' ? [] : this.#text.split('\n'))];
  }

  get #columns(): number {
    return this.#out.columns || 80;
  }
}

function wrapWords(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
