import type { Locator, Page } from '@playwright/test';
import type { Credentials } from '../support/desk.ts';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/keys`: exchange keys. */
export class Keys extends Frame {
  readonly list: Locator;
  readonly openSandbox: Locator;
  readonly add: NewKey;

  constructor(page: Page) {
    super(page);
    this.list = page.getByTestId('key');
    this.openSandbox = page.getByTestId('open-sandbox');
    this.add = new NewKey(page.getByTestId('key-create'));
  }

  async open(): Promise<void> {
    await this.at('/keys');
  }

  card(name: string): KeyCard {
    const heading = this.page.getByRole('heading', { name, exact: true });
    return new KeyCard(this.list.filter({ has: heading }));
  }
}

/** The form that connects an exchange key. */
class NewKey {
  readonly name: Locator;
  readonly apiKey: Locator;
  readonly secret: Locator;
  readonly submit: Locator;

  constructor(form: Locator) {
    this.name = field(form, 'name');
    this.apiKey = field(form, 'apiKey');
    this.secret = field(form, 'apiSecretKey');
    this.submit = form.getByRole('button');
  }

  async send(name: string, { apiKey, apiSecretKey }: Credentials): Promise<void> {
    await this.name.fill(name);
    await this.apiKey.fill(apiKey);
    await this.secret.fill(apiSecretKey);
    await this.submit.click();
  }
}

/** One key with its forms. */
class KeyCard {
  readonly apiKey: Locator;
  readonly name: Locator;
  readonly rename: Locator;
  readonly newApiKey: Locator;
  readonly newSecret: Locator;
  readonly renew: Locator;
  /** Disables the key, or enables it again. */
  readonly switch: Locator;
  readonly trade: Locator;
  readonly delete: Locator;
  /** The badge of an account in hedge mode. */
  readonly hedged: Locator;

  constructor(readonly root: Locator) {
    this.apiKey = root.locator('.api-key');
    this.name = field(root, 'name');
    this.rename = root.getByTestId('key-rename');
    this.newApiKey = field(root, 'apiKey');
    this.newSecret = field(root, 'apiSecretKey');
    this.renew = root.getByTestId('key-renew');
    this.switch = root.getByTestId('key-switch');
    this.trade = root.getByTestId('trade-link');
    this.delete = root.getByTestId('key-delete');
    this.hedged = root.getByTestId('hedge-mode');
  }

  /** Unfolds the forms. */
  async unfold(): Promise<void> {
    const changes = this.root.locator('details.changes');
    if ((await changes.getAttribute('open')) === null) {
      await changes.locator('summary').first().click();
    }
  }

  /** Resets the sandbox account and confirms. */
  async reset(): Promise<void> {
    await this.unfold();
    await this.root.getByTestId('sandbox-reset').click();
    await this.root.getByTestId('sandbox-reset-yes').click();
  }
}
