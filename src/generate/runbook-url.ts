import manifest from '../../package.json' with { type: 'json' };

/** The runbooks of this version, as the CDN of the npm registry serves them to a browser. */
export const PUBLISHED_RUNBOOKS = `https://cdn.jsdelivr.net/npm/${manifest.name}@${manifest.version}/docs/runbooks`;
