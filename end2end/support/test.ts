import { expect, test as base } from '@playwright/test';
import { Desk } from './desk.ts';
import { Watch } from './watch.ts';

/** Every journey imports `test` and `expect` from here: it gets a server of its own, and its page is watched. */
export const test = base.extend<{ watch: Watch; report: void }, { desk: Desk }>({
  desk: [
    async ({}, use) => {
      const desk = await Desk.start();
      await use(desk);
      await desk.stop();
    },
    { scope: 'worker' },
  ],

  baseURL: async ({ desk }, use) => {
    await use(desk.url);
  },

  watch: [
    async ({ context }, use) => {
      const watch = new Watch(context);
      await use(watch);
      expect(watch.problems(), 'errors inside the page').toEqual([]);
    },
    { auto: true },
  ],

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

export { expect };
