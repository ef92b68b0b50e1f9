import type { Page } from '@playwright/test';
import type { Desk } from './desk.ts';
import { signUp } from './person.ts';

/** Makes the page's user an operator. */
export async function becomeOperator(page: Page, desk: Desk): Promise<void> {
  const person = await signUp(page, desk.url);
  await desk.command('admin', person.email);
}
