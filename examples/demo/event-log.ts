export type Tone = 'bad' | 'warning' | 'good' | 'news' | 'page';

export interface LogEntry {
  /** Milliseconds since the demo began. */
  readonly at: number;
  readonly tone: Tone;
  readonly service?: string;
  readonly text: string;
}

const MAX_ENTRIES = 100;

/** The events of the demo. */
export class EventLog {
  readonly entries: LogEntry[] = [];
  /** Receives each entry. */
  listener: (entry: LogEntry) => void = () => {};
  readonly #addedInPhase = new Set<string>();
  readonly #start = performance.now();

  get now(): number {
    return performance.now() - this.#start;
  }

  add(tone: Tone, text: string, service?: string): void {
    const entry = { at: this.now, tone, text, ...(service && { service }) };
    this.entries.push(entry);
    if (this.entries.length > MAX_ENTRIES) this.entries.shift();
    this.listener(entry);
  }

  /** Adds a frequent event only once per phase. */
  addOnce(kind: string, tone: Tone, text: string, service: string): void {
    const key = `${service} ${kind}`;
    if (this.#addedInPhase.has(key)) return;
    this.#addedInPhase.add(key);
    this.add(tone, text, service);
  }

  /** Starts a phase: `addOnce` adds every kind of event again. */
  startPhase(): void {
    this.#addedInPhase.clear();
  }
}
