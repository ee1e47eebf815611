import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The text below a heading of the second level; empty where there is none. */
export function sectionOf(page: string, heading: string): string {
  const [, rest = ''] = page.split(`\n## ${heading}\n`);
  return rest.split('\n## ')[0] ?? '';
}

export function blocksOf(page: string, language: string): string[] {
  const fences = new RegExp(`^ *\`\`\`${language}\\n(.+?)^ *\`\`\``, 'gms');
  return [...page.matchAll(fences)].map(([, block = '']) => block.trim());
}

/** The targets of the links and images of a page. */
export function linksOf(path: string): string[] {
  const text = withoutCode(readFileSync(path, 'utf8'));
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:href|src)="([^"]+)"/g)].map(
    ([, link, attribute]) => link ?? attribute ?? '',
  );
}

/** The relative links of a page whose file or heading does not exist. */
export function deadLinks(path: string): string[] {
  return linksOf(path)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => !leadsSomewhere(path, link));
}

function leadsSomewhere(from: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : join(dirname(from), decodeURI(file));
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
}

/** What GitHub makes of headings: a second one of the same text gets a number. */
function anchorsOf(page: string): string[] {
  const headings = [...withoutFences(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, text = '']) =>
    text
      .trim()
      .toLowerCase()
      .replace(/\[(.+?)\]\(.+?\)/g, '$1')
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return headings.map((slug, index) => {
    const before = headings.slice(0, index).filter((heading) => heading === slug).length;
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

function withoutFences(page: string): string {
  return page.replace(/^ *```.*?^ *```/gms, '');
}

function withoutCode(page: string): string {
  return withoutFences(page).replace(/`[^`\n]+`/g, '');
}
