import type { Locator, Page } from '@playwright/test';
import { Frame } from './frame.ts';

/** `/settings`: password, sessions, display. */
export class Settings extends Frame {
  readonly current: Locator;
  readonly password: Locator;
  readonly changePassword: Locator;
  readonly sessions: Locator;
  readonly endAll: Locator;

  constructor(page: Page) {
    super(page);
    const form = page.getByTestId('change-password');
    this.current = form.getByLabel('Present password');
    this.password = form.getByLabel('New password');
    this.changePassword = form.getByRole('button');
    this.sessions = page.getByTestId('session');
    this.endAll = page.getByTestId('end-all');
  }

  async open(): Promise<void> {
    await this.at('/settings');
  }

  async change(current: string, password: string): Promise<void> {
    await this.current.fill(current);
    await this.password.fill(password);
    await this.changePassword.click();
  }

  async theme(name: 'As the system' | 'Light' | 'Dark'): Promise<void> {
    const form = this.page.getByTestId('theme');
    await form.getByText(name, { exact: true }).click();
    await form.getByRole('button').click();
  }
}
