import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/admin/people`: finding users, and securing an account. */
export class People extends Frame {
  readonly list: Locator;

  constructor(page: Page) {
    super(page);
    this.list = page.getByTestId('people');
  }

  async open(): Promise<void> {
    await this.at('/admin/people');
  }

  async search(text: string): Promise<void> {
    const form = this.page.getByRole('search');
    await form.getByRole('searchbox').fill(text);
    await form.getByRole('button').click();
  }

  person(email: string): PersonCard {
    return new PersonCard(this.list.locator(`[data-email="${email}"]`));
  }
}

/** One user in the list. */
class PersonCard {
  readonly state: Locator;

  constructor(private readonly root: Locator) {
    this.state = root.getByTestId('person-state');
  }

  async suspend(): Promise<void> {
    await this.root.getByTestId('person-suspend').click();
    await this.root.getByTestId('person-suspend-yes').click();
  }

  async unsuspend(): Promise<void> {
    await this.root.getByTestId('person-unsuspend').click();
  }
}
