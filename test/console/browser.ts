import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { requireProgram } from '../support/programs.ts';

/** A real browser, and what its pages complain of. */
export class TestBrowser {
  readonly complaints: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    const executablePath = requireProgram('chromium');
    return new TestBrowser(await chromium.launch({ executablePath, args: ['--no-sandbox'] }));
  }

  /** Waits until the page shows something. */
  async open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const page = await this.visit(url, options);
    await page.locator('body[data-connection="live"]').waitFor();
    return page;
  }

  async visit(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext(options);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    await page.goto(url);
    return page;
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}

/** The row of a policy. */
export const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });

/** Names in the order in which they stand on the page; those that are not shown are left out. */
export const namesOn = (page: Page): Promise<string[]> =>
  page.locator('tbody tr:not([hidden]) .name').allTextContents();
