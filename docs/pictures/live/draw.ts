import { writeFileSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { small } from '../print.ts';
import { duringTheStory } from './phases.ts';

const PICTURES = [
  { path: 'docs/live.png', width: 1280, height: 980, colorScheme: 'light' },
  { path: 'docs/live-phone.png', width: 390, height: 844, colorScheme: 'dark' },
] as const;

/** Photographs the live page in the middle of some trouble. */
export async function drawLive(executablePath: string): Promise<void> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const pages: Page[] = [];
  try {
    await duringTheStory(
      async (url) => {
        for (const { width, height, colorScheme } of PICTURES) {
          const page = await browser.newPage({ viewport: { width, height }, colorScheme });
          page.on('pageerror', (error) => console.error(error));
          await page.goto(url);
          pages.push(page);
        }
      },
      async () => {
        for (const [index, { path }] of PICTURES.entries()) {
          const page = pages[index] as Page;
          // One that is not in front draws no frames.
          await page.bringToFront();
          await page.waitForTimeout(1500);
          writeFileSync(path, small(await page.screenshot()));
          console.log(path);
        }
      },
    );
  } finally {
    await browser.close();
  }
}
