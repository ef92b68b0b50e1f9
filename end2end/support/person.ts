import { randomUUID } from 'node:crypto';
import type { Page } from '@playwright/test';

/** A user's credentials. */
export interface Person {
  email: string;
  password: string;
}

/** Credentials of a new user. */
export function newPerson(): Person {
  return { email: `ada-${randomUUID()}@example.org`, password: `engine-${randomUUID()}` };
}

/** Posts one of the desk's forms as the page's browser would; returns the redirect target. */
export async function post(page: Page, url: string, form: Record<string, string>): Promise<string> {
  const { origin } = new URL(url);
  const answer = await page.request.post(url, {
    form,
    headers: { accept: 'text/html', origin },
    maxRedirects: 0,
  });
  const to = answer.headers()['location'];
  if (answer.status() !== 303 || !to) {
    throw new Error(`${url} answered ${answer.status()}: ${await answer.text()}`);
  }
  return to;
}

/** Signs up a new user in the page's browser without using the pages, which have their own journeys. */
export async function signUp(page: Page, desk: string): Promise<Person> {
  const person = newPerson();
  const to = await post(page, `${desk}/api/sign-up`, { ...person });
  if (to !== '/dashboard') {
    throw new Error(`signing up led to ${to}`);
  }
  return person;
}

/** Opens a sandbox account for the signed-in user; returns the id of its key. */
export async function openSandbox(page: Page, desk: string): Promise<string> {
  const to = await post(page, `${desk}/api/key-sandbox`, {});
  const key = new URL(to, desk).searchParams.get('key');
  if (!key) {
    throw new Error(`opening a sandbox account led to ${to}`);
  }
  return key;
}
