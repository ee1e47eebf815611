import { expected } from './validate.ts';

/**
 * Fields of a log line.
 *
 * @example
 * const fields: LogFields = { dependency: 'workday' };
 */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * An object with these methods, such as `console`. Wrap a logger whose arguments have another order.
 *
 * @example
 * const logger: Logger = console;
 */
export interface Logger {
  /** Logs a change that needs no action, such as a recovery. */
  readonly info: (message: string, fields?: LogFields) => unknown;
  /** Logs a degradation, such as an open circuit. */
  readonly warn: (message: string, fields?: LogFields) => unknown;
  /** Logs what an operator should look at, such as an outage that persists. */
  readonly error: (message: string, fields?: LogFields) => unknown;
}

/** A logger whose errors and rejections are ignored. */
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
      // `console` interprets its first argument as a format.
      const isConsole = logger[level] === console[level];
      return logger[level](isConsole ? message.replaceAll('%', '%%') : message, fields);
    });
  }
}

/**
 * Runs code of the user synchronously, and ignores its result.
 *
 * @param onError receives its error or rejection; must not throw
 */
export function runDetached(
  run: () => unknown,
  onError: (reason: unknown) => void = () => {},
): void {
  // A promise handles thenables and errors alike.
  new Promise((resolve) => resolve(run())).catch(onError);
}

/** @throws TypeError if the option is invalid */
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
