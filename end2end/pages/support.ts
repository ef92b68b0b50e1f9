import type { Locator, Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/support`, and `/admin/support`, which shows everyone's requests. */
export class Support extends Frame {
  readonly subject: Locator;
  readonly body: Locator;
  readonly send: Locator;
  readonly tickets: Locator;

  constructor(page: Page) {
    super(page);
    const form = page.getByTestId('support-ask');
    this.subject = field(form, 'subject');
    this.body = field(form, 'message');
    this.send = form.getByRole('button');
    this.tickets = page.getByTestId('ticket');
  }

  async open(): Promise<void> {
    await this.at('/support');
  }

  async openAll(): Promise<void> {
    await this.at('/admin/support');
  }

  async ask(subject: string, message: string): Promise<void> {
    await this.subject.fill(subject);
    await this.body.fill(message);
    await this.send.click();
  }

  /** The request with this subject. */
  ticket(subject: string): Locator {
    return this.tickets.filter({ has: this.page.getByRole('heading', { name: subject, exact: true }) });
  }

  async close(subject: string): Promise<void> {
    await this.ticket(subject).getByTestId('ticket-close').click();
  }
}
