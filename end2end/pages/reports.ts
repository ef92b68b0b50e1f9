import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/reports`, and the report of the current week. */
export class Reports extends Frame {
  readonly none: Locator;
  readonly soFar: Locator;
  readonly noFigures: Locator;
  readonly figures: Locator;
  readonly asMailed: Locator;
  readonly settings: Locator;

  constructor(page: Page) {
    super(page);
    this.none = page.getByTestId('no-reports');
    this.soFar = page.getByTestId('so-far');
    this.noFigures = page.getByTestId('no-figures');
    this.figures = page.getByTestId('report-figures');
    this.asMailed = page.getByTestId('as-mailed');
    this.settings = page.getByTestId('report-settings');
  }

  async open(): Promise<void> {
    await this.at('/reports');
  }

  /** Opens the current week, once the first points are recorded. */
  async openSoFar(): Promise<void> {
    await this.at('/reports/so-far');
  }
}
