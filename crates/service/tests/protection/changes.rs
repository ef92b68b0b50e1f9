//! Requests that change an open trade, and what must hold after them.

use crate::{
    lives::{Act, Ask, DeskResponse, Life},
    play::Play,
    sim::book::{LONG_STOP, Resting, btc, d},
    stage::Cast,
};
use domain::{
    Decimal, Side,
    ticket::Stop,
    trade::{AutomationChange, OpenTrade, Setting, StopChange, TargetShare, TradeChange},
};
use service::{
    SharedDesk,
    trading::order::{self, AddSize, Part, TradeTarget},
};

/// The amount that every life enters.
const ENTERED: &str = "0.05";
/// Where the trailed stop is: 2 % below the price of the life.
const TRAILED: &str = "19649";
/// The leg of a closing order, and the legs of those after it.
const CLOSE: u16 = 1;
const CLOSES: std::ops::Range<u16> = 10_000..20_000;

async fn change(desk: &SharedDesk, cast: &Cast, change: TradeChange) -> DeskResponse {
    let target = TradeTarget::default();
    order::change_trade(desk, &cast.trader, cast.manual, &btc(), target, change).await.into()
}

pub(crate) async fn move_stop(desk: &SharedDesk, cast: &Cast, price: &str) -> DeskResponse {
    let stop = StopChange::Set(Stop { trigger: d(price), limit: None });
    change(desk, cast, TradeChange { stop: Some(stop), ..TradeChange::default() }).await
}

pub(crate) async fn trail(desk: &SharedDesk, cast: &Cast, percent: &str) -> DeskResponse {
    let trailing_percent = Setting::Set(d(percent));
    let automation = AutomationChange { trailing_percent, ..AutomationChange::default() };
    change(desk, cast, TradeChange { automation, ..TradeChange::default() }).await
}

pub(crate) async fn set_targets(desk: &SharedDesk, cast: &Cast, targets: &[(&str, &str)]) -> DeskResponse {
    let targets = targets.iter().map(|(price, share)| TargetShare { price: d(price), share: d(share) });
    change(desk, cast, TradeChange { targets: Some(targets.collect()), ..TradeChange::default() }).await
}

pub(crate) async fn reduce(desk: &SharedDesk, cast: &Cast, share: &str) -> DeskResponse {
    let part = Part::Share(d(share));
    order::close_part(desk, &cast.trader, cast.manual, &btc(), (part, None), None).await.into()
}

pub(crate) async fn add(desk: &SharedDesk, cast: &Cast, amount: &str) -> DeskResponse {
    let (target, size) = (TradeTarget::default(), AddSize::Amount(d(amount)));
    order::add_to_trade(desk, &cast.trader, cast.manual, &btc(), target, size).await.into()
}

/// Adopts the position with the stop that every life wants, and with a take-profit for half of it.
pub(crate) async fn adopt(desk: &SharedDesk, cast: &Cast) -> DeskResponse {
    let stop = StopChange::Set(Stop { trigger: d(LONG_STOP), limit: None });
    let targets = vec![TargetShare { price: d("20400"), share: d("0.5") }];
    let wish = TradeChange { stop: Some(stop), targets: Some(targets), ..TradeChange::default() };
    order::adopt_position(desk, &cast.trader, cast.manual, (&btc(), None), wish, None).await.into()
}

/// Whether the life adopts a position, before or in its acts.
pub(crate) fn adopts(play: &Play<'_>) -> bool {
    play.life.setup.iter().chain(play.life.acts).any(|act| *act == Act::Ask(Ask::Adopt))
}

/// Whether the desk supervises an adopted position at the end.
pub(crate) fn has_adopted(play: &Play<'_>) -> bool {
    adopts(play) && !play.supervised.is_empty()
}

/// (q) An adopted position is never closed for lack of a stop, and one whose adoption failed is left as it was.
pub(crate) fn judge_adoption(play: &Play<'_>, broken: &mut Vec<String>) {
    if !adopts(play) {
        return;
    }
    let mut world = play.stage.sim.world();
    let book = world.book();
    let closes = |r: &&Resting| r.ours() && !r.protects() && !r.order.filled.is_zero();
    if book.orders.iter().any(|r| closes(&r)) {
        broken.push("q: the desk traded a position that it was to adopt".to_owned());
    }
    let ours = book.orders.iter().filter(|r| r.open() && r.ours()).count();
    if play.supervised.is_empty() && ours > 0 {
        broken.push(format!("q: {ours} orders on a position that was not adopted"));
    }
    let said = play.answered.iter().find(|received| received.ask == Ask::Adopt);
    let promised = said.is_some_and(|received| received.response == Some(DeskResponse::Yes));
    if promised && !book.position.is_zero() && play.supervised.is_empty() {
        broken.push("q: answered yes, and the position is not supervised".to_owned());
    }
}

fn changes(act: &Act) -> bool {
    let asks = |ask: &Ask| {
        matches!(
            ask,
            Ask::MoveStop(_) | Ask::SetTargets(_) | Ask::Reduce(_) | Ask::Add(_) | Ask::CancelEntries
        )
    };
    matches!(act, Act::Ask(ask) if asks(ask))
}

/// Whether the desk trails the stop in a life.
fn trails(life: &Life) -> bool {
    life.setup.iter().any(|act| matches!(act, Act::Ask(Ask::Trail(_))))
}

