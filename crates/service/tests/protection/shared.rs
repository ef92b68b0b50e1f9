//! Trades that share one position, and what must hold for them.

use crate::{
    lives::{DeskResponse, OrderKind, ticket},
    play::Play,
    sim::book::{Book, Resting, btc, d},
    stage::Cast,
};
use domain::{Decimal, Side, ticket::Stop, trade::AutomationChange};
use service::{
    SharedDesk,
    trading::order::{
        self, NewTrade, Part,
        trade::{self, TradeStatus},
    },
};
use store::trade::TradeFilter;

/// Opens a trade of the amount that every life enters beside the open one, with its stop at this price.
pub(crate) async fn open_beside(desk: &SharedDesk, cast: &Cast, stop: &str) -> DeskResponse {
    let mut order = ticket(OrderKind::Market, Side::Buy, desk.clock.now());
    order.stop = Some(Stop { trigger: d(stop), limit: None });
    order.targets = vec![d("20400")];
    let automation = AutomationChange::default();
    let new = NewTrade { order, targets: Vec::new(), replace: false, automation };
    order::open_trade(desk, &cast.trader, cast.manual, new, None).await.into()
}

/// Closes all of the trade that was opened last.
pub(crate) async fn close_latest(desk: &SharedDesk, cast: &Cast) -> DeskResponse {
    let filter =
        TradeFilter { key: Some(cast.manual), symbol: Some(btc()), limit: 10, ..TradeFilter::default() };
    let open = store::trade::list_open(&desk.db, cast.trader.user, &filter).await.unwrap();
    let latest = open.iter().find(|trade| trade.status == TradeStatus::Open).unwrap().intent_id;
    trade::close_trade(desk, &cast.trader, latest, Part::Share(Decimal::ONE), None).await.into()
}

/// (a) Together the stops of the trades cover the position exactly, so that none closes what another trade has; the same holds
/// for their take-profits.
pub(crate) fn judge(play: &Play<'_>, book: &Book, broken: &mut Vec<String>) {
    if !book.covered() {
        broken.push(format!("a: a position of {} has no stop at the end", book.position));
    }
    // A trade that is left alone keeps the stop that it has.
    if play.supervised.len() < 2 {
        return;
    }
    let stops = book.stops();
    if stops.iter().any(|stop| stop.close_position) {
        broken.push("a: a stop closes the position of several trades".to_owned());
    }
    let total: Decimal = stops.iter().filter_map(|stop| stop.order.remaining).sum();
    if total != book.position.abs() {
        broken.push(format!("a: stops of {total} for a position of {}", book.position));
    }
    let takes = |r: &&Resting| r.open() && r.ours() && r.protects() && !r.stops();
    let targets: Decimal = book.orders.iter().filter(takes).filter_map(|r| r.order.remaining).sum();
    if targets > book.position.abs() {
        broken.push(format!("a: take-profits of {targets} for a position of {}", book.position));
    }
}
