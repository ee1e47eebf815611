/** What has been started, to be stopped in reverse order, whatever fails on the way. */
export class Closing {
  #steps: (() => unknown)[] = [];

  defer(step: () => unknown): void {
    this.#steps.push(step);
  }

  async close(): Promise<void> {
    const steps = this.#steps.splice(0).reverse();
    const faults: unknown[] = [];
    for (const step of steps) {
      try {
        await step();
      } catch (fault) {
        faults.push(fault);
      }
    }
    if (faults.length > 0) throw new AggregateError(faults, 'not everything could be stopped');
  }
}
