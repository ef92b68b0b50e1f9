//! Compares accounts at the exchange with the database, and rebuilds what can be rebuilt.

use super::state::refresh;
use crate::{
    error::{Error, Result},
    messaging::notify::{self, Content, Letter},
    platform::recipient::lang_of_user,
    trading::{
        SharedTrading, Trading, key,
        order::{self, Access, Parsed},
        review::difference::{Difference, UnknownOrder},
        words::words,
    },
};
use domain::{ApiKeyStatus, ExchangeKeyId, Micros, Order, Position, PositionSlot, Symbol, TradeType};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use store::key::KeyRow;

/// Orders of a market's history that are read to rebuild an intent.
const HISTORY: u16 = 200;
/// Maximum differences listed per account.
const MOST: usize = 50;

/// Checks the next account that was not checked since this process started. One at a time, because reading
/// all orders of an account uses much of the IP address's request weight.
///
/// # Errors
/// When the database cannot be used.
pub async fn check_next(desk: &SharedTrading) -> Result<()> {
    if desk.reviews.state().due.is_none() {
        let due = due(desk).await?;
        desk.reviews.state().due = Some(due);
    }
    let next = desk.reviews.state().due.as_mut().and_then(VecDeque::pop_front);
    let Some(id) = next else { return Ok(()) };
    let row = store::key::get_any(&desk.db, id).await?;
    let usable = row.filter(|row| row.key.status != ApiKeyStatus::Unauthorized);
    let Some(row) = usable else { return Ok(()) };
    if let Err(error) = check(desk, row).await {
        tracing::debug!(key = %id, %error, "could not review an account; will retry");
        if let Some(due) = desk.reviews.state().due.as_mut() {
            due.push_back(id);
        }
    }
    Ok(())
}

/// The accounts to check: those under review first, then all active futures keys.
async fn due(desk: &Trading) -> Result<VecDeque<ExchangeKeyId>> {
    let reviews = store::review::list_all(&desk.db).await?;
    let mut due: VecDeque<_> = reviews.into_iter().map(|review| review.exchange_key_id).collect();
    let active = store::key::list_active(&desk.db).await?;
    let futures = active.into_iter().filter(|row| row.key.trade_type == TradeType::Futures);
    for row in futures {
        if desk.reviews.since(row.key.id).is_none() {
            due.push_back(row.key.id);
        }
    }
    Ok(due)
}

/// Compares an account with the database.
///
/// # Errors
/// When the exchange or the database does not answer.
async fn check(desk: &Trading, row: KeyRow) -> Result<()> {
    let access = Access { who: key::credentials(desk, &row)?, row };
    let (who, id) = (&access.who, access.row.key.id);
    let open = access.take(desk, desk.exchange.open_orders(who, TradeType::Futures, None).await).await?;
    let positions = access.take(desk, desk.exchange.positions(who, None).await).await?;
    let mut unknown = Unknown::default();
    for order in &open {
        unknown.add(desk, order).await?;
    }
    let bare = without_row(desk, id, &positions).await?;
    let mut symbols: BTreeSet<Symbol> = bare.iter().map(|position| position.symbol.clone()).collect();
    symbols.extend(unknown.0.values().map(|orders| orders[0].symbol.clone()));
    for symbol in &symbols {
        // Closed and cancelled orders show which stop was wanted, and which intent opened a position.
        let answer = desk.exchange.orders(who, TradeType::Futures, symbol, HISTORY).await;
        for order in access.take(desk, answer).await? {
            let opened = bare.iter().find(|position| is_of(&order, position));
            unknown.add_past(desk, &order, opened).await?;
        }
    }
    let differences = settle_unknown(desk, &access, &unknown, &bare).await?;
    note(desk, &access.row, &differences).await
}

/// Orders of this install that the database does not know, by the intent that sent them.
#[derive(Default)]
struct Unknown(BTreeMap<domain::IntentId, Vec<Order>>);

impl Unknown {
    async fn add(&mut self, desk: &Trading, order: &Order) -> Result<()> {
        if let Some(parsed) = ours(desk, order)
            && store::intent::get_intent(&desk.db, parsed.intent).await?.is_none()
        {
            self.0.entry(parsed.intent).or_default().push(order.clone());
        }
        Ok(())
    }

    /// Adds a past order: one of an intent with open orders, or of the intent that opened the position
    /// without a row.
    async fn add_past(&mut self, desk: &Trading, order: &Order, opened: Option<&Position>) -> Result<()> {
        let Some(parsed) = ours(desk, order) else { return Ok(()) };
        let same = |known: &Order| known.client_order_id == order.client_order_id;
        if let Some(orders) = self.0.get_mut(&parsed.intent) {
            if !orders.iter().any(same) {
                orders.push(order.clone());
            }
        } else if opened.is_some() {
            self.add(desk, order).await?;
        }
        Ok(())
    }
}

