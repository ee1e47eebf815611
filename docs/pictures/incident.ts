import { setTimeout as sleep } from 'node:timers/promises';
import { Demo } from '../../examples/demo/demo.ts';
import { PHASES } from '../../examples/demo/phases.ts';

/**
 * The demo's incident from its first sign to its end, and then again until services are down: a
 * moment at which somebody is woken and looks.
 */
export async function duringAnIncident<T>(
  look: (prometheus: string, began: number) => Promise<T>,
): Promise<T> {
  const demo = await Demo.start(0);
  try {
    if (!demo.monitoring) throw new Error(demo.monitoringProblem);
    const began = Date.now() / 1000;
    await demo.playPhases();
    for (const phase of PHASES.slice(0, PHASES.findIndex(({ name }) => name === 'down') + 1)) {
      demo.enter(phase);
      await sleep(phase.seconds * 1000);
    }
    return await look(demo.monitoring.prometheus, began);
  } finally {
    await demo.close();
  }
}
