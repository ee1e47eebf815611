/** How much the live page keeps, on both ends of the stream. */

/** What is new is read, and told, so often. */
export const STEP_MS = 1000;

/** So many samples of outcomes are kept, one a step. */
export const HISTORY_STEPS = 180;

/** Reading goes on for so many steps when the last one who looked has gone: who lost the connection comes back. */
export const LINGER_STEPS = 20;
