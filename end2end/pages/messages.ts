import { expect, type Locator, type Page } from '@playwright/test';
import { field } from '../support/fields.ts';
import { Frame } from './frame.ts';

/** `/settings/notifications`: notification settings, and linking Telegram. */
export class Notifications extends Frame {
  readonly switches: Locator;
  readonly save: Locator;
  readonly state: Locator;
  readonly reached: Locator;
  readonly code: Locator;
  readonly bot: Locator;

  constructor(page: Page) {
    super(page);
    this.switches = page.getByTestId('notification-set');
    this.save = this.switches.getByRole('button');
    this.state = page.getByTestId('telegram-state');
    this.reached = page.getByTestId('telegram-reached');
    this.code = page.getByTestId('telegram-code');
    this.bot = page.getByTestId('telegram-bot');
  }

  async open(): Promise<void> {
    await this.at('/settings/notifications');
  }

  /** A switch of a channel. */
  box(name: 'emailNewOrder' | 'telegramNewOrder' | 'weeklyReport'): Locator {
    return this.switches.locator(`input[type="checkbox"][value="${name}"]`);
  }

  async unlink(): Promise<void> {
    await this.page.getByTestId('telegram-unlink').click();
    await this.page.getByTestId('telegram-unlink-yes').click();
  }
}

/** `/telegram`: the simulated chat with the bot. */
export class Chat extends Frame {
  readonly lines: Locator;
  readonly text: Locator;
  readonly send: Locator;

  constructor(page: Page) {
    super(page);
    this.lines = page.getByTestId('chat-line');
    const form = page.getByTestId('telegram-say');
    this.text = field(form, 'text');
    this.send = form.getByRole('button');
  }

  async open(): Promise<void> {
    await this.at('/telegram');
  }

  /** Sends a message and waits for the answer. */
  async say(text: string, answer: string | RegExp): Promise<void> {
    const before = await this.lines.count();
    await this.text.fill(text);
    await this.send.click();
    await expect(this.lines).toHaveCount(before + 2);
    await expect(this.lines.last()).toContainText(answer);
  }

  /** Reloads until the desk has sent this message. */
  async hear(text: string | RegExp): Promise<void> {
    await expect(async () => {
      await this.open();
      await expect(this.lines.filter({ hasText: text })).toHaveCount(1, { timeout: 100 });
    }).toPass();
  }
}
