import { policies } from '../registry.ts';
import type { PartPolicy } from './part.ts';

/** The policy that is registered under a name, if there is one; those of its keys are not. */
export function registered(name: string): PartPolicy | undefined {
  return policies(name).find(({ key }) => key === undefined);
}
