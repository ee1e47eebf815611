import { readFileSync } from 'node:fs';

const { name, version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { name: string; version: string };

/** The runbooks of this version, as the CDN of the npm registry serves them to a browser. */
export const PUBLISHED_RUNBOOKS = `https://cdn.jsdelivr.net/npm/${name}@${version}/docs/runbooks`;
