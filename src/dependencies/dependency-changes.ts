import { Emitter } from '../shared/emitter.ts';
import type { DependencyChange } from './monitor/types.ts';

/** What every monitor of this process finds gone, or back. */
export const dependencyChanges = new Emitter<DependencyChange>();
