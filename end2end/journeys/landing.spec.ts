import { Landing } from '../pages/landing.ts';
import { expectAccessibleDayAndNight, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

test('a visitor sees what Slipstream is, and a price that moves', async ({ page }) => {
  const landing = new Landing(page);
  await landing.open();
  await expect(landing.heading).toBeVisible();
  await expect(landing.mode).toHaveText('Paper');
  await expectLive(page);
  const first = await landing.priceNow();
  expect(first).toBeGreaterThan(0);
  await expect.poll(() => landing.priceNow(), { message: 'the live price does not change' }).not.toBe(first);
  await expectAccessibleDayAndNight(page);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the page can be read, and leads to the sign-up form', async ({ page }) => {
    const landing = new Landing(page);
    await landing.open();
    await expect(landing.heading).toBeVisible();
    expect(await landing.priceNow()).toBeGreaterThan(0);
    await landing.signUp.click();
    await expect(page).toHaveURL(/\/sign-up$/);
    await expect(page.getByRole('textbox').first()).toBeVisible();
  });
});

test('styles, scripts and wasm are compressed and cached forever', async ({ page, request }) => {
  const loaded: string[] = [];
  page.on('request', (asked) => {
    if (new URL(asked.url()).pathname.startsWith('/pkg/')) {
      loaded.push(asked.url());
    }
  });
  await new Landing(page).open();
  await expectLive(page);
  for (const suffix of ['.css', '.js', '.wasm']) {
    const url = loaded.find((address) => address.endsWith(suffix));
    expect(url, `a ${suffix} file`).toBeDefined();
    const answer = await request.get(url ?? '', { headers: { 'accept-encoding': 'br' } });
    expect(answer.headers()).toMatchObject({
      'content-encoding': 'br',
      'cache-control': 'public, max-age=31536000, immutable',
    });
  }
});
