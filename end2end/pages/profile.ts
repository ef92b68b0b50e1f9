import type { Locator, Page } from '@playwright/test';
import { field } from '../support/fields.ts';
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
    this.first = field(form, 'firstName');
    this.last = field(form, 'lastName');
    this.country = field(form, 'country');
    this.language = field(form, 'language');
    this.zone = field(form, 'timezone');
    this.save = form.getByRole('button');
  }

  async open(): Promise<void> {
    await this.at('/settings/profile');
  }
}
