/** The data source that the variable `datasource` of a dashboard selects. */
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const;
