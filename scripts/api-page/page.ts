import { code, table } from '../docs/markdown.ts';
import type { Docs, Member, PublicEntry, PublicExport } from './public-api.ts';

/** `docs/api.md`: every export of every entry with its docstring. */
export function apiPage(entries: readonly PublicEntry[]): string {
  const links = linksOf(entries);
  return `${[
    '# API',
    'Look up here what the package exports: each function, class, constant and type with its options,' +
      ' defaults, errors and an example. `npm run generate:api` writes this page from the docstrings.',
    entries.map((entry) => tableOfContents(entry, links)).join('\n'),
    ...entries.flatMap((entry) => entrySections(entry, links)),
  ].join('\n\n')}\n`;
}

/** Creates a link to an entry, or to an export, preferably of this entry. */
type Links = (specifier: string, name?: string) => string;

/** GitHub numbers headings with the same text. */
function linksOf(entries: readonly PublicEntry[]): Links {
  const used = new Map<string, number>();
  const anchors = new Map<string, string>();
  const addHeading = (key: string, text: string) => {
    const slug = text.toLowerCase().replace(/[^\w-]/g, '');
    const before = used.get(slug) ?? 0;
    used.set(slug, before + 1);
    anchors.set(key, before === 0 ? slug : `${slug}-${before}`);
  };
  addHeading('', 'API');
  for (const entry of entries) {
    addHeading(entry.specifier, entry.specifier);
    for (const { name } of ordered(entry.exports)) addHeading(`${entry.specifier} ${name}`, name);
  }
  const homeOf = (name: string) =>
    entries.find(({ exports }) => exports.some((item) => item.name === name))?.specifier;
  return (specifier, name) => {
    if (name === undefined) return `[${code(specifier)}](#${anchors.get(specifier)})`;
    const anchor = anchors.get(`${specifier} ${name}`) ?? anchors.get(`${homeOf(name)} ${name}`);
    return anchor === undefined ? code(name) : `[${code(name)}](#${anchor})`;
  };
}

const KINDS = { function: 'Functions', constant: 'Constants', class: 'Classes', type: 'Types' };

function ofKind(exports: readonly PublicExport[], kind: string): readonly PublicExport[] {
  return exports
    .filter((item) => item.kind === kind)
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** Functions first, then constants, classes and types; by name. */
function ordered(exports: readonly PublicExport[]): readonly PublicExport[] {
  return Object.keys(KINDS).flatMap((kind) => ofKind(exports, kind));
}

function tableOfContents({ specifier, exports }: PublicEntry, links: Links): string {
  const lines = Object.entries(KINDS).flatMap(([kind, title]) => {
    const items = ofKind(exports, kind).map(({ name }) => links(specifier, name));
    return items.length === 0 ? [] : [`  - ${title}: ${items.join(', ')}`];
  });
  return [`- ${links(specifier)}`, ...lines].join('\n');
}

function entrySections({ specifier, docs, exports }: PublicEntry, links: Links): string[] {
  return [
    `## ${specifier}`,
    docs.text,
    ...ordered(exports).flatMap((item) => exportSection(specifier, item, links)),
  ];
}

function exportSection(specifier: string, item: PublicExport, links: Links): string[] {
  const { name, docs, declarations, members, mentions } = item;
  const used = mentions.map((mention) => links(specifier, mention));
  return [
    `### ${name}`,
    ...(docs.text ? [docs.text] : []),
    ...(declarations.length > 0 ? [typescript(declarations.join('\n'))] : []),
    ...(members.length > 0 ? [membersTable(members)] : []),
    ...notes(docs),
    ...tagTexts(docs, 'example').map((text) => (text.includes('```') ? text : typescript(text))),
    ...(used.length > 0 ? [`Uses ${used.join(', ')}.`] : []),
  ];
}

/** What the tags of an export say about its parameters, its default and its errors. */
function notes(docs: Docs): string[] {
  const parameters = tagTexts(docs, 'param').map((text) =>
    text.replace(/^(\S+)\s+(- )?/, '`$1`: '),
  );
  const defaults = tagTexts(docs, 'default').map((text) => `Default: ${value(text)}`);
  const errors = tagTexts(docs, 'throws').map((text) => `Throws ${text}`);
  const lines = [...parameters, ...defaults, ...errors].map((text) => `- ${oneLine(text)}`);
  return lines.length > 0 ? [lines.join('\n')] : [];
}

function membersTable(members: readonly Member[]): string {
  const hasDefaults = members.some(({ docs }) => tagTexts(docs, 'default').length > 0);
  const rows = members.map(({ name, type, docs }) => [
    code(name),
    code(type),
    ...(hasDefaults ? [tagTexts(docs, 'default').map(value).join(' ')] : []),
    [docs.text, ...tagTexts(docs, 'throws').map((text) => `Throws ${text}`)].join('\n\n'),
  ]);
  return table(
    ['member', 'type', ...(hasDefaults ? ['default'] : []), 'meaning'],
    rows.map((cells) => cells.map(cell)),
  );
}

function tagTexts({ tags }: Docs, name: string): string[] {
  return tags.filter((tag) => tag.name === name).map(({ text }) => text.trim());
}

/** A table has no place for a paragraph or for a bar of its own. */
function cell(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map(oneLine)
    .join('<br>')
    .replace(/\|/g, '\\|');
}

/** A default is an expression or a description. */
function value(text: string): string {
  return /^[^\s`]+$/.test(text) && text !== 'none' ? code(text) : text;
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}

function typescript(text: string): string {
  return `\`\`\`ts\n${text.trim()}\n\`\`\``;
}
