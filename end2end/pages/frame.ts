import { expect, type Locator, type Page } from '@playwright/test';

/** The frame of every page: header, navigation, account menu, toasts. */
export class Frame {
  readonly heading: Locator;
  readonly mode: Locator;
  readonly connection: Locator;
  readonly menu: Locator;
  readonly toasts: Locator;
  readonly bell: Locator;
  /** The link that leads past the navigation. */
  readonly skip: Locator;
  /** The bell's count; not shown while everything is read. */
  readonly unread: Locator;
  /** The result of the last form, above it. */
  readonly message: Locator;

  constructor(readonly page: Page) {
    this.heading = page.getByRole('heading', { level: 1 });
    this.mode = page.getByTestId('mode');
    this.connection = page.getByTestId('connection');
    this.menu = page.getByTestId('account-menu');
    this.bell = page.getByTestId('bell');
    this.skip = page.getByTestId('skip');
    this.unread = page.getByTestId('unread');
    this.toasts = page.getByTestId('toasts').locator('.toast');
    this.message = page.getByTestId('message').first();
  }

  /** Opens a page that must exist. */
  protected async at(path: string): Promise<void> {
    const answer = await this.page.goto(path);
    expect(answer?.status(), path).toBe(200);
  }

  /** Expects a field's problem, which is shown beside the field and linked by `aria-describedby`. */
  async expectProblem(field: Locator, text: string | RegExp): Promise<void> {
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    const beside = await field.getAttribute('aria-describedby');
    await expect(this.page.locator(`[id="${beside}"]`)).toHaveText(text);
  }

  /** The main navigation's link to a page. */
  nav(to: 'dashboard' | 'strategies' | 'follows' | 'trade' | 'keys' | 'history'): Locator {
    return this.page.getByTestId(`nav-${to}`);
  }

  async signOut(): Promise<void> {
    await this.menu.locator('summary').click();
    await this.page.getByTestId('sign-out').click();
    await expect(this.menu).toHaveCount(0);
  }
}
