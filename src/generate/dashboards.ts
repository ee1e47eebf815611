/** The uid of the dashboard that shows everything at a glance. */
export const FLEET = 'resilience-fleet';