/// Returns the open trades as their owner sees them, in lives that change one.
pub(crate) async fn shown(play: &Play<'_>, desk: &SharedDesk) -> Vec<OpenTrade> {
    if !play.life.acts.iter().any(changes) && !trails(play.life) {
        return Vec::new();
    }
    // Nothing is planned for this read.
    play.stage.sim.world().gate.armed = false;
    let cast = &play.stage.cast;
    let state = order::account_state(desk, &cast.trader, cast.manual, &btc()).await;
    state.map(|state| state.trades).unwrap_or_default()
}

/// Returns the price at which the stop is wanted after it was moved; `None` if the move was refused. If the caller got
/// no answer, it is what its owner sees.
pub(crate) fn wanted_stop(play: &Play<'_>) -> Option<Decimal> {
    if trails(play.life) {
        return Some(play.trades.last()?.stop?.trigger);
    }
    let moves = |ask: Ask| if let Ask::MoveStop(price) = ask { Some(price) } else { None };
    let (price, received) =
        play.answered.iter().rev().find_map(|received| Some((moves(received.ask)?, received)))?;
    match received.response {
        Some(DeskResponse::Yes) => Some(d(price)),
        Some(DeskResponse::No(_)) => None,
        _ => Some(play.trades.last()?.stop?.trigger),
    }
}

/// (p) A partial exit closes at most its share, and (o) the take-profits fit the rest.
pub(crate) fn judge_exit(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    let filled = |counts: &dyn Fn(&Resting) -> bool| -> Decimal {
        book.orders.iter().filter(|r| r.ours() && counts(r)).map(|r| r.order.filled).sum()
    };
    for received in &play.answered {
        let Ask::ExitPart(percent) = received.ask else { continue };
        let entered = filled(&|r| r.opens());
        let closed = filled(&|r| r.leg().is_some_and(|leg| leg == CLOSE || CLOSES.contains(&leg)));
        if closed > entered * d(percent) / Decimal::ONE_HUNDRED {
            broken.push(format!("p: {closed} was closed instead of {percent} % of {entered}"));
        }
        if play.faultless && closed.is_zero() {
            broken.push(format!("p: nothing of {entered} was closed"));
        }
        let takes = |r: &&Resting| r.open() && r.ours() && r.protects() && !r.stops() && !r.close_position;
        let open: Decimal = book.orders.iter().filter(takes).filter_map(|r| r.order.amount).sum::<Decimal>();
        if open > book.position.abs() {
            broken.push(format!("o: take-profits of {open} for a position of {}", book.position));
        }
    }
}

/// (n) What the owner sees is what is open; (o) take-profits fit the position; (p) no more is closed, and no other amount added, than
/// requested; (q) a trailed stop follows the price.
pub(crate) fn judge(play: &Play<'_>, broken: &mut Vec<String>) {
    if !play.life.acts.iter().any(changes) && !trails(play.life) {
        return;
    }
    let mut world = play.stage.sim.world();
    let book = world.book();
    let since = play.answered.first().map(|received| received.requested_at);
    for received in &play.answered {
        let Ask::Reduce(share) = received.ask else { continue };
        let closes = |r: &&Resting| {
            r.ours()
                && since.is_some_and(|since| r.order.at >= since)
                && r.leg().is_some_and(|leg| leg == CLOSE || CLOSES.contains(&leg))
        };
        let closed: Decimal = book.orders.iter().filter(closes).map(|r| r.order.filled).sum();
        // A second trade enters the same amount.
        let entered = d(ENTERED) * if play.life.shares() { Decimal::TWO } else { Decimal::ONE };
        if closed > entered * d(share) {
            broken.push(format!("p: {closed} was closed instead of {share} of {ENTERED}"));
        }
    }
    for received in &play.answered {
        let Ask::Add(amount) = received.ask else { continue };
        if play.faultless && book.position != d(ENTERED) + d(amount) {
            broken.push(format!("p: the position is {} after {amount} was added", book.position));
        }
    }
    if book.position.is_zero() || book.position.is_sign_negative() || play.life.shares() {
        return;
    }
    let takes = |r: &&Resting| {
        r.open() && r.ours() && r.protects() && !r.stops() && !r.close_position && r.order.side == Side::Sell
    };
    let mut open: Vec<(Decimal, Decimal)> = book
        .orders
        .iter()
        .filter(takes)
        .map(|r| (r.order.price.unwrap_or_default(), r.order.remaining.unwrap_or_default()))
        .collect();
    open.sort_unstable();
    let total: Decimal = open.iter().map(|(_, amount)| *amount).sum();
    if total > book.position {
        broken.push(format!("o: take-profits of {total} for a position of {}", book.position));
    }
    let Some(trade) = play.trades.last() else { return };
    if play.faultless && trails(play.life) && trade.stop.is_none_or(|stop| stop.trigger != d(TRAILED)) {
        broken.push(format!("q: the stop has not followed the price: {:?}", trade.stop));
    }
    let mut shown: Vec<Decimal> = trade.targets.iter().map(|target| target.price).collect();
    shown.sort_unstable();
    let rests = trade.entry.is_some();
    if !rests && !shown.iter().eq(open.iter().map(|(price, _)| price)) {
        broken.push(format!("n: take-profits at {shown:?} are shown, and {open:?} are open"));
    }
    let stops = book.stops();
    if let (Some(stop), [only]) = (trade.stop, stops.as_slice())
        && only.order.stop_price != Some(stop.trigger)
    {
        broken
            .push(format!("n: a stop at {} is shown, and {:?} is open", stop.trigger, only.order.stop_price));
    }
}
