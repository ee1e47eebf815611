import manifest from '../../../package.json' with { type: 'json' };

/** The runbooks of this version on the jsDelivr CDN. */
export const PUBLISHED_RUNBOOKS = `https://cdn.jsdelivr.net/npm/${manifest.name}@${manifest.version}/docs/runbooks`;
