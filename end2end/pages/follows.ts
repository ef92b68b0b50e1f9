import type { Locator, Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** The three risk profiles, in the order in which a form offers them. */
const RISKS = ['conservative', 'moderate', 'aggressive'] as const;

export type Risk = (typeof RISKS)[number];

/** `/strategies/<id>/follow`: account, risk profile, limits, and the result of a typical trade. */
export class NewFollow extends Frame {
  readonly empty: Locator;
  readonly openSandbox: Locator;
  readonly form: Locator;
  readonly preview: Locator;
  readonly maxLeverage: Locator;
  readonly dailyLimit: Locator;
  readonly recalculate: Locator;
  readonly start: Locator;

  constructor(page: Page) {
    super(page);
    this.empty = page.getByTestId('empty-state');
    this.openSandbox = page.getByTestId('open-sandbox');
    this.form = page.getByTestId('follow-form');
    this.preview = page.getByTestId('preview');
    this.maxLeverage = field(this.form, 'maxLeverage');
    this.dailyLimit = field(this.form, 'dailyLossLimitUsd');
    this.recalculate = page.getByTestId('recalculate');
    this.start = page.getByTestId('follow-start');
  }

  async open(strategy: string): Promise<void> {
    await this.at(`/strategies/${strategy}/follow`);
  }

  risk(name: Risk): Locator {
    return this.form.getByTestId(`risk-${name}`);
  }
}

/** `/follows`: which account follows which strategy, at what risk. */
export class Follows extends Frame {
  readonly empty: Locator;
  readonly lines: Locator;
  readonly accounts: Locator;
  readonly copies: Locator;
  readonly panicAll: Locator;
  readonly stopped: Locator;

  constructor(page: Page) {
    super(page);
    this.empty = page.getByTestId('empty-state');
    this.stopped = page.getByTestId('follow-stopped-line');
    this.lines = page.getByTestId('follow-line');
    this.accounts = page.getByTestId('account');
    this.copies = page.getByTestId('copy');
    this.panicAll = page.getByTestId('panic-all');
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
  readonly performance: Locator;
  readonly open: Locator;
  readonly total: Locator;
  private readonly risks: Locator;
  readonly maxLeverage: Locator;
  readonly save: Locator;

  constructor(readonly root: Locator) {
    this.state = root.getByTestId('follow-state');
    this.pause = root.getByTestId('follow-pause');
    this.resume = root.getByTestId('follow-resume');
    this.stop = root.getByTestId('follow-stop');
    this.performance = root.getByTestId('follow-performance');
    this.open = root.getByTestId('follow-open');
    this.total = root.getByTestId('follow-total');
    const form = root.getByTestId('follow-change');
    this.risks = field(form, 'strategyRiskProfileId');
    this.maxLeverage = field(form, 'maxLeverage');
    this.save = form.getByRole('button');
  }

  /** Chooses another risk in the form of changes. */
  async risk(name: Risk): Promise<void> {
    await this.risks.selectOption({ index: RISKS.indexOf(name) });
  }

  /** Unfolds the forms. */
  async unfold(): Promise<void> {
    const changes = this.root.locator('details.changes');
    if ((await changes.getAttribute('open')) === null) {
      await changes.locator('summary').click();
    }
  }
}

/** `/follows/<id>`: what a follow earned, and how its entries were executed. */
export class FollowPerformance extends Frame {
  readonly open: Locator;
  readonly total: Locator;
  readonly closed: Locator;
  readonly fees: Locator;
  readonly slippage: Locator;
  readonly delay: Locator;
  readonly chart: Locator;
  readonly stop: Locator;
  readonly stopped: Locator;
  readonly execution: Locator;

  constructor(page: Page) {
    super(page);
    this.stopped = page.getByTestId('follow-stopped');
    this.open = page.getByTestId('follow-open');
    this.total = page.getByTestId('follow-total');
    this.closed = page.getByTestId('follow-closed');
    this.fees = page.getByTestId('follow-fees');
    this.slippage = page.getByTestId('follow-slippage');
    this.delay = page.getByTestId('follow-delay');
    this.chart = page.getByTestId('profit-chart');
    this.stop = page.getByTestId('position-stop');
    this.execution = page.getByRole('link', { name: 'View execution' });
  }
}

/** `/follows/stop?id=`: the choice to keep or close the position. */
export class StopFollow extends Frame {
  readonly close: Locator;
  readonly yes: Locator;

  constructor(page: Page) {
    super(page);
    this.close = page.locator('[name="leaving"][value="CLOSE"]');
    this.yes = page.getByTestId('follow-stop-yes');
  }
}

/** `/follows/panic`: the confirmation, and afterwards the results. */
export class Panic extends Frame {
  readonly yes: Locator;
  readonly results: Locator;
  readonly back: Locator;

  constructor(page: Page) {
    super(page);
    this.yes = page.getByTestId('panic-yes');
    this.results = page.getByTestId('panicked');
    this.back = page.getByTestId('panic-back');
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

  /** Shows only the copies with a status. */
  async only(status: 'OPEN' | 'SKIPPED'): Promise<void> {
    await field(this.filters, 'status').selectOption(status);
    await this.filters.getByRole('button').click();
  }
}
