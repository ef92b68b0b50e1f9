//! Forms for orders and positions, and the chart's candles.
#![allow(missing_docs)] // the server macro makes items that cannot carry docs

use super::{
    form::{self, Form, form},
    posted_ticket::{PostedAutomation, PostedTicket},
    trade_automation, trader,
};
use crate::{
    answer::{Done, FormFailure},
    components::filters::address,
    islands::desk::{Bars, EntryAutomation, TicketDraft},
    notice::DeskNotice,
    pages::closed_trades,
    visit::{Visit, encoded},
};
use domain::{
    Decimal, ExchangeKeyId, Frame, MarginMode, Micros, Refusal, Side, Symbol, TradeType, money,
    validation::{FieldProblem, Problem},
};
use http::{header, request::Parts};
use leptos::{prelude::*, server_fn::codec::GetUrl};
use service::{
    Actor, Error,
    trading::{
        market,
        order::{self, IdempotencyKey},
    },
};
use sha2::{Digest, Sha256};

/// The number of candles the chart loads per request.
pub(crate) const BARS: u16 = 300;

/// Places the ticket's order. Open orders and the position of the market are closed first, if the user has
/// confirmed that.
#[server(endpoint = "order-place")]
pub async fn place_order(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(flatten)] ticket: PostedTicket,
    #[server(flatten)] automation: PostedAutomation,
    #[server(default)] replace: String,
    #[server(default)] idempotency: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let PostedTicket(draft) = ticket;
    let set = EntryAutomation::from(automation);
    let answer = keep(at_desk("order-place", &key, &symbol), &draft);
    let answer = trade_automation::keep(answer, &set);
    let placed = place(&visit, &actor, (&key, &symbol), &draft, &set, &replace, idempotency).await;
    answer.answer_with(&visit, placed, Some(fresh_key(&visit))).await
}

async fn place(
    visit: &Visit,
    actor: &Actor,
    (key, symbol): (&str, &str),
    draft: &TicketDraft,
    set: &EntryAutomation,
    replace: &str,
    idempotency: String,
) -> Result<Done, Error> {
    let (id, pair) = market_of(key, symbol)?;
    if draft.reduces() {
        return reduce(visit, actor, (id, &pair), draft, idempotency).await;
    }
    if draft.lacks_stop() {
        return Err(Error::field("withoutStop", Problem::Required));
    }
    let raw = draft.raw(symbol);
    let order = raw.check().map_err(Error::Fields)?;
    let body_hash = Sha256::digest(format!("{key}\n{raw:?}\n{set:?}")).into();
    let idempotency = Some(IdempotencyKey { key: idempotency, body_hash }).filter(|i| !i.key.is_empty());
    if !set.is_empty() {
        let opened =
            trade_automation::open(visit, actor, id, order, replace == "yes", set, idempotency).await;
        return Ok(Done::at(back_to_desk(key, symbol)).with_notice(opened.map_err(unconfirmed)?));
    }
    let placed = if replace == "yes" {
        order::place_order(&visit.desk, actor, id, order, idempotency).await?
    } else {
        let placed = order::place_order_unless_open(&visit.desk, actor, id, order, idempotency).await;
        placed.map_err(unconfirmed)?
    };
    // The entry comes first. One with a time in force may end without a fill.
    let unfilled = placed.first().is_some_and(|entry| entry.is_final() && entry.filled.is_zero());
    let notice = if unfilled { DeskNotice::OrderUnfilled } else { DeskNotice::OrderPlaced };
    Ok(Done::at(back_to_desk(key, symbol)).with_notice(notice))
}

/// Closes a part of the position with a reduce-only order of the ticket.
async fn reduce(
    visit: &Visit,
    actor: &Actor,
    (id, pair): (ExchangeKeyId, &Symbol),
    draft: &TicketDraft,
    idempotency: String,
) -> Result<Done, Error> {
    let side = Side::parse(&draft.side).ok_or_else(|| Error::field("side", Problem::NotSide))?;
    let amount = positive("amount", &draft.amount)?;
    let key = id.to_string();
    let once = once("order-place", &[&key, &pair.to_string(), &draft.side, &draft.amount], idempotency);
    order::reduce_position(&visit.desk, actor, id, pair, (side, amount), once).await?;
    Ok(Done::at(back_to_desk(&key, &pair.to_string())).with_notice(DeskNotice::PartClosed))
}

