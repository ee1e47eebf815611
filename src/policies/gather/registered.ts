import { policies } from '../registry.ts';
import type { Through } from './part.ts';

/** The policy that is registered under a name, if there is one; those of its keys are not. */
export function registered(name: string): Through | undefined {
  return policies(name).find(({ key }) => key === undefined);
}
