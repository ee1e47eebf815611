import type { DependencyChange } from './monitor/types.ts';
import { Teller } from './teller.ts';

/** What every monitor of this process finds gone, or back. */
export const dependencyChanges = new Teller<DependencyChange>();
