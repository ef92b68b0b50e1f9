//! Weekly and monthly reports (table `reports`), and when each user is next checked for one (`report_looks`).

use crate::{JsonText, Result, Source, Tx};
use domain::{
    ExchangeKeyId, Micros, ReportId, Symbol, TradeType, UserId,
    report::{Period, Report},
};
use sqlx::FromRow;
use uuid::Uuid;

/// A report, as read and written.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ReportRow {
    /// Id of the report.
    pub id: ReportId,
    /// The user it is for.
    pub user_id: UserId,
    /// Week or month.
    pub period: Period,
    /// First day, `2026-03-02`, in the user's time zone at that time.
    pub first_day: String,
    /// The figures.
    pub body: JsonText<Report>,
    /// When it was created.
    pub created_at: Micros,
}

/// Adds a report; returns `false` if the user already has the report of this period.
pub async fn insert_report(tx: &mut Tx, row: &ReportRow) -> Result<bool> {
    let rows = exec!(
        tx,
        "insert into reports (id, user_id, period, first_day, body, created_at) values ($1, $2, $3, $4, $5, $6) \
         on conflict (user_id, period, first_day) do nothing",
        row.id,
        row.user_id,
        row.period,
        &row.first_day,
        &row.body,
        row.created_at
    )?;
    Ok(rows == 1)
}

/// Returns whether a user has the report of a period.
pub async fn report_exists(from: impl Source, user: UserId, period: Period, first_day: &str) -> Result<bool> {
    let count = value!(
        i64,
        from,
        "select count(*) from reports where user_id = $1 and period = $2 and first_day = $3",
        user,
        period,
        first_day
    )?;
    Ok(count.unwrap_or(0) > 0)
}

select! {
    reports -> ReportRow,
    "id, user_id, period, first_day, body, created_at",
    "from reports"
}

/// Returns a user's report.
pub async fn get_report(from: impl Source, user: UserId, id: ReportId) -> Result<Option<ReportRow>> {
    reports!(from, fetch_optional, "where id = $1 and user_id = $2", id, user)
}

/// Lists a user's reports, newest first, starting before `before`.
pub async fn list_reports(
    from: impl Source,
    user: UserId,
    before: Option<ReportId>,
    limit: i64,
) -> Result<Vec<ReportRow>> {
    let before = before.unwrap_or(ReportId(Uuid::max()));
    reports!(
        from,
        fetch_all,
        "where user_id = $1 and id < $2 \
         order by id desc limit $3",
        user,
        before,
        limit
    )
}

/// A user whose reports are due for a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Due {
    /// Id of the user.
    pub user_id: UserId,
    /// When the user signed up.
    pub created_at: Micros,
}

/// Schedules a check, due immediately, for every user who has signed up since the last call; returns their number.
pub async fn schedule_new_users(tx: &mut Tx) -> Result<u64> {
    exec!(
        tx,
        "insert into report_looks (user_id, look_at) select u.id, 0 from users u \
         where not exists (select 1 from report_looks l where l.user_id = u.id) on conflict (user_id) do nothing"
    )
}

/// Lists the users whose check is due, the longest waiting first.
pub async fn list_due(from: impl Source, now: Micros, limit: i64) -> Result<Vec<Due>> {
    rows!(
        Due,
        from,
        fetch_all,
        "select l.user_id, u.created_at from report_looks l join users u on u.id = l.user_id \
         where l.look_at <= $1 order by l.look_at, l.user_id limit $2",
        now,
        limit
    )
}

/// Schedules a user's next check.
pub async fn schedule_check(tx: &mut Tx, user: UserId, at: Micros) -> Result<()> {
    exec!(tx, "update report_looks set look_at = $2 where user_id = $1", user, at)?;
    Ok(())
}

/// A market on which a key entered trades.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Traded {
    /// The exchange key.
    pub exchange_key_id: ExchangeKeyId,
    /// Spot or futures.
    pub trade_type: TradeType,
    /// Trading pair.
    pub symbol: Symbol,
    /// Number of entries.
    pub entries: Option<i64>,
    /// Number of copied entries among them.
    pub copied: Option<i64>,
}

/// Lists the markets on which a user's keys entered trades between two times, with the number of entries that
/// reached the exchange.
pub async fn list_traded_markets(
    from: impl Source,
    user: UserId,
    start: Micros,
    end: Micros,
) -> Result<Vec<Traded>> {
    rows!(
        Traded,
        from,
        fetch_all,
        "select i.exchange_key_id, i.trade_type, i.symbol, count(distinct i.id) as entries, \
           cast(sum(case when exists (select 1 from copies c where c.id = i.id) then 1 else 0 end) as bigint) as copied \
         from intents i join intent_legs l on l.intent_id = i.id \
         where i.user_id = $1 and i.kind = 'open' and l.role = 'entry' and l.order_json is not null \
           and i.created_at >= $2 and i.created_at < $3 \
         group by i.exchange_key_id, i.trade_type, i.symbol \
         order by i.exchange_key_id, i.trade_type, i.symbol",
        user,
        start,
        end
    )
}
