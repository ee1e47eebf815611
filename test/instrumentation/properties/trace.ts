import type { Clock } from './clock.ts';
import type { Materials } from './materials.ts';

export interface Entry {
  /** In ms of the fake clock. */
  readonly time: number;
  /** Rounds of microtasks since the turn began. */
  readonly tick: number;
  readonly text: string;
}

/** Everything that can be seen of a play. */
export class Trace {
  /** What the user's own code sees: functions, filters, factories, backoffs, listeners. In order. */
  readonly inside: Entry[] = [];
  /** What callers are answered, and rejections that nobody handles, by call. */
  readonly answers = new Map<string, Entry>();
  onSight: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #materials: Materials;
  readonly #names = new Map<unknown, string>();

  constructor(clock: Clock, materials: Materials) {
    this.#clock = clock;
    this.#materials = materials;
  }

  sees(text: string): void {
    this.inside.push(this.#entry(text));
    this.onSight?.();
  }

  answered(caller: string, text: string): void {
    this.answers.set(caller, this.#entry(text));
  }

  /** Gives a thing a name of its own. */
  call(thing: unknown, name: string): void {
    this.#names.set(thing, name);
  }

  /** A name that tells one thing from any other; of what cockatiel made, until `settle`. */
  nameOf(ok: boolean, thing: unknown): string {
    const material = this.#materials.find(ok, thing);
    if (material) return material.label;
    let name = this.#names.get(thing);
    if (name === undefined) {
      const what =
        thing instanceof Error ? `${thing.constructor.name}: ${thing.message}` : typeof thing;
      name = `#${this.#names.size}# ${what}`;
      this.#names.set(thing, name);
    }
    return name;
  }

  outcome(ok: boolean, thing: unknown): string {
    return `${ok ? 'gives' : 'throws'} ${this.nameOf(ok, thing)}`;
  }

  /** The arguments of a function: contexts and signals. */
  args(args: readonly unknown[]): string {
    return args
      .map((arg) =>
        arg instanceof AbortSignal || typeof arg !== 'object' || arg === null
          ? this.#signal(arg)
          : `{${Object.entries(arg)
              .map(([key, value]) => `${key}: ${this.#signal(value)}`)
              .join(', ')}}`,
      )
      .join(', ');
  }

  /** Numbers things in the order in which the user's code saw them, the same for every copy. */
  settle(): this {
    const numbers = new Map<string, string>();
    const renamed = (entry: Entry): Entry => ({
      ...entry,
      text: entry.text.replace(/#\d+#/g, (name) => {
        const number = numbers.get(name) ?? `#${numbers.size}`;
        numbers.set(name, number);
        return number;
      }),
    });
    this.inside.forEach((entry, index) => {
      this.inside[index] = renamed(entry);
    });
    for (const [caller, entry] of [...this.answers].sort())
      this.answers.set(caller, renamed(entry));
    return this;
  }

  /** Without the order within a millisecond, and the numbers that depend on it. */
  get unordered(): string[] {
    const seen = this.inside.map(({ time, text }) => `${time} ${unnumbered(text)}`);
    const answers = [...this.answers].map(
      ([caller, { time, text }]) => `${caller}: ${unnumbered(text)} at ${time}`,
    );
    return [...seen.sort(), ...answers.sort()];
  }

  #signal(value: unknown): string {
    if (!(value instanceof AbortSignal)) return String(value);
    return `${this.nameOf(true, value)}${value.aborted ? ' (aborted)' : ''}`;
  }

  #entry(text: string): Entry {
    return { time: this.#clock.now, tick: this.#clock.tick, text };
  }
}

function unnumbered(text: string): string {
  return text.replace(/#\d+/g, '#');
}
