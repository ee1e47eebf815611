import { writeFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import UPNG from 'upng-js';

/** A picture of lines and text needs few colours, and is then less than half as large. */
const COLORS = 128;

/** Photographs pages of HTML, each into its file. */
export async function print(
  executablePath: string,
  width: number,
  pages: Readonly<Record<string, string>>,
): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    for (const [path, html] of Object.entries(pages)) {
      const page = await browser.newPage({ viewport: { width, height: 900 } });
      page.on('pageerror', (error) => console.error(error));
      await page.setContent(html);
      await page.waitForSelector('body[data-drawn]');
      writeFileSync(path, small(await page.screenshot({ fullPage: true })));
      console.log(path);
      await page.close();
    }
  } finally {
    await browser.close();
  }
}

export function small(png: Buffer): Uint8Array {
  const picture = UPNG.decode(new Uint8Array(png).buffer);
  const [pixels = new ArrayBuffer()] = UPNG.toRGBA8(picture);
  return new Uint8Array(UPNG.encode([pixels], picture.width, picture.height, COLORS));
}
