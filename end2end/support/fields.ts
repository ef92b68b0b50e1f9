import type { Locator } from '@playwright/test';

/** A form's control by its name in the form: names are what the server reads, and texts change. */
export function field(form: Locator, name: string): Locator {
  return form.locator(`[name="${name}"]`);
}

/** The radio button with this value. Its input is hidden behind its label, which is what a person clicks. */
export function option(form: Locator, name: string, value: string): Locator {
  return form.locator('label', { has: form.page().locator(`[name="${name}"][value="${value}"]`) });
}
