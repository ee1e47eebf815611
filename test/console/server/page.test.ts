import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { appWith } from '../support.ts';

const response = await appWith().request('/live');
const html = await response.text();

describe('the file of the live page', () => {
  it('is one small file without external resources', () => {
    expect(html).toMatch(/^<!doctype html>/);
    expect(html.match(/<script|<style|<link/g)).toEqual(['<link', '<style', '<script']);
    expect(html).not.toMatch(/(?:src|href)="(?!data:|#)/);
    expect(html).not.toMatch(/url\((?!data:)|@import|import\(/);
    expect(Buffer.byteLength(html)).toBeLessThan(120_000);
  });

  it('runs its own script and has its own style, and no other', () => {
    const policy = response.headers.get('content-security-policy') ?? '';
    for (const tag of ['script', 'style']) {
      const text = new RegExp(`<${tag}>(.*)</${tag}>`, 's').exec(html)?.[1] ?? '';
      expect(text.length).toBeGreaterThan(1000);
      const hash = createHash('sha256').update(text).digest('base64');
      expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
    }
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).not.toContain('unsafe');
  });
});
