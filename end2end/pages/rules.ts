import type { Locator, Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/rules`: the user's risk rules with their states, a form to add one, and its preview. */
export class RiskRules extends Frame {
  readonly rows: Locator;
  readonly states: Locator;
  readonly trips: Locator;
  readonly form: Locator;
  readonly kind: Locator;
  readonly threshold: Locator;
  readonly preview: Locator;
  readonly result: Locator;
  readonly add: Locator;
  readonly resume: Locator;

  constructor(page: Page) {
    super(page);
    this.rows = page.getByTestId('rule');
    this.states = page.getByTestId('rule-state');
    this.trips = page.getByTestId('trip');
    this.form = page.getByTestId('rule-add');
    this.kind = field(this.form, 'kind');
    this.threshold = field(this.form, 'threshold');
    this.preview = page.getByTestId('rule-preview');
    this.result = page.getByTestId('preview');
    this.add = page.getByTestId('rule-create');
    this.resume = page.getByTestId('rule-resume');
  }

  async open(): Promise<void> {
    await this.at('/rules');
  }

  /** Fills in a rule for all accounts that stops entries. */
  async choose(kind: string, threshold: string): Promise<void> {
    await this.kind.selectOption(kind);
    await this.threshold.fill(threshold);
  }
}
