import { Copies, Follows, NewFollow } from '../pages/follows.ts';
import { OwnSource, OwnSources } from '../pages/own-sources.ts';
import { RiskRules } from '../pages/rules.ts';
import { expectAccessibleDayAndNight, expectFits, expectLive } from '../support/checks.ts';
import { expect, test } from '../support/test.ts';

test('a loss trips a risk rule, its page shows it, and the trader resumes', async ({ page, trader, desk }) => {
  test.setTimeout(180_000);
  expect(trader.email).toBeTruthy();
  const [sources, source, rules] = [new OwnSources(page), new OwnSource(page), new RiskRules(page)];
  const [begin, follows, copies] = [new NewFollow(page), new Follows(page), new Copies(page)];
  await sources.open();
  const id = await sources.make('Risky', '2');
  const address = await source.hook.innerText();
  const name = await source.heading.innerText();
  await source.open(id);
  await source.follow.click();
  await begin.openSandbox.click();
  await begin.start.click();
  await expect(follows.line(name).state).toHaveText('Copying');

  await rules.open();
  await rules.choose('LOSS_STREAK', '');
  await rules.add.click();
  await rules.expectProblem(rules.threshold, /.+/);
  await rules.choose('LOSS_STREAK', '1');
  await rules.preview.click();
  await expect(rules.result).toContainText('There are no copied trades in this time');
  await expect(rules.rows).toHaveCount(0);
  await rules.add.click();
  await expect(rules.message).toHaveText('Risk rules saved. They apply from now on.');
  await expect(rules.states).toHaveText(['Active']);
  await expectLive(page);
  await expectAccessibleDayAndNight(page);

  const alert = async (body: string) => {
    const sent = await fetch(new URL(new URL(address).pathname, desk.url), {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body,
    });
    expect(sent.status).toBe(200);
  };
  const copied = (count: number, status: string) =>
    expect(async () => {
      await copies.open();
      const last = copies.rows.filter({ hasText: name });
      await expect(last).toHaveCount(count, { timeout: 500 });
      await expect(last.first()).toHaveAttribute('data-status', status, { timeout: 500 });
    }).toPass();
  await alert('BTC long');
  await copied(1, 'OPEN');
  // The fees alone make it a loss.
  await alert('{"action":"exit_long"}');
  await copied(2, 'CLOSED');
  await expect(async () => {
    await rules.open();
    await expect(rules.states).toHaveText(['Reached'], { timeout: 500 });
  }).toPass();
  await expect(rules.trips).toHaveCount(1);
  await expectAccessibleDayAndNight(page);
  await page.setViewportSize({ width: 390, height: 900 });
  await expectFits(page);
  await page.setViewportSize({ width: 1280, height: 900 });

  await alert('BTC long');
  await copied(3, 'SKIPPED');
  await expect(copies.rows.first()).toContainText('Too many losses in a row');
  await page.goto('/notices');
  await expect(page.getByText('A risk rule on').first()).toBeVisible();
  await follows.open();
  await rules.resume.click();
  await expect(rules.states).toHaveText(['Active']);
});
