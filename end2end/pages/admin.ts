import { expect, type Locator, type Page } from '@playwright/test';
import { field, option } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/admin/strategies`: all strategies, a form to create one, and the switch for all new copies. */
export class AdminStrategies extends Frame {
  readonly list: Locator;
  readonly copies: Locator;
  readonly switchCopies: Locator;
  readonly name: Locator;
  readonly definition: Locator;
  readonly create: Locator;
  readonly definitionProblems: Locator;

  constructor(page: Page) {
    super(page);
    this.list = page.getByTestId('operated-line');
    this.copies = page.getByTestId('copies-switch');
    this.switchCopies = page.getByTestId('copies-pause');
    const form = page.getByTestId('strategy-create');
    this.name = field(form, 'name');
    this.definition = field(form, 'definition');
    this.create = form.getByRole('button');
    this.definitionProblems = page.getByTestId('definition-problems');
  }

  async open(): Promise<void> {
    await this.at('/admin/strategies');
  }

  /** Creates an active strategy with an external signal source; returns its id. */
  async make(name: string): Promise<string> {
    await this.open();
    await this.name.fill(name);
    await this.create.click();
    await expect(this.page).toHaveURL(/\/admin\/strategies\/[0-9a-f-]+/);
    await this.page.getByTestId('strategy-switch').click();
    await expect(this.message).toHaveText(`Strategy ${name} activated: its signals are copied.`);
    return new URL(this.page.url()).pathname.split('/').pop() ?? '';
  }
}

/** `/admin/strategies/<id>`: activation, webhook, manual signal, past signals. */
export class AdminStrategy extends Frame {
  readonly switch: Locator;
  readonly rotate: Locator;
  readonly rotateYes: Locator;
  readonly hook: Locator;
  readonly alert: Locator;
  readonly form: Locator;
  readonly stop: Locator;
  readonly targets: Locator;
  readonly send: Locator;
  readonly signals: Locator;

  constructor(page: Page) {
    super(page);
    this.switch = page.getByTestId('strategy-switch');
    this.rotate = page.getByTestId('hook-rotate');
    this.hook = page.getByTestId('hook-address');
    this.alert = page.getByTestId('hook-alert');
    this.form = page.getByTestId('signal-send');
    this.stop = field(this.form, 'stop');
    this.targets = field(this.form, 'targets');
    this.rotateYes = page.getByTestId('hook-rotate-yes');
    this.send = this.form.getByRole('button');
    this.signals = page.getByTestId('signal');
  }

  async open(id: string): Promise<void> {
    await this.at(`/admin/strategies/${id}`);
  }

  /** Confirms the previewed signal, which names the accounts it reaches. */
  async confirm(): Promise<void> {
    const preview = this.page.getByTestId('signal-preview');
    await expect(preview).toContainText(/\d+ accounts? trades?/);
    await this.page.getByTestId('signal-confirm').click();
  }

  /** Sends a manual entry signal and watches its fan-out. */
  async enter(side: 'BUY' | 'SELL', stop: number, ...targets: number[]): Promise<void> {
    await option(this.form, 'action', side).click();
    await this.stop.fill(String(stop));
    await this.targets.fill(targets.join(' '));
    await this.send.click();
    await this.confirm();
    await expect(this.page).toHaveURL(/\/admin\/signals\//);
  }

  /** Replaces the existing webhook's token and confirms. */
  async rotateAgain(): Promise<void> {
    await this.rotate.click();
    await this.rotateYes.click();
  }

  /** Closes all copied positions and confirms. */
  async leave(): Promise<void> {
    await this.page.getByTestId('signal-leave').click();
    await this.confirm();
    await expect(this.page).toHaveURL(/\/admin\/signals\//);
  }
}

/** `/admin/signals/<id>`: a signal's fan-out as it happens. */
export class FanOut extends Frame {
  readonly state: Locator;
  readonly copies: Locator;

  constructor(page: Page) {
    super(page);
    this.state = page.getByTestId('fan-out-state');
    this.copies = page.getByTestId('copy');
  }

  /** The number of copies with this status. */
  count(status: 'QUEUED' | 'SENDING' | 'OPEN' | 'CLOSED' | 'SKIPPED' | 'FAILED'): Locator {
    return this.page.getByTestId(`count-${status}`).locator('dd');
  }
}
