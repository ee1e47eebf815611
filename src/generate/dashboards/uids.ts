/** Everything at a glance. */
export const FLEET = 'resilience-fleet';
