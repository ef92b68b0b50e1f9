//! Weekly and monthly reports, each made and mailed once, in days of the user's time zone.

mod figures;
pub(in crate::following) mod fills;
mod letter;
mod performance;
mod period;
mod words;

pub use performance::{Performance, Range, performance};
pub use words::{Words, words};

use crate::{
    actor::Actor,
    error::{Error, Result},
    following::Following,
    messaging::notify::{self, Letter},
    platform::{recipient::lang_of_user, time_zone},
};
use domain::{
    Micros, ReportId,
    report::{Period, Report},
    time::{HOUR, MINUTE},
};
use period::Span;
use std::time::Duration;
use store::{
    JsonText,
    report::{self as rows, Due, ReportRow},
};

/// How often each user's fills are collected, since exchanges keep fills only for a limited time. A user is
/// also processed when one of their periods ends.
const COLLECT_EVERY: i64 = 6 * HOUR;
/// Delay before a retry, if an exchange did not return its fills or a user could not be processed.
const RETRY: i64 = 10 * MINUTE;
/// How long a page waits for the exchanges' fills.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long a report waits for an exchange that does not answer; afterwards it is made without its fills.
const GRACE: i64 = 6 * HOUR;
/// Maximum users per run, and reports per list.
const BATCH: i64 = 100;
const LISTED: i64 = 100;

/// A stored report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Id of the report.
    pub id: ReportId,
    /// Time at which it was made.
    pub at: Micros,
    /// The report's figures.
    pub report: Report,
}

/// Makes and mails the reports that are due; returns their number. The caller holds the job's lease; a report
/// made twice concurrently is still sent once.
///
/// # Errors
/// When the database cannot be used. A failure for one user does not delay the others.
pub async fn run_due(desk: &Following) -> Result<usize> {
    let mut tx = desk.db.begin().await?;
    rows::schedule_new_users(&mut tx).await?;
    tx.commit().await?;
    let mut made = 0;
    for due in rows::list_due(&desk.db, desk.clock.now(), BATCH).await? {
        let next = match process_user(desk, &due).await {
            Ok((count, next)) => {
                made += count;
                next
            }
            Err(error) => {
                tracing::warn!(user = %due.user_id, %error, "could not create a user's reports; will retry");
                desk.clock.now().plus(RETRY)
            }
        };
        let mut tx = desk.db.begin().await?;
        rows::schedule_check(&mut tx, due.user_id, next).await?;
        tx.commit().await?;
    }
    Ok(made)
}

/// Processes one user; returns the number of reports made and the time of the next run.
async fn process_user(desk: &Following, due: &Due) -> Result<(usize, Micros)> {
    let zone = time_zone::zone_of(desk, due.user_id).await?;
    let complete = fills::collect(desk, due.user_id, desk.clock.now().plus(-fills::COLLECT_BACK)).await?;
    let now = desk.clock.now();
    let (mut made, mut next) = (0, now.plus(COLLECT_EVERY));
    for period in [Period::Week, Period::Month] {
        next = next.min(Span::now(period, now, &zone).end);
        let span = Span::last(period, now, &zone);
        let exists = span.end <= due.created_at
            || rows::report_exists(&desk.db, due.user_id, period, &span.first_day()).await?;
        if exists {
            continue;
        }
        if !complete && now.since(span.end) < GRACE {
            next = next.min(now.plus(RETRY));
        } else if make(desk, due, &span).await? {
            made += 1;
        }
    }
    Ok((made, next))
}

