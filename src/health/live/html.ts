import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Problem } from '../problem.ts';

/** Beside this file where it was built, and where the build puts it for those who run the source. */
const PLACES = ['./page.html', '../../../dist/health/live/page.html'];

export interface Page {
  readonly html: string;
  /** Lets run and style it what is written in it, and nothing else. */
  readonly policy: string;
}

let page: Page | undefined;

/** @throws Problem if the page is not there */
export function pageOf(): Page {
  if (page === undefined) {
    const html = read();
    page = { html, policy: policyOf(html) };
  }
  return page;
}

function read(): string {
  for (const place of PLACES) {
    try {
      return readFileSync(new URL(place, import.meta.url), 'utf8');
    } catch {
      // The next one, if there is one.
    }
  }
  throw new Problem(
    500,
    'Expected the live page beside `health/live/html.js`, found none. In this repository, run ' +
      '`npm run build`; where a bundler has moved the code, leave cockatiel-otel out of the bundle',
  );
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
