import { stringify } from 'yaml';
import { GENERATED } from './generated-note.ts';

/** A YAML file with comments at the top: that it is generated, then the remarks. */
export function yamlFile(content: unknown, ...remarks: readonly string[]): string {
  const comments = [GENERATED, ...remarks].map((line) => `# ${line}`.trimEnd());
  // Folded lines are hard to search, and some readers of rule files do not support anchors.
  const options = { lineWidth: 0, aliasDuplicateObjects: false };
  return `${comments.join('\n')}\n${stringify(content, options)}`;
}
