import { createHash } from 'node:crypto';
import { PAGE_HTML } from './page-html.ts';

export interface Page {
  readonly html: string;
  /** Lets run and style it what is written in it, and nothing else. */
  readonly policy: string;
}

let page: Page | undefined;

export function pageOf(): Page {
  page ??= { html: PAGE_HTML, policy: policyOf(PAGE_HTML) };
  return page;
}

/** https://www.w3.org/TR/CSP3/ */
function policyOf(html: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashes(html, 'script')}`,
    `style-src ${hashes(html, 'style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function hashes(html: string, tag: string): string {
  const parts = [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))];
  return parts
    .map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    .join(' ');
}
