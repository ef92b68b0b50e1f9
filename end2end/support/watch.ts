import type { BrowserContext, Page } from '@playwright/test';

/**
 * Collects errors inside pages: exceptions, wasm panics, console errors. A journey that provokes an error on
 * purpose (a rejected form logs its 4xx) declares it with `allow`.
 */
export class Watch {
  private readonly seen: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(context: BrowserContext) {
    this.over(context);
  }

  /** Also watches another browser's pages. */
  over(context: BrowserContext): void {
    for (const page of context.pages()) {
      this.follow(page);
    }
    context.on('page', (page) => this.follow(page));
  }

  /** Allows console errors that match. A panic is never allowed. */
  allow(pattern: RegExp): void {
    this.allowed.push(pattern);
  }

  /** The errors that are not allowed. */
  problems(): string[] {
    return this.seen.filter((text) => isPanic(text) || !this.allowed.some((pattern) => pattern.test(text)));
  }

  private follow(page: Page): void {
    page.on('pageerror', (error) => this.seen.push(`exception on ${page.url()}: ${error.message}`));
    page.on('crash', () => this.seen.push(`the tab of ${page.url()} crashed`));
    page.on('console', (message) => {
      const text = message.text();
      if (message.type() === 'error' || isPanic(text)) {
        this.seen.push(`console on ${page.url()}: ${text} (${message.location().url})`);
      }
    });
  }
}

/** A panic, or a page and a bundle that were not built from the same sources. */
function isPanic(text: string): boolean {
  return /panicked at|RuntimeError: unreachable|Could not find WASM function/.test(text);
}
