/** The Grafana folder of dashboards and alert rules. */
export const FOLDER = 'Resilience';
