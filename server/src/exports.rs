//! Files that users export from pages: `/history.csv`, with the same filters as `/history`; `/report.html`, a
//! report as it is mailed; `/message.html`, any mail, for operators.

use crate::rest::mudawyl::error::MudawylFailure;
use app::Visit;
use axum::{
    Extension, Router,
    extract::Query,
    http::{HeaderValue, header},
    response::{Html, IntoResponse as _, Response},
    routing::get,
};
use domain::{
    Micros, Side,
    closed_trade::{SortBy, Source},
    time::DAY,
};
use serde::Deserialize;
use service::{
    Error,
    following::{
        closed_trades, report,
        trade_history::{self, Filter, TradeHistoryRequest, Which},
    },
    messaging::notify,
    platform::audit,
};

/// The policy of a mail shown in the browser: mails contain their styles inline, and nothing else may be loaded.
const MAIL_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// The query parameters; an empty one is ignored.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Wanted {
    of: String,
    key: String,
    strategy: String,
    symbol: String,
    side: String,
    source: String,
    sort: String,
    order: String,
    from: String,
    to: String,
}

impl Wanted {
    /// Ignores a symbol or side that cannot be parsed; an invalid id is an error, `NotFound`.
    fn filter(&self) -> Result<Filter, Error> {
        let id = |text: &str| if text.is_empty() { None } else { Some(text.to_owned()) };
        let key = id(&self.key).map(|key| key.parse()).transpose().map_err(|_| Error::NotFound)?;
        let strategy = id(&self.strategy).map(|id| id.parse()).transpose().map_err(|_| Error::NotFound)?;
        Ok(Filter { key, strategy, symbol: self.symbol.parse().ok(), side: Side::parse(&self.side) })
    }

    /// The filter of the list of closed trades, and its order.
    fn closed(&self) -> Result<(closed_trades::Filter, closed_trades::Sorting), Error> {
        let key = Some(&self.key).filter(|key| !key.is_empty());
        let filter = closed_trades::Filter {
            key: key.map(|key| key.parse()).transpose().map_err(|_| Error::NotFound)?,
            symbol: self.symbol.parse().ok(),
            source: Source::parse(&self.source),
            from: Micros::from_date(&self.from),
            until: Micros::from_date(&self.to).map(|day| day.plus(DAY)),
        };
        let by = SortBy::parse(&self.sort).unwrap_or(SortBy::Closed);
        Ok((filter, closed_trades::Sorting { by, ascending: self.order == "asc" }))
    }
}

/// The routes, without the access guard.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/history.csv", get(history))
        .route("/activity.csv", get(own_activity))
        .route("/admin/audit.csv", get(audit_file))
        .route("/report.html", get(report_page))
        .route("/message.html", get(message_page))
}

async fn history(Extension(visit): Extension<Visit>, Query(wanted): Query<Wanted>) -> Response {
    match file(&visit, &wanted).await {
        Ok((name, text)) => saved(name, text),
        Err(error) => MudawylFailure::Service(error).into_response(),
    }
}

async fn file(visit: &Visit, wanted: &Wanted) -> Result<(&'static str, String), Error> {
    let actor = visit.actor.as_ref().ok_or(Error::Unauthenticated)?;
    if wanted.of == "closed" {
        let (filter, sorting) = wanted.closed()?;
        let text = closed_trades::csv(&visit.desk, actor, &filter, sorting).await?;
        return Ok((closed_trades::FILE_NAME, text));
    }
    let which = Which::parse(&wanted.of).ok_or(Error::NotFound)?;
    let asked = TradeHistoryRequest::between(Micros::from_date(&wanted.from), Micros::from_date(&wanted.to));
    let text = trade_history::csv(&visit.desk, actor, which, &asked, &wanted.filter()?).await?;
    Ok((trade_history::file_name(which), text))
}

async fn own_activity(Extension(visit): Extension<Visit>) -> Response {
    log(&visit, audit::Whose::Own, "security-activity.csv").await
}

async fn audit_file(Extension(visit): Extension<Visit>) -> Response {
    log(&visit, audit::Whose::Everybodys, "audit.csv").await
}

async fn log(visit: &Visit, whose: audit::Whose, name: &str) -> Response {
    let text = match visit.actor.as_ref() {
        Some(actor) => audit::csv(&visit.desk, actor, whose).await,
        None => Err(Error::Unauthenticated),
    };
    match text {
        Ok(text) => saved(name, text),
        Err(error) => MudawylFailure::Service(error).into_response(),
    }
}

/// The byte order mark, without which Excel reads a file as Windows-1252.
const MARK: char = '\u{feff}';

/// A CSV download that no cache stores.
fn saved(name: &str, mut text: String) -> Response {
    text.insert(0, MARK);
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, named.unwrap_or(HeaderValue::from_static("attachment"))),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (headers, text).into_response()
}

/// The report or message to show; `so-far` is the report of the current week.
#[derive(Deserialize)]
struct Mailed {
    #[serde(default)]
    id: String,
}

async fn report_page(Extension(visit): Extension<Visit>, Query(asked): Query<Mailed>) -> Response {
    mail(mailed(&visit, &asked.id).await)
}

async fn message_page(Extension(visit): Extension<Visit>, Query(asked): Query<Mailed>) -> Response {
    mail(message(&visit, &asked.id).await)
}

async fn message(visit: &Visit, id: &str) -> Result<String, Error> {
    let actor = visit.actor.as_ref().ok_or(Error::Unauthenticated)?;
    notify::as_mailed(&visit.desk, actor, id.parse().map_err(|_| Error::NotFound)?).await
}

fn mail(written: Result<String, Error>) -> Response {
    match written {
        Ok(html) => ([(header::CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html)).into_response(),
        Err(error) => MudawylFailure::Service(error).into_response(),
    }
}

async fn mailed(visit: &Visit, id: &str) -> Result<String, Error> {
    let actor = visit.actor.as_ref().ok_or(Error::Unauthenticated)?;
    if id == "so-far" {
        let (report, _) = report::so_far(&visit.desk, actor).await?.ok_or(Error::NotFound)?;
        return report::as_mailed(&visit.desk, actor, &report, None).await;
    }
    let made = report::get_report(&visit.desk, actor, id.parse().map_err(|_| Error::NotFound)?).await?;
    report::as_mailed(&visit.desk, actor, &made.report, Some(made.id)).await
}
