//! The invariants that must hold when a scenario is over.

use crate::{
    changes,
    lives::{Ask, DeskResponse, OrderKind, wanted_stop},
    play::Play,
    shared,
    sim::{ONE_WAY, book::Resting, meter::seconds},
};
use domain::{Decimal, OrderStatus, PositionSide, Side, time::SECOND};
use service::platform::settings::SIGNAL_MAX_AGE_S;

/// The longest time a position may be uncovered once the desk could know.
const NAKED: i64 = 10 * SECOND;
/// Extra time for a close: a stop that has triggered as a limit order gets its time to fill again after a
/// restart, and a close whose response was lost is sent again only when the first certainly will not arrive.
const CLOSE_AGAIN: i64 = 6 * SECOND;
/// Without any fault: the entry's response and the stop's way to the exchange.
const ROUND_TRIP: i64 = 2 * ONE_WAY;
/// The owner is notified of anything that lasts longer than this.
const NOTIFIED_AFTER: i64 = 5 * SECOND;
/// The events that report it while it lasts or when it has ended permanently, and the delay with which the
/// desk may learn of it.
const IN_TIME: [&str; 2] = ["ClosedWithoutStop", "\"WithoutStop\""];
const NOTICED: i64 = 2 * SECOND;
/// The leg that closes a position that could not be protected, and the largest number of these per minute.
const RESCUE: u16 = 90;
const MOST_RESCUES: usize = 20;
/// Validity of a request: it may arrive this much later.
const VALID: i64 = 5 * SECOND;
/// The events that report a position without a stop.
const NOTIFIED_AS: [&str; 4] = ["ClosedWithoutStop", "StopReplaced", "Unprotected", "WithoutStop"];

/// Returns the broken invariants, each in a few words that begin with the invariant's letter.
pub(crate) fn judge(play: &Play<'_>) -> Vec<String> {
    let mut broken = Vec::new();
    covered(play, &mut broken);
    naked(play, &mut broken);
    entries(play, &mut broken);
    orphans(play, &mut broken);
    truth(play, &mut broken);
    ends(play, &mut broken);
    foreign(play, &mut broken);
    beside(play, &mut broken);
    closed(play, &mut broken);
    notified(play, &mut broken);
    supervised(play, &mut broken);
    oco(play, &mut broken);
    changes::judge(play, &mut broken);
    changes::judge_adoption(play, &mut broken);
    changes::judge_exit(play, &mut broken);
    broken
}

/// (a) The position is zero or covered by exactly one stop, at the wanted price.
fn covered(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    let Some(side) = book.side() else { return };
    let stops = book.stops();
    if !play.life.stop {
        if stops.iter().any(|stop| stop.ours()) {
            broken.push("a: a stop that was not wanted".to_owned());
        }
        return;
    }
    if book.foreign == book.position.abs() && !changes::has_adopted(play) {
        return;
    }
    if play.life.shares() {
        shared::judge(play, book, broken);
        return;
    }
    let tick = book.tick.unwrap_or(Decimal::ONE);
    let moved = changes::wanted_stop(play);
    let price = moved.unwrap_or_else(|| wanted_stop(play.life, side == PositionSide::Long)) / tick;
    let price = tick * if side == PositionSide::Long { price.ceil() } else { price.floor() };
    if !book.covered() {
        broken.push(format!("a: a position of {} has no stop at the end", book.position));
    } else if stops.len() != play.life.stops {
        broken.push(format!("a: {} stops at the end", stops.len()));
    } else if stops[0].order.stop_price != Some(price) {
        broken.push(format!("a: the stop is at {:?}", stops[0].order.stop_price));
    }
}

/// (m) The owner's position beside the traded one, and its stop, are left alone.
fn beside(play: &Play<'_>, broken: &mut Vec<String>) {
    let trespasses = play.stage.sim.world().book().trespasses;
    if trespasses > 0 {
        broken.push(format!("m: the position beside was touched {trespasses} times"));
    }
}

/// (b) Uncovered time is limited; (f) beyond 5 s the owner is notified; (i) and not without reason.
fn naked(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    if play.life.name == "many-rescues" {
        // The breaker leaves the last of them open.
        return;
    }
    let longest = book.meter.longest(book.at);
    let stop_limit = play.life.name == "stop-limit-gap";
    let most = match (stop_limit, play.faultless && play.life.known_after == 0 && !play.life.waits()) {
        (true, _) => NAKED + CLOSE_AGAIN,
        (false, true) => ROUND_TRIP,
        (false, false) => NAKED,
    };
    if longest > most {
        broken.push(format!("b: naked for {}", seconds(longest)));
    }
    let reported = play.events.iter().any(|event| NOTIFIED_AS.iter().any(|word| event.contains(word)));
    if longest > NOTIFIED_AFTER && !reported {
        broken.push(format!("f: its owner was not notified of {}", seconds(longest)));
    }
    let during = play.events.iter().any(|event| IN_TIME.iter().any(|word| event.contains(word)));
    if longest > NOTIFIED_AFTER + NOTICED && !during {
        broken.push(format!("f: its owner was not notified of {} while it lasted", seconds(longest)));
    }
    if reported && book.meter.spans(book.at).is_empty() && play.life.stop {
        let events = play.events.join(" ");
        broken.push(format!("i: its owner was notified of a missing stop that was never missing: {events}"));
    }
}

