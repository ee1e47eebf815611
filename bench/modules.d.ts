/** What the bench uses of packages that come without types. */
declare module 'opossum' {
  export default class CircuitBreaker {
    constructor(action: () => Promise<unknown>, options: { readonly timeout: number | false });
    fire(): Promise<unknown>;
    shutdown(): void;
  }
}

declare module 'opossum-prometheus' {
  import type CircuitBreaker from 'opossum';

  export default class PrometheusMetrics {
    constructor(options: { readonly circuits: readonly CircuitBreaker[] });
  }
}
