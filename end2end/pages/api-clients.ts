import type { Locator, Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** The credentials of a new API client, shown only once. */
export interface Secrets {
  key: string;
  secret: string;
  login: string;
}

/** `/settings/api-clients`: credentials for programs. */
export class ApiClients extends Frame {
  readonly list: Locator;
  readonly once: Locator;
  readonly name: Locator;
  readonly addresses: Locator;
  readonly expires: Locator;
  readonly rsa: Locator;
  readonly make: Locator;
  private readonly form: Locator;

  constructor(page: Page) {
    super(page);
    this.list = page.getByTestId('client');
    this.once = page.getByTestId('once');
    const form = page.getByTestId('client-create');
    this.form = form;
    this.name = field(form, 'name');
    this.addresses = field(form, 'addresses');
    this.expires = field(form, 'expiresAt');
    this.rsa = field(form, 'rsaPublicKey');
    this.make = form.getByRole('button');
  }

  async open(): Promise<void> {
    await this.at('/settings/api-clients');
  }

  async allow(...permissions: string[]): Promise<void> {
    for (const permission of permissions) {
      await this.form.locator(`input[type="checkbox"][value="${permission}"]`).check();
    }
  }

  /** Reads the credentials that are shown once. */
  async secrets(): Promise<Secrets> {
    const text = (id: string): Promise<string> => this.page.getByTestId(id).innerText();
    return { key: await text('made-key'), secret: await text('made-secret'), login: await text('made-login') };
  }

  async revoke(name: string): Promise<void> {
    const { open, yes } = this.revocation(name);
    await open.click();
    await yes.click();
  }

  /** The button that revokes a client, and the question that it opens. */
  revocation(name: string): Record<'open' | 'question' | 'yes' | 'no', Locator> {
    const heading = this.page.getByRole('heading', { name, exact: true });
    const card = this.list.filter({ has: heading });
    return {
      open: card.getByTestId('client-revoke'),
      question: card.getByRole('dialog'),
      yes: card.getByTestId('client-revoke-yes'),
      no: card.getByTestId('client-revoke-no'),
    };
  }
}
