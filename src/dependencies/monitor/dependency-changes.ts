import { Emitter } from '../../shared/emitter.ts';
import type { DependencyChange } from './types.ts';

/** Emits each dependency that a monitor of this process finds unavailable, or available again. */
export const dependencyChanges = new Emitter<DependencyChange>();
