/** Everything at a glance. */
export const FLEET = 'resilience-fleet';
/** One policy in depth. */
export const POLICY = 'resilience-policy';
