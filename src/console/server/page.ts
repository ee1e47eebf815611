import { createHash } from 'node:crypto';
import { PAGE_HTML } from './page-html.ts';

export interface Page {
  readonly html: string;
  /** A content security policy that allows only the inline scripts and styles of the page. */
  readonly contentSecurityPolicy: string;
}

let page: Page | undefined;

export function loadPage(): Page {
  page ??= { html: PAGE_HTML, contentSecurityPolicy: createPolicy(PAGE_HTML) };
  return page;
}

/** https://www.w3.org/TR/CSP3/ */
function createPolicy(html: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashesOf(html, 'script')}`,
    `style-src ${hashesOf(html, 'style')}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function hashesOf(html: string, tag: string): string {
  const elements = [...html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))];
  return elements
    .map(([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    .join(' ');
}
