import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/settings/profile`: the user's name, country, language and time zone. */
export class Profile extends Frame {
  readonly first: Locator;
  readonly last: Locator;
  readonly country: Locator;
  readonly language: Locator;
  readonly zone: Locator;
  readonly save: Locator;

  constructor(page: Page) {
    super(page);
    const form = page.getByTestId('profile');
    this.first = form.getByLabel('First name');
    this.last = form.getByLabel('Last name');
    this.country = form.getByLabel('Country');
    this.language = form.getByLabel('Language');
    this.zone = form.getByLabel('Time zone');
    this.save = form.getByRole('button', { name: 'Save' });
  }

  async open(): Promise<void> {
    await this.at('/settings/profile');
  }
}
