//! Trades by their ids: the list of a user's trades, one of them with its history, and their changes.

use super::{
    change::{self, AddSize, Part, TradeTarget},
    entry_order::{EntryOrder, entry_orders},
    idempotency::IdempotencyKey,
    intent::Intent,
    place,
};
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{SharedTrading, Trading, page_token::Token},
};
use domain::{
    Decimal, ExchangeKeyId, IntentId, Micros, Symbol, UserId,
    ticket::Stop,
    trade::{Automation, StopChange, TargetShare, TradeChange, TradeSnapshot, better_price},
    unseen::unseen,
    validation::Problem,
};
use store::{
    protection as rows,
    trade::{self as stored, Tags, TradeFilter},
};

pub use store::trade::{TradeRow, TradeSource, TradeStatus};

/// The list whose page tokens these are.
const LIST: &str = "trades";
/// Longest note, and most tags and their longest text, in characters.
const LONGEST_NOTE: usize = 2_000;
const MOST_TAGS: usize = 20;
const LONGEST_TAG: usize = 40;

/// A trade with what protects it.
#[derive(Debug)]
pub struct TradeView {
    /// The trade.
    pub row: TradeRow,
    /// Grows with each change ([`domain::trade::OpenTrade::version`]).
    pub version: i64,
    /// The wanted stop, while the trade is open.
    pub stop: Option<Stop>,
    /// The wanted take-profits, while the trade is open.
    pub targets: Vec<TargetShare>,
    /// Its automation and the peak that its trailing stop follows, while the trade is open.
    pub automation: Option<AutomationView>,
    /// The orders that open it.
    pub entries: Vec<EntryOrder>,
    /// Its changes, oldest first.
    pub changes: Vec<PastChange>,
}

/// The automation of an open trade.
#[derive(Clone, Copy, Debug)]
pub struct AutomationView {
    /// The settings.
    pub settings: Automation,
    /// When the stop was moved to breakeven after a take-profit.
    pub breakeven_at: Option<Micros>,
    /// The best price since the trailing stop was set, as far as it is known.
    pub peak: Option<Decimal>,
    /// When its time limit ends.
    pub closes_at: Option<Micros>,
}

/// A change in a trade's history.
#[derive(Debug)]
pub struct PastChange {
    /// When it was decided.
    pub at: Micros,
    /// The user who requested it.
    pub user: UserId,
    /// The state before.
    pub before: TradeSnapshot,
    /// The requested state, and the kind of the change.
    pub after: TradeSnapshot,
}

/// The filter and page of a list of trades.
#[derive(Clone, Debug, Default)]
pub struct TradeListRequest {
    /// Closed trades instead of open ones.
    pub closed: bool,
    /// Only of this exchange key.
    pub key: Option<ExchangeKeyId>,
    /// Only of this market.
    pub symbol: Option<Symbol>,
    /// Only trades whose order was recorded at this time or later.
    pub start: Option<Micros>,
    /// The most trades to return.
    pub limit: u16,
    /// Token of the previous page.
    pub token: Option<String>,
}

/// A page of trades, newest first.
#[derive(Debug)]
pub struct TradePage {
    /// The trades.
    pub items: Vec<TradeRow>,
    /// Token of the next page; `None` after the last one.
    pub next_token: Option<String>,
}

/// A change of a trade. What is absent stays.
#[derive(Clone, Debug, Default)]
pub struct TradeEdit {
    /// The new stop and take-profits.
    pub change: TradeChange,
    /// The new note.
    pub note: Option<String>,
    /// The new tags.
    pub tags: Option<Vec<String>>,
    /// The version that the caller has seen; `None` if it does not matter.
    pub version: Option<i64>,
    /// Recognizes a repeated request.
    pub idempotency: Option<IdempotencyKey>,
}

/// Whether the desk issued a page token to this user.
#[must_use]
pub fn knows_token(actor: &Actor, token: &str) -> bool {
    Token::read(token, LIST, actor.user).is_some()
}

