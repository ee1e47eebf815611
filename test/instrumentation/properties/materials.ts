import type { Cockatiel } from '../../support/cockatiel.ts';

/** Something that a function gives or throws. */
interface Material {
  readonly label: string;
  readonly thing: unknown;
  /** What `error.type` says of it. */
  readonly type: string;
}

class ServiceError extends Error {
  readonly status = 503;
}

/**
 * The values and errors of one play. The same few objects come from many calls at once, so that
 * whoever tells calls apart by what they answered is found out.
 */
export class Materials {
  readonly values: readonly Material[];
  readonly errors: readonly Material[];
  /** What listeners, backoffs and filters of the user's throw. */
  readonly fault = new RangeError('fault');

  constructor({ BrokenCircuitError, BulkheadRejectedError, TaskCancelledError }: Cockatiel) {
    this.values = [
      { label: 'fine', thing: 'fine', type: 'String' },
      { label: 'undefined', thing: undefined, type: '_OTHER' },
      { label: 'response 503', thing: { status: 503 }, type: '503' },
      { label: 'an object', thing: { failed: true }, type: 'Object' },
      { label: 'NaN', thing: Number.NaN, type: 'Number' },
    ];
    this.errors = [
      { label: 'Error', thing: new Error('plain'), type: 'Error' },
      { label: 'ServiceError', thing: new ServiceError('service'), type: '503' },
      {
        label: 'ECONNREFUSED',
        thing: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
        type: 'ECONNREFUSED',
      },
      {
        label: 'own TaskCancelledError',
        thing: new TaskCancelledError('own'),
        type: 'TaskCancelledError',
      },
      {
        label: 'own BrokenCircuitError',
        thing: new BrokenCircuitError('own'),
        type: 'BrokenCircuitError',
      },
      {
        label: 'own BulkheadRejectedError',
        thing: new BulkheadRejectedError(1, 1),
        type: 'BulkheadRejectedError',
      },
      { label: 'a string', thing: 'a string', type: 'String' },
      { label: 'undefined', thing: undefined, type: '_OTHER' },
      {
        label: 'hostile',
        thing: Object.defineProperty(new Error('hostile'), 'status', {
          get() {
            throw new Error('not to be read');
          },
        }),
        type: 'Error',
      },
    ];
  }

  of(ok: boolean, index: number): unknown {
    return (ok ? this.values : this.errors)[index]?.thing;
  }

  /** The index of a value or an error; -1 if it is none of these. */
  indexOf(ok: boolean, thing: unknown): number {
    return (ok ? this.values : this.errors).findIndex((item) => Object.is(item.thing, thing));
  }

  find(ok: boolean, thing: unknown): Material | undefined {
    return (ok ? this.values : this.errors)[this.indexOf(ok, thing)];
  }
}

export const VALUES = 5;
export const ERRORS = 9;
