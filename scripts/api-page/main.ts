/** `npm run generate:api`: writes docs/api.md; with `-- --check` fails if the committed page differs. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeFiles } from '../../src/generate/formats/write-files.ts';
import { differing } from '../repository-files.ts';
import { apiPage } from './page.ts';
import { readPublicApi } from './public-api.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
const files = { 'docs/api.md': apiPage(readPublicApi(root)) };

if (!check) writeFiles(root, files);
for (const path of check ? differing(root, files) : []) {
  console.error(`${path} differs: run \`npm run generate:api\``);
  process.exitCode = 1;
}