/// Writes a report and, if the user wants it, its mail in one transaction. Returns `false` if there is
/// nothing to report or the report exists already.
async fn make(desk: &Following, due: &Due, span: &Span) -> Result<bool> {
    let Some(report) = figures::compute_report(desk, due.user_id, span).await? else { return Ok(false) };
    let id = ReportId::mint(&*desk.clock, &*desk.entropy);
    let row = ReportRow {
        id,
        user_id: due.user_id,
        period: span.period,
        first_day: span.first_day(),
        body: JsonText::of(&report)?,
        created_at: desk.clock.now(),
    };
    let lang = lang_of_user(desk, &desk.db, due.user_id).await?;
    let mut tx = desk.db.begin().await?;
    if !rows::insert_report(&mut tx, &row).await? {
        return Ok(false);
    }
    let content = letter::content(desk, lang, id, &report);
    if notify::wants(&mut tx, due.user_id, letter::topic(span.period)).await? {
        let letter = Letter { once: &format!("report:{id}"), content: &content };
        notify::letter(desk, &mut tx, due.user_id, &letter).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// The user's reports, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_reports(desk: &Following, actor: &Actor) -> Result<Vec<Made>> {
    let rows = rows::list_reports(&desk.db, actor.user, None, LISTED).await?;
    rows.into_iter().map(read).collect()
}

/// One of the user's reports.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get_report(desk: &Following, actor: &Actor, id: ReportId) -> Result<Made> {
    rows::get_report(&desk.db, actor.user, id).await?.map_or(Err(Error::NotFound), read)
}

fn read(row: ReportRow) -> Result<Made> {
    Ok(Made { id: row.id, at: row.created_at, report: row.body.value()? })
}

/// The current week so far, and whether its fees are complete, which they are not if an exchange does not
/// return its fills in time. `None` if there is nothing to report.
///
/// # Errors
/// When the database cannot be read.
pub async fn so_far(desk: &Following, actor: &Actor) -> Result<Option<(Report, bool)>> {
    let zone = time_zone::zone_of(desk, actor.user).await?;
    let span = Span::now(Period::Week, desk.clock.now(), &zone);
    let collected = tokio::time::timeout(PATIENCE, fills::collect(desk, actor.user, span.start)).await;
    let complete = matches!(collected, Ok(Ok(true)));
    Ok(figures::compute_report(desk, actor.user, &span).await?.map(|report| (report, complete)))
}

/// The mail of a report as a page in the browser, in the language of the user's messages; without an id, the mail of
/// the current week so far.
///
/// # Errors
/// When the database cannot be read.
pub async fn as_mailed(
    desk: &Following,
    actor: &Actor,
    report: &Report,
    id: Option<ReportId>,
) -> Result<String> {
    let lang = lang_of_user(desk, &desk.db, actor.user).await?;
    Ok(letter::page(desk, lang, report, id))
}

/// Date and time of the user's next weekly report.
///
/// # Errors
/// When the database cannot be read.
pub async fn next(desk: &Following, actor: &Actor) -> Result<String> {
    let zone = time_zone::zone_of(desk, actor.user).await?;
    Ok(zone.show(Span::now(Period::Week, desk.clock.now(), &zone).end))
}

/// A report for tests.
#[cfg(test)]
fn sample() -> Report {
    use domain::{Decimal, ExchangeKeyId, StrategyId, report::*, time::DAY};
    let (cents, start) = (|n: i64| Decimal::new(n, 2), Micros(1_772_398_800_000_000));
    let worth = Worth { start: cents(1_000_000), end: cents(1_123_456), brought: cents(100_000) };
    Report {
        period: Period::Week,
        first_day: "2026-03-02".into(),
        last_day: "2026-03-08".into(),
        zone: "Asia/Riyadh".into(),
        start,
        end: start.plus(7 * DAY),
        total: worth,
        drawdown: Drawdown { usd: cents(12_000), percent: cents(120) },
        fees: cents(321),
        trades: Trades { copied: 4, manual: 2, ended: 3, won: 2 },
        keys: vec![KeyPart { id: ExchangeKeyId(uuid::Uuid::nil()), name: "Main".into(), worth }],
        strategies: vec![StrategyPart {
            id: StrategyId(uuid::Uuid::nil()),
            name: "EMA cross".into(),
            ended: 3,
            won: 2,
            profit: cents(-500),
        }],
        won: (0..8).map(|day| (start.plus(day * DAY), cents(23_456 * day / 7))).collect(),
    }
}
