import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/notices`: the page that the bell opens. */
export class Notices extends Frame {
  readonly items: Locator;

  constructor(page: Page) {
    super(page);
    this.items = page.getByTestId('notice');
  }

  async open(): Promise<void> {
    await this.at('/notices');
  }
}