/// (c) Each request enters at most once; (h) no copy enters when its signal is too old.
fn entries(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    let since = play.answered.first().map(|received| received.requested_at);
    let entered = |r: &&Resting| {
        r.ours() && r.opens() && !r.order.filled.is_zero() && since.is_some_and(|since| r.order.at >= since)
    };
    let entered: Vec<&Resting> = book.orders.iter().filter(entered).collect();
    let repeats = |n: usize| {
        matches!(play.answered[n].ask, Ask::Once(_))
            && play.answered[..n].iter().any(|h| h.ask == play.answered[n].ask)
    };
    let request: usize =
        (0..play.answered.len()).filter(|n| !repeats(*n)).map(|n| play.answered[n].ask.entries()).sum();
    if entered.len() > request {
        broken.push(format!("c: {} entries for {request} requests", entered.len()));
    }
    // A resting manual entry is cancelled for another order, for a close, and when its filled part is closed.
    let ended = |r: &&Resting| {
        r.ours() && r.opens() && r.order.filled.is_zero() && r.order.status == OrderStatus::Canceled
    };
    let alone = play.answered.len() == 1
        && play.answered[0].ask != Ask::CancelEntries
        // Of an OCO, the desk cancels the order that has not filled.
        && !matches!(play.answered[0].ask, Ask::Order(OrderKind::Oco, _))
        && !matches!(play.answered[0].response, Some(DeskResponse::No(_)));
    if alone && book.orders.iter().any(|r| ended(&r)) {
        broken.push("c: an entry was cancelled without a request".to_owned());
    }
    let signals: Vec<_> = play.answered.iter().filter(|h| matches!(h.ask, Ask::Enter(_))).collect();
    let latest = signals.iter().map(|h| h.requested_at.plus(SIGNAL_MAX_AGE_S * SECOND + VALID)).max();
    if let Some(latest) = latest
        && entered.iter().any(|r| r.order.at > latest)
    {
        broken.push("h: a copy was entered after its signal's age".to_owned());
    }
}

/// (d) None of our orders is left without a position, except a resting entry.
fn orphans(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    let orphan = |r: &&Resting| r.open() && r.ours() && !r.opens();
    let orphans = book.orders.iter().filter(orphan).count();
    if book.position.is_zero() && orphans > 0 {
        broken.push(format!("d: {orphans} orders without a position"));
    }
}

/// (e) The caller got a true answer.
fn truth(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    for (n, received) in play.answered.iter().enumerate() {
        // Of a repeated request, the last answer counts.
        if play.answered[n + 1..].iter().any(|later| later.ask == received.ask) {
            continue;
        }
        let asked_at = play
            .answered
            .iter()
            .find(|h| h.ask == received.ask)
            .map_or(received.requested_at, |h| h.requested_at);
        let Some(said) = &received.response else { continue };
        if let DeskResponse::Broken(why) = said
            && play.faultless
        {
            broken.push(format!("e: {:?} broke: {why}", received.ask));
        }
        if received.ask.closes() && *said == DeskResponse::Yes && !received.position.is_zero() {
            broken.push(format!(
                "e: {:?} was answered yes with a position of {}",
                received.ask, received.position
            ));
        }
        let (Ask::Order(_, side) | Ask::Once(side)) = received.ask else { continue };
        let opening = |r: &&Resting| r.ours() && r.opens() && r.order.at >= asked_at;
        let entered = book.orders.iter().filter(opening).any(|r| !r.order.filled.is_zero());
        let rests = book.orders.iter().filter(opening).any(Resting::open);
        let holds = match book.side() {
            Some(PositionSide::Long) => side == Side::Buy,
            Some(PositionSide::Short) => side == Side::Sell,
            None => false,
        };
        match said {
            DeskResponse::No(_) if entered && holds => {
                broken.push(format!("e: answered {said:?} and left a position of {}", book.position));
            }
            DeskResponse::No(_) if rests => {
                broken.push(format!("e: answered {said:?} and left the entry resting"))
            }
            DeskResponse::Yes if book.orders.iter().filter(opening).count() == 0 => {
                broken.push("e: answered yes without an entry".to_owned());
            }
            _ => {}
        }
    }
}

