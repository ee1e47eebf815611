/** `npm run generate`: writes the generated files; with `-- --check` tells which differ. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeFiles } from '../src/generate/formats/write-files.ts';
import { differing, repositoryFiles } from './repository-files.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { check } = parseArgs({ options: { check: { type: 'boolean', default: false } } }).values;
const files = repositoryFiles(root);

if (check) {
  const paths = differing(root, files);
  for (const path of paths) console.error(`${path} differs: run \`npm run generate\``);
  process.exitCode = paths.length > 0 ? 1 : 0;
} else {
  writeFiles(root, files);
  for (const path of Object.keys(files)) console.log(path);
}
