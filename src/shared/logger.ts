import { expected } from './validate.ts';

/** Facts that go with a line, such as `{ dependency: 'workday' }`. */
export type LogFields = Readonly<Record<string, unknown>>;

type Write = (message: string, fields?: LogFields) => unknown;

/** Anything with these three methods, such as `console`; with another order of arguments, wrap it. */
export interface Logger {
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

/** A logger of which nothing can go wrong: what it throws, and what it rejects with, is dropped. */
export class SafeLogger {
  readonly #logger: Logger | undefined;

  constructor(logger: Logger | undefined) {
    this.#logger = logger;
  }

  info(message: string, fields: LogFields): void {
    this.#write('info', message, fields);
  }

  warn(message: string, fields: LogFields): void {
    this.#write('warn', message, fields);
  }

  error(message: string, fields: LogFields): void {
    this.#write('error', message, fields);
  }

  #write(level: keyof Logger, message: string, fields: LogFields): void {
    const logger = this.#logger;
    if (logger === undefined) return;
    runDetached(() => {
      // It takes a first text before others for a format.
      const isConsole = logger[level] === console[level];
      return logger[level](isConsole ? message.replaceAll('%', '%%') : message, fields);
    });
  }
}

/**
 * Runs what belongs to somebody else, at once, and asks nothing of it.
 *
 * @param fault is told what it throws, or what a promise of it is rejected with; must not throw
 */
export function runDetached(run: () => unknown, fault: (reason: unknown) => void = () => {}): void {
  // A promise of our own looks into a thenable, and into nothing else that might throw.
  new Promise((resolve) => resolve(run())).catch(fault);
}

/** @throws TypeError */
export function assertLogger(value: unknown): asserts value is Logger | undefined {
  const logger = value as Partial<Logger> | null | undefined;
  const isLogger =
    typeof logger?.info === 'function' &&
    typeof logger.warn === 'function' &&
    typeof logger.error === 'function';
  if (value !== undefined && !isLogger) {
    throw expected('`options.logger` to have methods `info`, `warn` and `error`', value);
  }
}
