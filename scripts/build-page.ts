import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

export interface Page {
  readonly html: string;
  readonly metafile: Metafile;
}

/** Bundles a page, its style and its script, into one text that loads nothing else. */
export async function bundlePage(folder: string): Promise<Page> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(folder, 'main.ts'), join(folder, 'style.css')],
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2023',
    legalComments: 'none',
    metafile: true,
    write: false,
    outdir: folder,
  });
  const contentOf = (end: string) => {
    const found = outputFiles.find(({ path }) => path.endsWith(end));
    if (found === undefined) throw new Error(`Expected a file *${end} of the page, found none`);
    return found.text.trim();
  };
  // Within a script or a style, nothing else ends it.
  const parts: Readonly<Record<string, string>> = {
    '/* style */': contentOf('style.css').replaceAll('</style', '<\\/style'),
    '/* script */': contentOf('main.js').replaceAll('</script', '<\\/script'),
  };
  let html = readFileSync(join(folder, 'index.html'), 'utf8');
  for (const [place, content] of Object.entries(parts)) {
    if (!html.includes(place)) throw new Error(`Expected ${place} in the page, found none`);
    html = html.replace(place, () => content);
  }
  return { html, metafile };
}