/// (g) Accepted exits are carried out.
fn ends(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    // The outcome of a request that was never accepted is open.
    let lost =
        play.answered.iter().any(|h| !matches!(h.response, Some(DeskResponse::Yes | DeskResponse::Later)));
    if play.life.ends_flat && !lost && !book.position.is_zero() {
        broken.push(format!("g: a position of {} is left", book.position));
    }
}

/// (j) Anything not opened by the desk is left alone.
fn foreign(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    if changes::adopts(play) {
        // Its own invariant holds for it.
        return;
    }
    let all = !book.foreign.is_zero() && book.foreign == book.position.abs();
    let ours = book.orders.iter().filter(|r| r.open() && r.ours()).count();
    if all && ours > 0 {
        broken.push(format!("j: {ours} orders on a position that is not ours"));
    }
    if book.position.abs() < book.foreign {
        broken.push("j: a position that is not ours was closed".to_owned());
    }
}

/// (k) A position that can be protected is not closed, and the desk does not keep closing when it closes
/// many.
fn closed(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    let rescues: Vec<_> = book.orders.iter().filter(|r| r.ours() && r.leg() == Some(RESCUE)).collect();
    let filled: Vec<_> = rescues.iter().filter(|r| !r.order.filled.is_zero()).map(|r| r.order.at).collect();
    let harmless = play.only_ambiguous && play.life.name != "stop-limit-gap";
    if harmless && !filled.is_empty() {
        broken.push("k: closed without need".to_owned());
    }
    if book.needless > 0 {
        broken.push("k: closed while it had its stop".to_owned());
    }
    let within = |from: &domain::Micros| {
        filled.iter().filter(|at| (0..60 * SECOND).contains(&at.since(*from))).count()
    };
    let most = filled.iter().map(within).max().unwrap_or_default();
    if most > MOST_RESCUES {
        broken.push(format!("k: {most} positions were closed within a minute"));
    }
    let reported = play.events.iter().filter(|event| event.contains("ClosedWithoutStop")).count();
    if reported < filled.len().min(1) {
        broken.push("k: its owner was not notified that it was closed".to_owned());
    }
}

/// (l) Owners are notified of filled orders, and of a replaced stop if they were notified that it is missing.
fn notified(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    let has = |words: &[&str]| {
        play.events.iter().filter(|event| words.iter().any(|word| event.contains(word))).count()
    };
    let hits = book.orders.iter().filter(|r| r.ours() && r.protects() && !r.order.filled.is_zero()).count();
    let reported = has(&["StopHit", "TargetHit", "CopyEnded"]);
    if reported < hits {
        broken.push(format!("l: {hits} protective orders filled, and {reported} were reported"));
    }
    let last = |word: &str| play.events.iter().rposition(|event| event.contains(word));
    let missing = last("\"WithoutStop\"").filter(|_| !book.position.is_zero());
    if missing.is_some_and(|missing| last("StopReplaced").is_none_or(|back| back < missing)) {
        broken.push("l: its owner was not notified that the stop is back".to_owned());
    }
}

/// (m) What the desk reports as supervised is what is open.
fn supervised(play: &Play<'_>, broken: &mut Vec<String>) {
    let mut world = play.stage.sim.world();
    let book = world.book();
    let rests = book.orders.iter().any(|r| r.ours() && r.opens() && r.open());
    if book.position.is_zero() && !rests && !play.supervised.is_empty() {
        broken.push(format!("m: {} positions supervised and none open", play.supervised.len()));
    }
    if play.unprotected.differing > 0 && (book.covered() || !play.life.stop) {
        broken.push("m: a position that is as wanted counts as unprotected".to_owned());
    }
}

/// (n) An OCO ends with the amount that was ordered at most, and with one of its orders open at most once one has filled.
fn oco(play: &Play<'_>, broken: &mut Vec<String>) {
    let asked = |ask: Ask| matches!(ask, Ask::Order(OrderKind::Oco, _));
    if !play.answered.iter().any(|received| asked(received.ask)) {
        return;
    }
    let mut world = play.stage.sim.world();
    let book = world.book();
    let entries: Vec<&Resting> = book.orders.iter().filter(|r| r.ours() && r.opens()).collect();
    let filled = entries.iter().filter(|r| !r.order.filled.is_zero()).count();
    let ordered = entries.first().and_then(|r| r.order.amount).unwrap_or_default();
    if book.position > ordered {
        broken.push(format!("n: a position of {} for an order of {ordered}", book.position));
    }
    if filled > 0 && entries.iter().any(|r| r.open() && r.order.filled.is_zero()) {
        broken.push("n: one order has filled, and the other is open".to_owned());
    }
}
