import { expect, type Locator, type Page } from '@playwright/test';

/** `/`: what Slipstream is, and a price that lives. */
export class Landing {
  readonly heading: Locator;
  readonly price: Locator;
  readonly signUp: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1 });
    this.price = page.locator('[data-live-price="BTC/USDT"]').first().getByTestId('live-price');
    this.signUp = page.locator('a[href="/sign-up"]').first();
  }

  async open(): Promise<void> {
    const answer = await this.page.goto('/');
    expect(answer?.status()).toBe(200);
  }

  /** The price as a number; a page without a price has none to show. */
  async priceNow(): Promise<number> {
    const text = await this.price.innerText();
    expect(text).toMatch(/^[\d,]+(\.\d+)?$/);
    return Number(text.replaceAll(',', ''));
  }
}
