import type { Page } from '@playwright/test';
import type { Desk } from './desk.ts';
import { signUp } from './person.ts';

/** Makes the page's user an admin. */
export async function becomeAdmin(page: Page, desk: Desk): Promise<void> {
  const person = await signUp(page, desk.url);
  await desk.command('admin', person.email);
}
