import { expect, type Page, test as base } from '@playwright/test';
import { Desk } from './desk.ts';
import { newPerson, openSandbox, type Person, signUp } from './person.ts';
import { Program } from './v1.ts';
import { Watch } from './watch.ts';

interface House {
  /** The server of this journey. */
  desk: Desk;
  /** Collects errors inside the journey's pages. */
  watch: Watch;
  /** A new user, signed in on the page. */
  trader: Person;
  /** The id of the trader's key: a new sandbox account. */
  key: string;
  /** A page of another browser, which has its own cookies. */
  elsewhere: Page;
  report: void;
}

interface Worker {
  /** The server shared by the journeys of one worker, each of which uses its own user. */
  shared: { desk: Desk; elder: Person };
}

/** Every journey imports `test` and `expect` from here. */
export const test = base.extend<House, Worker>({
  shared: [
    async ({}, use) => {
      const desk = await Desk.start();
      const elder = newPerson();
      const program = await Program.signUp(desk.url, elder);
      await program.connect('From the first minute', await program.openSandbox());
      await use({ desk, elder });
      await desk.stop();
    },
    { scope: 'worker' },
  ],

  desk: async ({ shared }, use) => {
    await use(shared.desk);
  },

  baseURL: async ({ desk }, use) => {
    await use(desk.url);
  },

  trader: async ({ page, desk }, use) => {
    await use(await signUp(page, desk.url));
  },

  key: async ({ page, desk, trader }, use) => {
    expect(trader.email).toContain('@');
    await use(await openSandbox(page, desk.url));
  },

  watch: [
    async ({ context }, use) => {
      const watch = new Watch(context);
      await use(watch);
      expect(watch.problems(), 'errors inside the page').toEqual([]);
    },
    { auto: true },
  ],

  elsewhere: async ({ browser, desk, watch }, use) => {
    const context = await browser.newContext({ baseURL: desk.url, userAgent: 'A telephone', reducedMotion: 'reduce' });
    watch.over(context);
    await use(await context.newPage());
    await context.close();
  },

  report: [
    async ({ desk }, use, info) => {
      await use();
      if (info.status !== info.expectedStatus) {
        await info.attach('server.log', { body: desk.log(), contentType: 'text/plain' });
      }
    },
    { auto: true },
  ],
});

/** For journeys that need their own server: its first user, or its end. */
export const alone = test.extend({
  desk: async ({}, use) => {
    const desk = await Desk.start();
    await use(desk);
    await desk.stop();
  },
});

export { expect };
