import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** The three risk profiles. */
export type Risk = 'Conservative' | 'Moderate' | 'Aggressive';

/** `/strategies/<id>/follow`: account, risk profile, limits, and the result of a typical trade. */
export class NewFollow extends Frame {
  readonly empty: Locator;
  readonly openSandbox: Locator;
  readonly form: Locator;
  readonly preview: Locator;
  readonly maxLeverage: Locator;
  readonly dailyLimit: Locator;
  readonly reckon: Locator;
  readonly start: Locator;

  constructor(page: Page) {
    super(page);
    this.empty = page.getByTestId('empty-state');
    this.openSandbox = page.getByTestId('open-sandbox');
    this.form = page.getByTestId('follow-form');
    this.preview = page.getByTestId('preview');
    this.maxLeverage = this.form.getByLabel('Highest leverage');
    this.dailyLimit = this.form.getByLabel('Daily loss limit');
    this.reckon = page.getByTestId('reckon');
    this.start = page.getByTestId('follow-start');
  }

  async open(strategy: string): Promise<void> {
    await this.at(`/strategies/${strategy}/follow`);
  }

  risk(name: Risk): Locator {
    return this.form.getByRole('radio', { name });
  }
}

/** `/follows`: which account follows which strategy, at what risk. */
export class Follows extends Frame {
  readonly empty: Locator;
  readonly lines: Locator;
  readonly accounts: Locator;
  readonly copies: Locator;
  readonly panicAll: Locator;

  constructor(page: Page) {
    super(page);
    this.empty = page.getByTestId('empty-state');
    this.lines = page.getByTestId('follow-line');
    this.accounts = page.getByTestId('account');
    this.copies = page.getByTestId('copy');
    this.panicAll = page.getByRole('link', { name: 'Panic: close everything', exact: true });
  }

  async open(): Promise<void> {
    await this.at('/follows');
  }

  line(strategy: string): FollowLine {
    const heading = this.page.getByRole('heading', { name: strategy, exact: true });
    return new FollowLine(this.lines.filter({ has: heading }));
  }
}

/** One follow with its forms. */
class FollowLine {
  readonly state: Locator;
  readonly pause: Locator;
  readonly resume: Locator;
  readonly stop: Locator;
  readonly risk: Locator;
  readonly maxLeverage: Locator;
  readonly save: Locator;

  constructor(readonly root: Locator) {
    this.state = root.getByTestId('follow-state');
    this.pause = root.getByTestId('follow-pause');
    this.resume = root.getByTestId('follow-resume');
    this.stop = root.getByTestId('follow-stop');
    const form = root.getByTestId('follow-change');
    this.risk = form.getByLabel('Risk of each trade');
    this.maxLeverage = form.getByLabel('Highest leverage');
    this.save = form.getByRole('button', { name: 'Save' });
  }

  /** Unfolds the forms. */
  async unfold(): Promise<void> {
    const changes = this.root.locator('details.changes');
    if ((await changes.getAttribute('open')) === null) {
      await changes.locator('summary').click();
    }
  }
}

/** `/follows/stop?id=`: the choice to keep or close the position. */
export class StopFollow extends Frame {
  readonly close: Locator;
  readonly yes: Locator;

  constructor(page: Page) {
    super(page);
    this.close = page.getByRole('radio', { name: /^Close it/ });
    this.yes = page.getByTestId('follow-stop-yes');
  }
}

/** `/follows/panic`: the confirmation, and afterwards the results. */
export class Panic extends Frame {
  readonly yes: Locator;
  readonly told: Locator;

  constructor(page: Page) {
    super(page);
    this.yes = page.getByTestId('panic-yes');
    this.told = page.getByTestId('panicked');
  }
}

/** `/copies`: the result of every signal on every account. */
export class Copies extends Frame {
  readonly rows: Locator;
  readonly filters: Locator;

  constructor(page: Page) {
    super(page);
    this.rows = page.getByTestId('copy');
    this.filters = page.getByTestId('filters');
  }

  async open(query = ''): Promise<void> {
    await this.at(`/copies${query}`);
  }

  /** Filters the copies by status. */
  async only(state: string): Promise<void> {
    await this.filters.getByLabel('State').selectOption({ label: state });
    await this.filters.getByRole('button', { name: 'Show' }).click();
  }
}
