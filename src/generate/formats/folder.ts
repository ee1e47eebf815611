/** The folder of Grafana that dashboards and alert rules are in. */
export const FOLDER = 'Resilience';