/// Parses a client order id, if it belongs to this install. Ids of earlier releases name no install and count
/// as ours.
fn ours(desk: &Trading, order: &Order) -> Option<Parsed> {
    let parsed = order::parse_client_id(&order.client_order_id)?;
    (parsed.install.is_none() || parsed.install == desk.install()).then_some(parsed)
}

/// Open positions that no protection row covers.
async fn without_row(desk: &Trading, key: ExchangeKeyId, positions: &[Position]) -> Result<Vec<Position>> {
    let rows = store::protection::of_key(&desk.db, key).await?;
    let known = |position: &&Position| {
        !rows.iter().any(|row| (&row.symbol, row.position_side) == (&position.symbol, position.position_side))
    };
    Ok(positions.iter().filter(known).cloned().collect())
}

/// Rebuilds what can be rebuilt, and returns the differences. Past intents without open orders that did not
/// open a current position are ignored. `bare` are the positions that no protection row covers.
async fn settle_unknown(
    desk: &Trading,
    access: &Access,
    unknown: &Unknown,
    bare: &[Position],
) -> Result<Vec<Difference>> {
    let mut differences = Vec::new();
    let newest = newest_entries(unknown);
    for (intent, orders) in &unknown.0 {
        let open = orders.iter().any(|order| !order.is_final());
        let (symbol, place) = (&orders[0].symbol, place(&orders[0]));
        if !open && newest.get(&place) != Some(intent) {
            continue;
        }
        let opened = bare.iter().find(|position| is_of(&orders[0], position));
        // A position that an order of this install has opened belongs to that order's intent. It may also have
        // increased one that was adopted.
        let opened = opened.filter(|_| newest.get(&place).is_none_or(|latest| latest == intent));
        let adopted = order::adopt(desk, access, *intent, orders, opened).await?;
        for order in orders.iter().filter(|order| !open || !order.is_final()) {
            differences.push(Difference::new(symbol.clone(), UnknownOrder::of(order), adopted));
        }
    }
    differences.truncate(MOST);
    Ok(differences)
}

/// The position that an order acts on.
fn place(order: &Order) -> (Symbol, PositionSlot) {
    (order.symbol.clone(), order.position_side)
}

/// Whether an order acts on a position.
fn is_of(order: &Order, position: &Position) -> bool {
    (&order.symbol, order.position_side) == (&position.symbol, position.position_side)
}

/// The intent with the latest entry of each position.
fn newest_entries(unknown: &Unknown) -> HashMap<(Symbol, PositionSlot), domain::IntentId> {
    let mut newest: HashMap<(Symbol, PositionSlot), (Micros, domain::IntentId)> = HashMap::new();
    for (intent, orders) in &unknown.0 {
        let Some(entry) = orders.iter().find(|order| !order.reduce_only && !order.filled.is_zero()) else {
            continue;
        };
        let last = newest.entry(place(entry)).or_insert((entry.at, *intent));
        if entry.at > last.0 {
            *last = (entry.at, *intent);
        }
    }
    newest.into_iter().map(|(place, (_, intent))| (place, intent)).collect()
}

/// Stores the result: an account without differences is released, unless earlier ones await an admin's
/// confirmation.
async fn note(desk: &Trading, row: &KeyRow, differences: &[Difference]) -> Result<()> {
    let (now, id) = (desk.clock.now(), row.key.id);
    let mut tx = desk.db.begin().await?;
    if differences.is_empty() {
        store::review::end_unchecked(&mut tx, id).await?;
    } else {
        let text = serde_json::to_string(differences).map_err(Error::fault)?;
        store::review::put_review(&mut tx, id, &text, now).await?;
        let name = notify::shown(&row.key.name);
        let link = format!("{}/admin/maintenance", desk.settings.public_url);
        let once = format!("review:{id}:{}", now.0);
        for admin in store::user::list_admins(&mut tx).await? {
            let words = words(lang_of_user(desk, &mut tx, admin.id).await?);
            let content = Content::plain(&words.review(&name), &words.review_body(&name, &link));
            notify::letter(desk, &mut tx, admin.id, &Letter { once: &once, content: &content }).await?;
        }
        tracing::warn!(key = %id, count = differences.len(), "an account's orders at the exchange differ from the database");
    }
    tx.commit().await?;
    refresh(desk).await
}
