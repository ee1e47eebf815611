/** A decorated class, as a user of Nest writes it: with `experimentalDecorators` and metadata. */
import 'reflect-metadata';
import type { resilientMethod as given } from '../../../src/policies/index.ts';

/** As decorators of routes do, it keeps what it says with the function. */
const route =
  (path: string): MethodDecorator =>
  (_target, _name, descriptor) => {
    Reflect.defineMetadata('path', path, descriptor.value as object);
  };

export const pathOf = (method: object): unknown => Reflect.getMetadata('path', method);

export function decorated(resilientMethod: typeof given) {
  const NAMED = Symbol('named');

  class Client {
    readonly url: string;
    failures = 0;
    readonly #secret = '!';

    constructor(url: string) {
      this.url = url;
    }

    @resilientMethod('servicenow')
    @route('/inside')
    async read(id: string, _signal?: AbortSignal): Promise<string> {
      if (this.failures-- > 0) throw Object.assign(new Error('down'), { status: 503 });
      return this.url + id + this.#secret;
    }

    @route('/outside')
    @resilientMethod('servicenow', { key: (id: string) => id })
    async write(id: string): Promise<string> {
      return this.url + id;
    }

    @resilientMethod('servicenow')
    static async make(this: new (url: string) => Client, url: string): Promise<Client> {
      return new this(url);
    }

    @resilientMethod('symbol')
    async [NAMED](): Promise<string> {
      return this.url;
    }

    named(): Promise<string> {
      return this[NAMED]();
    }
  }

  class Special extends Client {
    override async read(id: string): Promise<string> {
      return `special ${await super.read(id)}`;
    }
  }

  class Sync {
    // @ts-expect-error a method that is not asynchronous would become so
    @resilientMethod('sync')
    read(): number {
      return 1;
    }
  }

  const onGetter = () => {
    class Getter {
      // @ts-expect-error a getter is no method
      @resilientMethod('getter')
      get x(): number {
        return 1;
      }
    }
    return Getter;
  };

  const onField = () => {
    class Field {
      // @ts-expect-error a field is no method
      @resilientMethod('field')
      x = async () => 1;
    }
    return Field;
  };

  return { Client, Special, Sync, onGetter, onField };
}
