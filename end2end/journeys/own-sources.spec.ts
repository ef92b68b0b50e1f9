import { Copies, Follows, NewFollow } from '../pages/follows.ts';
import { OwnSource, OwnSources } from '../pages/own-sources.ts';
import { Strategies } from '../pages/strategies.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import { becomeAdmin } from '../support/admin.ts';
import { signUp } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

test('a trader copies their own alerts, and no other user sees them', async ({
  page,
  trader,
  desk,
  elsewhere,
  watch,
}) => {
  test.setTimeout(120_000);
  watch.allow(/status of 404/);
  expect(trader.email).toBeTruthy();
  const [strategies, sources, source] = [new Strategies(page), new OwnSources(page), new OwnSource(page)];
  const [begin, follows, copies] = [new NewFollow(page), new Follows(page), new Copies(page)];

  await strategies.open();
  await page.getByTestId('own-sources-link').click();
  await expect(sources.empty).toContainText('No signal sources yet');
  await expectAccessibleDayAndNight(page);
  await sources.name.fill('');
  await sources.form.getByRole('button').click();
  await sources.expectProblem(sources.name, /.+/);
  const id = await sources.make('My alerts', '2');
  const address = await source.hook.innerText();
  expect(address).toContain('/v1/hook/strategy/');
  const name = await source.heading.innerText();
  expect(name).toMatch(/^My alerts #[0-9A-F]{6}$/);
  await expectLive(page);
  await expectAccessibleDayAndNight(page);
  await source.open(id);
  await expect(source.hook, 'the address is shown once').toHaveCount(0);

  await source.tryOut('ETH long');
  await expect(source.verdict).toContainText('The alert is about another market than this source.');
  await source.tryOut('BTC long');
  await expect(source.verdict).toContainText('Accepted (test, no order placed)');
  await expect(source.calls).toHaveCount(2);
  await page.setViewportSize({ width: 390, height: 900 });
  await expectFits(page);
  await page.setViewportSize({ width: 1280, height: 900 });

  await source.follow.click();
  await begin.openSandbox.click();
  await begin.start.click();
  await expect(follows.line(name).state).toHaveText('Copying');
  await expectLive(page);

  const alert = (body: string) =>
    fetch(new URL(new URL(address).pathname, desk.url), {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body,
    });
  expect((await alert('ETH long')).status).toBe(422);
  await expect(sources.toasts.filter({ hasText: 'rejected an alert' })).toBeVisible();
  expect((await alert('{"action":"enter_long","tv_instrument":"BTCUSDT.P","secret":"hunter2"}')).status).toBe(200);
  await expect(async () => {
    await copies.open();
    await expect(copies.rows.filter({ hasText: name })).toHaveCount(1, { timeout: 500 });
  }).toPass();
  await source.open(id);
  await expect(source.calls).toHaveCount(4);
  await expect(source.calls.first()).toContainText('Accepted');
  await expect(page.getByText('hunter2')).toHaveCount(0);

  await signUp(elsewhere, desk.url);
  for (const path of [`/strategies/own/${id}`, `/strategies/${id}`, `/strategies/${id}/follow`]) {
    expect((await elsewhere.goto(path))?.status(), path).toBe(404);
  }
  await new Strategies(elsewhere).open();
  await expect(elsewhere.getByText(name)).toHaveCount(0);

  await source.rotate();
  await expect(source.hook).toBeVisible();
  expect((await alert('BTC long')).status, 'the old address opens nothing').toBe(404);
});

test('a source takes sizes from alerts, and an admin makes it public', async ({ page, trader, desk, elsewhere }) => {
  expect(trader.email).toBeTruthy();
  const [sources, source] = [new OwnSources(page), new OwnSource(page)];
  await sources.open();
  const id = await sources.make('For everyone', '2');
  const name = await source.heading.innerText();
  await expect(source.size).toContainText('Your risk profile decides');
  await source.switchSize();
  await expect(source.size).toContainText('The amount in each alert decides');
  await source.askApproval();
  await expectAccessibleDayAndNight(page);

  await becomeAdmin(elsewhere, desk);
  await elsewhere.goto(`${desk.url}/admin/strategies`);
  const request = elsewhere.getByTestId('approval-request').filter({ hasText: name });
  await expect(request).toContainText(trader.email);
  await expectAccessibleDayAndNight(elsewhere);
  await request.getByTestId('source-approve').click();
  await request.getByTestId('source-approve-yes').click();
  await expect(request).toHaveCount(0);
  await source.open(id);
  await expect(source.audience).toContainText('Everyone can see and copy this source.');
  await page.goto(`/strategies/${id}`);
  await expectLive(page);
});
