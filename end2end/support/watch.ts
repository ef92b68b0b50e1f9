import type { BrowserContext, Page } from '@playwright/test';

/**
 * Collects what goes wrong inside pages: exceptions, wasm panics, console errors. A journey that provokes an error on
 * purpose (a refused form logs its 4xx) names it with `allow`.
 */
export class Watch {
  private readonly seen: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(context: BrowserContext) {
    this.over(context);
  }

  /** Watches another browser's pages as well. */
  over(context: BrowserContext): void {
    for (const page of context.pages()) {
      this.follow(page);
    }
    context.on('page', (page) => this.follow(page));
  }

  /** Console errors like this one belong to the journey. A panic never does. */
  allow(pattern: RegExp): void {
    this.allowed.push(pattern);
  }

  /** What nobody allowed. */
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
