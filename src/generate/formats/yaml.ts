import { stringify } from 'yaml';
import { GENERATED } from './generated-note.ts';

/** A YAML file that says whence it comes, and what else there is to say before one reads on. */
export function yamlFile(content: unknown, ...remarks: readonly string[]): string {
  const head = [GENERATED, ...remarks].map((line) => `# ${line}`.trimEnd());
  // Folded lines are hard to search for; anchors are not understood by all that read such files.
  const options = { lineWidth: 0, aliasDuplicateObjects: false };
  return `${head.join('\n')}\n${stringify(content, options)}`;
}