/// Lists a user's trades, newest first. Orders that never filled are no trades.
///
/// # Errors
/// If the database cannot be read.
pub async fn list_trades(desk: &Trading, actor: &Actor, request: &TradeListRequest) -> Result<TradePage> {
    let token = request.token.as_deref().and_then(|token| Token::read(token, LIST, actor.user));
    let limit = usize::from(request.limit.max(1));
    let since = token.map(|token| token.from).or(request.start);
    let filter = TradeFilter {
        key: request.key,
        symbol: request.symbol.clone(),
        before: token.and_then(|token| token.last).map(IntentId),
        since,
        // An additional row shows whether there is another page.
        limit: i64::from(request.limit.max(1)) + 1,
    };
    let mut items = if request.closed {
        stored::list_closed(&desk.db, actor.user, &filter).await?
    } else {
        stored::list_open(&desk.db, actor.user, &filter).await?
    };
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more).map(|row| row.intent_id.0);
    let next_token = last.map(|last| {
        let from = since.unwrap_or(Micros(0));
        Token { from, until: Micros(i64::MAX), last: Some(last) }.write(LIST, actor.user)
    });
    Ok(TradePage { items, next_token })
}

/// Returns one trade with its history.
///
/// # Errors
/// Not found.
pub async fn get_trade(desk: &Trading, actor: &Actor, id: IntentId) -> Result<TradeView> {
    let row = own(desk, actor, id).await?;
    let intent = Intent::load(desk, id).await?;
    let protection = rows::get_protection(&desk.db, id).await?.filter(|row| row.ended_at.is_none());
    let in_force =
        intent.as_ref().zip(protection.as_ref()).map(|(intent, row)| change::in_force(intent, row));
    let in_force = in_force.unwrap_or_default();
    let automation = match &protection {
        Some(open) => automation_of(desk, open).await?,
        None => None,
    };
    let version = match &intent {
        Some(intent) => change::version_of(desk, intent).await?,
        None => row.version,
    };
    let changes = stored::list_changes(&desk.db, id).await?.into_iter().map(|change| {
        let read = |text: &str| serde_json::from_str(text).unwrap_or_default();
        let (before, after) = (read(&change.before), read(&change.after));
        PastChange { at: change.at, user: change.user_id, before, after }
    });
    Ok(TradeView {
        version,
        stop: match in_force.stop {
            Some(StopChange::Set(stop)) => Some(stop),
            _ => None,
        },
        targets: in_force.targets.unwrap_or_default(),
        automation,
        entries: intent.as_ref().map(entry_orders).unwrap_or_default(),
        changes: changes.collect(),
        row,
    })
}

/// Changes a trade: its stop and take-profits while it is open, its note and tags at any time.
///
/// # Errors
/// As [`super::change_trade`]; field problems of `note` and `tags`.
pub async fn edit_trade(desk: &SharedTrading, actor: &Actor, id: IntentId, edit: TradeEdit) -> Result<()> {
    let row = own(desk, actor, id).await?;
    check_note(&edit)?;
    let mut seen = None;
    if edit.change.is_empty() {
        let current = get_trade(desk, actor, id).await?;
        if edit.version.is_some_and(|version| version != current.version) {
            return Err(Error::field("version", Problem::ChangedMeanwhile));
        }
        // Of two edits of one version, the second is refused. A note that comes with a change of the protection is not
        // compared again: the change has happened.
        seen = edit.version.map(|_| current.row.version);
    } else {
        let (version, idempotency) = (edit.version, edit.idempotency);
        let target = TradeTarget { trade: Some(id), version, idempotency, ..TradeTarget::default() };
        change::change_trade(desk, actor, row.exchange_key_id, &row.symbol, target, edit.change).await?;
    }
    if edit.note.is_none() && edit.tags.is_none() {
        return Ok(());
    }
    let tags = edit.tags.as_ref().map(Tags::of).transpose()?;
    let mut tx = desk.db.begin().await?;
    let set = stored::set_note(&mut tx, actor.user, id, seen, edit.note.as_deref(), tags.as_ref()).await?;
    tx.commit().await?;
    match (set, seen) {
        (true, _) => Ok(()),
        (false, Some(_)) => Err(Error::field("version", Problem::ChangedMeanwhile)),
        (false, None) => Err(Error::NotFound),
    }
}