/// Maps the error of an order without the confirmation that it may replace what is open: the form asks for it.
fn unconfirmed(error: Error) -> Error {
    let open = |problem: &FieldProblem| problem.problem == Problem::PositionOpen;
    match error {
        Error::Fields(problems) if problems.iter().any(open) => Error::field("replace", Problem::Required),
        other => other,
    }
}

/// Keeps a ticket's values for a second try.
fn keep(form: Form, draft: &TicketDraft) -> Form {
    let mut draft = draft.clone();
    let form = draft.texts().into_iter().fold(form, |form, (name, value)| form.keep(name, value));
    let form = form
        .keep("withoutStop", if draft.without_stop { "yes" } else { "" })
        .keep("reduceOnly", if draft.reduce_only { "yes" } else { "" });
    draft.targets.iter().fold(form, |form, target| form.keep("takeProfitPrices", target))
}

/// Cancels an order.
#[server(endpoint = "order-cancel")]
pub async fn cancel_order(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] order: String,
    #[server(default)] conditional: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let canceled = match market_of(&key, &symbol) {
        Ok((id, pair)) => order::cancel_order(&visit.desk, &actor, id, &pair, &order, conditional == "true")
            .await
            .map(|_| ()),
        Err(error) => Err(error),
    };
    let done =
        canceled.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(DeskNotice::OrderCanceled));
    at_desk("order-cancel", &key, &symbol).answer(&visit, done).await
}

/// Closes the position at the market price.
#[server(endpoint = "position-close")]
pub async fn close_position(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let closed = match market_of(&key, &symbol) {
        Ok((id, pair)) => order::close_position(&visit.desk, &actor, id, &pair).await,
        Err(error) => Err(error),
    };
    let done = closed.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(DeskNotice::PositionClosed));
    at_desk("position-close", &key, &symbol).answer(&visit, done).await
}

/// Ends or resumes the supervision of the market's position.
#[server(endpoint = "position-supervision")]
pub async fn set_supervision(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] supervised: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let on = supervised == "true";
    let set = match market_of(&key, &symbol) {
        Ok((id, pair)) => order::protection::set_supervised(&visit.desk, &actor, id, &pair, on).await,
        Err(error) => Err(error),
    };
    let notice = if on { DeskNotice::SupervisionResumed } else { DeskNotice::SupervisionEnded };
    let done = set.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(notice));
    at_desk("position-supervision", &key, &symbol).answer(&visit, done).await
}

/// Sets the market's leverage and margin mode. An empty field stays as it is.
#[server(endpoint = "market-settings")]
pub async fn set_market(
    #[server(default)] key: String,
    #[server(default)] symbol: String,
    #[server(default)] leverage: String,
    #[server(default)]
    #[server(rename = "marginType")]
    mode: String,
) -> Result<Done, FormFailure> {
    let (visit, actor) = trader()?;
    let parse = || -> Result<_, Error> {
        let (id, pair) = market_of(&key, &symbol)?;
        let leverage = match leverage.trim() {
            "" => None,
            text => {
                let times = text.parse::<u16>();
                Some(times.map_err(|_| Error::field("leverage", Problem::NotLeverage))?)
            }
        };
        let mode = match mode.as_str() {
            "" => None,
            word => {
                let known = MarginMode::parse(word);
                Some(known.ok_or_else(|| Error::field("marginType", Problem::NotMarginType))?)
            }
        };
        Ok((id, pair, leverage, mode))
    };
    let set = match parse() {
        Ok((id, pair, leverage, mode)) => {
            order::set_market_settings(&visit.desk, &actor, id, &pair, leverage, mode).await
        }
        Err(error) => Err(error),
    };
    let done = set.map(|()| Done::at(back_to_desk(&key, &symbol)).with_notice(DeskNotice::MarketSet));
    at_desk("market-settings", &key, &symbol).answer(&visit, done).await
}

