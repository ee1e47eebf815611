/** Times that both ends of the stream share. */

/** Time between two messages. */
export const STEP_MS = 1000;

/** Samples of outcomes that are kept, one per step. */
export const HISTORY_STEPS = 180;

/** Steps for which sampling continues without viewers, so that a viewer can reconnect. */
export const LINGER_STEPS = 20;
