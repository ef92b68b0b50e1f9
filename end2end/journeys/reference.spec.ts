import { expectAccessibleDayAndNight } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

test('the API reference comes from the desk alone, and contains every operation', async ({ page, request }) => {
  const asked = new Set<string>();
  page.on('request', (sent) => asked.add(new URL(sent.url()).host));
  await page.goto('/');
  await page.getByTestId('api-docs').click();
  await expect(page.getByRole('heading', { level: 1, name: 'API reference' })).toBeVisible();
  const document = await (await request.get('/openapi.json')).json();
  const operations = Object.values<object>(document.paths).flatMap((item) => Object.keys(item)).length;
  await expect(page.getByTestId('operation')).toHaveCount(operations);
  expect([...asked]).toEqual([new URL(page.url()).host]);
  await expectAccessibleDayAndNight(page);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('an operation is opened, and its example and its errors are read', async ({ page }) => {
    await page.goto('/docs');
    const operation = page.getByTestId('operation').filter({ has: page.locator('#createOrder') });
    await operation.locator('summary').first().click();
    await expect(operation.getByText("curl -X POST 'http", { exact: false })).toBeVisible();
    await operation.getByText('Some fields are invalid', { exact: false }).click();
    await expect(operation.getByText('must be valid exchange symbol', { exact: false })).toBeVisible();
    await page.goto('/docs#closePosition');
    await expect(page.locator('#closePosition'), 'a link to an operation opens it').toBeVisible();
  });
});
