/** Decorated classes, as a user writes them. Vitest does not compile decorators, so others do. */
import type { IPolicy } from 'cockatiel';
import type { resilientMethod as given } from '../../src/policies/index.ts';

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
    async read(id: string, _signal?: AbortSignal): Promise<string> {
      if (this.failures-- > 0) throw Object.assign(new Error('down'), { status: 503 });
      return this.url + id + this.#secret;
    }

    @resilientMethod('servicenow')
    static async make(this: new (url: string) => Client, url: string): Promise<Client> {
      return new this(url);
    }

    @resilientMethod('private')
    async #hidden(id: string): Promise<string> {
      return this.#secret + id;
    }

    reveal(id: string): Promise<string> {
      return this.#hidden(id);
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

  const tenantOf = (policy: IPolicy) =>
    class Tenant {
      static down = false;
      readonly id: string;
      constructor(id: string) {
        this.id = id;
      }
      @resilientMethod(policy)
      async name(): Promise<string> {
        if (Tenant.down) throw Object.assign(new Error('down'), { status: 503 });
        return this.id;
      }
    };

  const onGetter = () =>
    class {
      // @ts-expect-error a getter is no method
      @resilientMethod('getter')
      get x(): number {
        return 1;
      }
    };

  const onField = () =>
    class {
      // @ts-expect-error a field is no method
      @resilientMethod('field')
      x = async () => 1;
    };

  return { Client, Special, Sync, tenantOf, onGetter, onField };
}
