import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/keys/delete?id=`: the confirmation, with what is open at the exchange. */
export class KeyDelete extends Frame {
  readonly stillOpen: Locator;
  readonly positions: Locator;
  readonly orders: Locator;
  readonly yes: Locator;
  readonly close: Locator;
  readonly no: Locator;

  constructor(page: Page) {
    super(page);
    this.stillOpen = page.getByTestId('still-open');
    this.positions = page.getByTestId('position-row');
    this.orders = page.getByTestId('order-row');
    this.yes = page.getByTestId('key-delete-yes');
    this.close = page.getByTestId('key-delete-close');
    this.no = page.getByTestId('key-delete-no');
  }
}