/// The chart's candles: the newest, or those before a time in seconds.
#[server(ReadBars, endpoint = "bars", input = GetUrl)]
pub async fn bars(
    #[server(default)] symbol: String,
    #[server(default)]
    #[server(rename = "tradeType")]
    kind: String,
    #[server(default)] frame: String,
    #[server(default)] before: Option<i64>,
) -> Result<Bars, FormFailure> {
    let (visit, _) = trader()?;
    let parsed = (symbol.parse::<Symbol>(), TradeType::parse(&kind), Frame::parse(&frame));
    let (Ok(pair), Some(kind), Some(frame)) = parsed else {
        return Err(form::refuse(Error::Fields(vec![FieldProblem::new("symbol", Problem::NotSymbol)])));
    };
    let before = before.map(|s| Micros::from_millis(s.saturating_mul(1_000)));
    read_bars(&visit, kind, &pair, frame, before).await.map_err(form::refuse)
}

async fn read_bars(
    visit: &Visit,
    kind: TradeType,
    pair: &Symbol,
    frame: Frame,
    before: Option<Micros>,
) -> Result<Bars, Error> {
    let market = market::find_market(&visit.desk, kind, pair).await?;
    let candles = market::list_candles(&visit.desk, kind, pair, frame, before, BARS).await?;
    Ok(Bars::new(&candles, &market))
}

pub(super) fn market_of(key: &str, symbol: &str) -> Result<(ExchangeKeyId, Symbol), Error> {
    let id = key.parse().map_err(|_| Error::NotFound)?;
    Ok((id, symbol.parse().map_err(|_| Error::Refused(Refusal::SymbolInvalid))?))
}

/// The URL of the trade page for a key and market.
pub(crate) fn desk_page(key: &str, symbol: &str) -> String {
    format!("/trade?key={}&symbol={}", encoded(key), encoded(symbol))
}

/// The URL of the trade page from which a form was posted: its list of closed trades stays as it was.
pub(super) fn back_to_desk(key: &str, symbol: &str) -> String {
    let parts = use_context::<Parts>();
    let from = parts.as_ref().and_then(|parts| parts.headers.get(header::REFERER)?.to_str().ok());
    with_list(desk_page(key, symbol), from.unwrap_or_default())
}

/// Adds the state of the list of closed trades in the URL `from` to that of a trade page.
fn with_list(page: String, from: &str) -> String {
    let (path, query) = from.split_once('?').unwrap_or_default();
    if !path.ends_with("/trade") {
        return page;
    }
    let query = query.split('#').next().unwrap_or_default();
    let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    address(&page, closed_trades::state_of(&query))
}

pub(super) fn at_desk(name: &'static str, key: &str, symbol: &str) -> Form {
    form(name, back_to_desk(key, symbol))
}

/// The idempotency key of a form, if it has one.
pub(super) fn once(form: &str, body: &[&String], key: String) -> Option<IdempotencyKey> {
    let body: Vec<&str> = body.iter().map(|field| field.as_str()).collect();
    let body_hash = Sha256::digest(format!("{form}\n{}", body.join("\n"))).into();
    Some(IdempotencyKey { key, body_hash }).filter(|once| !once.key.is_empty())
}

/// Parses a number above zero.
pub(super) fn positive(field: &str, text: &str) -> Result<Decimal, Error> {
    let value = money::parse(text).map_err(|_| Error::field(field, Problem::NotNumber))?;
    if value > Decimal::ZERO { Ok(value) } else { Err(Error::field(field, Problem::NotPositive)) }
}

/// A new idempotency key for a form: 128 random bits.
pub(crate) fn fresh_key(visit: &Visit) -> String {
    let mut bytes = [0_u8; 16];
    visit.desk.entropy.fill(&mut bytes);
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_the_list_that_was_shown() {
        let page = || desk_page("7", "BTC/USDT");
        let from = "https://desk.example/trade?key=1&closed=1&sort=fees&page=2&flash=9#closed";
        let expected = "/trade?key=7&symbol=BTC%2FUSDT&closed=1&sort=fees&page=2";
        assert_eq!(with_list(page(), from), expected);
        for other in ["", "https://desk.example/trade", "https://desk.example/dashboard?closed=1"] {
            assert_eq!(with_list(page(), other), page());
        }
    }
}
