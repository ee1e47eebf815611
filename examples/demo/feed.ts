export type Tone = 'bad' | 'warning' | 'good' | 'news' | 'page';

export interface Entry {
  /** Milliseconds since the demo began. */
  readonly at: number;
  readonly tone: Tone;
  readonly service?: string;
  readonly text: string;
}

const KEPT = 100;

/** What just happened and why. */
export class Feed {
  readonly entries: Entry[] = [];
  /** Is told of every entry. */
  listener: (entry: Entry) => void = () => {};
  readonly #told = new Set<string>();
  readonly #start = performance.now();

  get now(): number {
    return performance.now() - this.#start;
  }

  tell(tone: Tone, text: string, service?: string): void {
    const entry = { at: this.now, tone, text, ...(service && { service }) };
    this.entries.push(entry);
    if (this.entries.length > KEPT) this.entries.shift();
    this.listener(entry);
  }

  /** Tells what happens many times a second once in a phase. */
  tellOnce(kind: string, tone: Tone, text: string, service: string): void {
    const key = `${service} ${kind}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.tell(tone, text, service);
  }

  /** A new phase: everything is news again. */
  turn(): void {
    this.#told.clear();
  }
}