/// Closes a part of an open trade, or all of it.
///
/// # Errors
/// Not found, also if the trade is not open or its position belongs to a later one; as [`super::close_part`].
pub async fn close_trade(
    desk: &SharedTrading,
    actor: &Actor,
    id: IntentId,
    part: Part,
    idempotency: Option<IdempotencyKey>,
) -> Result<()> {
    let row = own(desk, actor, id).await?;
    // A repeated request gets its answer although the trade has closed.
    let repeated = row.status == TradeStatus::Closed && idempotency.is_some();
    if row.status != TradeStatus::Open && !repeated {
        return Err(Error::NotFound);
    }
    let target = TradeTarget { trade: Some(id), idempotency, ..TradeTarget::default() };
    change::close_target(desk, actor, row.exchange_key_id, &row.symbol, target, part).await
}

/// Increases the position of an open trade.
///
/// # Errors
/// Not found, also if the trade is not open; as [`super::add_to_trade`].
pub async fn add_to(
    desk: &SharedTrading,
    actor: &Actor,
    id: IntentId,
    size: AddSize,
    version: Option<i64>,
    idempotency: Option<IdempotencyKey>,
) -> Result<()> {
    let row = own(desk, actor, id).await?;
    let target = TradeTarget { trade: Some(id), version, idempotency, ..TradeTarget::default() };
    change::add_to_trade(desk, actor, row.exchange_key_id, &row.symbol, target, size).await
}

/// Closes the position of an open trade and opens one of the same size on the other side. Returns the id of the new trade.
///
/// # Errors
/// As [`super::reverse_trade`].
pub async fn reverse(
    desk: &SharedTrading,
    actor: &Actor,
    id: IntentId,
    confirmed: bool,
    idempotency: Option<IdempotencyKey>,
) -> Result<IntentId> {
    let row = own(desk, actor, id).await?;
    let (key, symbol) = (row.exchange_key_id, row.symbol);
    place::reverse_trade(desk, actor, key, &symbol, Some(id), confirmed, idempotency).await
}

/// Returns what the desk does with an open trade by itself.
async fn automation_of(desk: &Trading, open: &rows::Protection) -> Result<Option<AutomationView>> {
    let row = store::automation::get_automation(&desk.db, open.intent_id).await?;
    let view = |row: store::automation::AutomationRow| {
        let (settings, stored) = (row.automation(), row.peak.map(|peak| peak.0));
        // Another instance may follow it.
        let followed = desk.automations.peak(open.intent_id);
        let peak = match (stored, followed) {
            (Some(stored), Some(followed)) => Some(better_price(open.side, stored, followed)),
            (stored, followed) => stored.or(followed),
        };
        AutomationView {
            settings,
            breakeven_at: row.breakeven_at,
            peak: peak.filter(|_| settings.trailing_percent.is_some()),
            closes_at: open.entered_at.and_then(|entered| settings.closes_at(entered)),
        }
    };
    Ok(row.map(view).filter(|view| view.settings != Automation::default() || view.breakeven_at.is_some()))
}

async fn own(desk: &Trading, actor: &Actor, id: IntentId) -> Result<TradeRow> {
    let row = stored::get_trade(&desk.db, id).await?;
    row.filter(|row| row.user_id == actor.user).ok_or(Error::NotFound)
}

fn check_note(edit: &TradeEdit) -> Result<()> {
    // Line breaks belong into a note, but not into a tag.
    let unreadable = |text: &str| text.chars().any(|c| unseen(c) && c != '\n');
    if edit.note.as_deref().is_some_and(unreadable) {
        return Err(Error::field("note", Problem::NotText));
    }
    if edit.note.as_deref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(Error::field("note", Problem::TextTooLong));
    }
    let Some(tags) = &edit.tags else { return Ok(()) };
    let problem = |tag: &String| match tag.chars().count() {
        0 => Some(Problem::Required),
        1..=LONGEST_TAG if tag.chars().any(unseen) => Some(Problem::NotText),
        1..=LONGEST_TAG => None,
        _ => Some(Problem::TextTooLong),
    };
    if tags.len() > MOST_TAGS {
        return Err(Error::field("tags", Problem::TooMany));
    }
    tags.iter().find_map(problem).map_or(Ok(()), |problem| Err(Error::field("tags", problem)))
}
