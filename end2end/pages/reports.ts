import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/reports`, and the present week. */
export class Reports extends Frame {
  readonly none: Locator;
  readonly soFar: Locator;
  readonly noFigures: Locator;
  readonly figures: Locator;
  readonly asMailed: Locator;
  readonly weekly: Locator;
  readonly monthly: Locator;
  readonly save: Locator;

  constructor(page: Page) {
    super(page);
    this.none = page.getByTestId('no-reports');
    this.soFar = page.getByTestId('so-far');
    this.noFigures = page.getByTestId('no-figures');
    this.figures = page.getByTestId('report-figures');
    this.asMailed = page.getByTestId('as-mailed');
    const settings = page.getByTestId('report-settings');
    this.weekly = settings.getByRole('checkbox', { name: /each monday/i });
    this.monthly = settings.getByRole('checkbox', { name: /first of each month/i });
    this.save = settings.getByRole('button', { name: 'Save' });
  }

  async open(): Promise<void> {
    await this.at('/reports');
  }

  /** The present week, once the first points are noted. */
  async openSoFar(): Promise<void> {
    await this.at('/reports/so-far');
  }
}
