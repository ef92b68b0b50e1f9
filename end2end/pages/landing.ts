import { expect, type Locator, type Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/`: what Slipstream is, with a live price. */
export class Landing extends Frame {
  readonly price: Locator;
  readonly signUp: Locator;
  readonly strategies: Locator;

  constructor(page: Page) {
    super(page);
    this.price = page.locator('[data-live-price="BTC/USDT"]').first().getByTestId('live-price');
    this.signUp = page.locator('a[href="/sign-up"]').first();
    this.strategies = page.getByTestId('see-strategies');
  }

  async open(): Promise<void> {
    await this.at('/');
  }

  /** The displayed price as a number; fails if there is none. */
  async priceNow(): Promise<number> {
    const text = await this.price.innerText();
    expect(text).toMatch(/^[\d,]+(\.\d+)?$/);
    return Number(text.replaceAll(',', ''));
  }
}
