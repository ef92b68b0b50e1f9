//! The catalogue of lives, act by act.

use crate::lives::{
    Act::{self, Ask as Asks, Happens, Passes},
    Ask, Life, OrderKind, OutsideEvent,
};
use domain::Side::{Buy, Sell};

const OPEN: Act = Asks(Ask::Order(OrderKind::Market, Buy));
const COPIED: &[Act] = &[Asks(Ask::Enter(Buy)), Passes(2, 1)];
const RULED: &[Act] = &[Asks(Ask::AddRule), Asks(Ask::Enter(Buy)), Passes(2, 1)];
/// The desk inspects a position within this many seconds, even if it receives no event about it.
const INSPECT_AT: i64 = 75;
/// The desk's background work shortly after an event, and after its inspection interval has passed.
const FIRST: Act = Passes(1, 1);
const SECOND: Act = Passes(1, 35);
const THIRD: Act = Passes(1, 35);

const fn life(name: &'static str, setup: &'static [Act], acts: &'static [Act]) -> Life {
    Life { name, setup, acts, stop: true, stops: 1, ends_flat: false, known_after: 0 }
}

/// A life that ends without a position.
const fn flat(name: &'static str, setup: &'static [Act], acts: &'static [Act]) -> Life {
    Life { ends_flat: true, ..life(name, setup, acts) }
}

/// A life in which the desk finds a change made at the exchange only when it inspects the position.
const fn found(name: &'static str, setup: &'static [Act], acts: &'static [Act]) -> Life {
    Life { known_after: INSPECT_AT, ..life(name, setup, acts) }
}

/// A life whose entry rests until the price reaches it: the desk knows of the fill a second later.
const fn waiting(life: Life) -> Life {
    Life { known_after: 1, ..life }
}

/// A life without a stop.
const fn bare(name: &'static str, setup: &'static [Act], acts: &'static [Act]) -> Life {
    Life { stop: false, ..life(name, setup, acts) }
}

const LIMIT: &[Act] = &[
    Asks(Ask::Order(OrderKind::Limit, Buy)),
    Passes(1, 1),
    Happens(OutsideEvent::Fill("0.02")),
    Passes(1, 1),
    Happens(OutsideEvent::Fill("0.03")),
    Passes(2, 1),
];
const TRAILING: &[Act] = &[
    Asks(Ask::Order(OrderKind::Trailing, Buy)),
    Passes(1, 1),
    Happens(OutsideEvent::Price("19800")),
    Happens(OutsideEvent::Price("20050")),
    Passes(2, 1),
];
const UNTIL: &[Act] = &[
    Asks(Ask::Order(OrderKind::Until, Buy)),
    Passes(1, 1),
    Happens(OutsideEvent::Fill("0.02")),
    Passes(1, 1),
    Happens(OutsideEvent::Fill("0.03")),
    Passes(2, 1),
];
const OCO: Act = Asks(Ask::Order(OrderKind::Oco, Buy));
const FALLS: Act = Happens(OutsideEvent::Price("19900"));
const RISES: Act = Happens(OutsideEvent::Price("20200"));
const TARGETS: &[Act] = &[
    Happens(OutsideEvent::Price("20100")),
    Passes(2, 20),
    Happens(OutsideEvent::Price("20300")),
    Passes(2, 20),
];

/// The account is in hedge mode, which the desk learns from the rejection of an order.
const HEDGED: &[Act] = &[Happens(OutsideEvent::OwnerHedges("0.03")), Asks(Ask::LearnMode)];
const HEDGED_OPEN: &[Act] = &[Happens(OutsideEvent::OwnerHedges("0.03")), Asks(Ask::LearnMode), OPEN];
const HEDGED_COPIED: &[Act] = &[
    Happens(OutsideEvent::OwnerHedges("0.03")),
    Asks(Ask::Enter(Buy)),
    Passes(2, 1),
    Asks(Ask::Enter(Buy)),
    Passes(2, 1),
];
const FOREIGN: &[Act] = &[Happens(OutsideEvent::OwnerOpens("0.05")), Passes(1, 1)];
const ADOPTED: &[Act] = &[Happens(OutsideEvent::OwnerOpens("0.05")), Passes(1, 1), Asks(Ask::Adopt)];
const SHARES: &[(&str, &str)] = &[("20400", "0.3"), ("20500", "0.5"), ("20600", "0.2")];
const PARTLY_FILLED: &[Act] = &[
    Asks(Ask::Order(OrderKind::Limit, Buy)),
    Passes(1, 1),
    Happens(OutsideEvent::Fill("0.02")),
    Passes(1, 1),
];

const BESIDE: Act = Asks(Ask::Beside("19000"));
const BESIDE_NEARER: Act = Asks(Ask::Beside("19500"));
const BOTH: &[Act] = &[OPEN, BESIDE];

const STOP_LIMIT: Act = Asks(Ask::Order(OrderKind::StopLimit, Buy));
const CANCELS: Act = Happens(OutsideEvent::OwnerCancelsStop);
const MOVES: Act = Happens(OutsideEvent::OwnerMovesStop("19200"));
const GAP: Act = Happens(OutsideEvent::Price("18000"));

/// Lives used only by named scenarios: each exists for one rule, and its steps occur in other lives too.
pub(crate) fn named() -> Vec<Life> {
    const PART: Act = Happens(OutsideEvent::Fill("0.02"));
    const LIMIT: Act = Asks(Ask::Order(OrderKind::Limit, Buy));
    const BARE: Act = Asks(Ask::Order(OrderKind::WithoutStop, Buy));
    const OWNER_REVERSES: Act = Happens(OutsideEvent::OwnerTurns);
    const ADDS: Act = Happens(OutsideEvent::OwnerAdds("0.05"));
    const BACK: Act = Happens(OutsideEvent::Price("18960"));
    const TARGET: Act = Happens(OutsideEvent::Price("20100"));
    const WHOLE: Act = Happens(OutsideEvent::OwnerStopsPart("0.05"));
    const REST: Act = Happens(OutsideEvent::Fill("0.03"));
    const PARTLY: Act = Happens(OutsideEvent::OwnerStopsPart("0.02"));
    const LIMITS: &[Act] = &[
        Asks(Ask::Order(OrderKind::LimitStopLimit, Buy)),
        Passes(1, 1),
        PART,
        Passes(1, 1),
        Happens(OutsideEvent::Fill("0.03")),
        Passes(2, 1),
        SECOND,
    ];
    vec![
        found("turned-elsewhere", &[OPEN], &[OWNER_REVERSES, FIRST, SECOND]),
        found("added-elsewhere", &[STOP_LIMIT], &[ADDS, FIRST, SECOND, THIRD]),
        found("part-stop-cancelled", &[], &[LIMIT, FIRST, PART, FIRST, CANCELS, FIRST, SECOND, THIRD]),
        bare("replace-without-stop", &[OPEN], &[BARE, FIRST, SECOND]),
        life("limit-stop-limit", &[], LIMITS),
        found("moved-stop-cancelled", &[OPEN], &[MOVES, FIRST, SECOND, CANCELS, FIRST, SECOND, THIRD]),
        Life {
            known_after: 5,
            ..flat("stop-limit-fills", &[STOP_LIMIT], &[GAP, FIRST, BACK, FIRST, SECOND])
        },
        found(
            "added-stop-cancelled",
            &[STOP_LIMIT, Asks(Ask::Add("0.05"))],
            &[CANCELS, FIRST, SECOND, THIRD],
        ),
        life("target-hit-once", &[OPEN], &[TARGET, FIRST, SECOND, THIRD]),
        Life { stops: 2, ..found("part-stopped-elsewhere", &[STOP_LIMIT], &[PARTLY, FIRST, SECOND, THIRD]) },
        Life { known_after: 1, ..life("stop-cancelled-seen", &[OPEN], &[CANCELS, Passes(12, 1), SECOND]) },
        found("part-stop-replaced", &[], &[LIMIT, FIRST, PART, FIRST, WHOLE, FIRST, REST, FIRST, SECOND]),
        life("many-rescues", &[], &[OPEN; 22]),
        life("beside-part-closed", BOTH, &[Asks(Ask::Reduce("0.25")), FIRST, SECOND, THIRD]),
        found(
            "beside-reduced-elsewhere",
            BOTH,
            &[Happens(OutsideEvent::OwnerClosesPart("0.025")), FIRST, SECOND, THIRD],
        ),
        found("beside-stops-cancelled", BOTH, &[CANCELS, FIRST, SECOND, THIRD]),
    ]
}

/// Every life whose steps are enumerated.
pub(crate) fn all() -> Vec<Life> {
    const STOP_HIT: Act = Happens(OutsideEvent::Price("18990"));
    const CLOSES: Act = Happens(OutsideEvent::OwnerCloses);
    const LIQUIDATED: Act = Happens(OutsideEvent::Liquidated);
    const ONCE: Act = Asks(Ask::Once(Buy));
    vec![
        life("manual", &[], &[OPEN]),
        life("manual-retried", &[], &[ONCE, Passes(1, 2), ONCE]),
        life("limit", &[], LIMIT),
        life("good-till-date", &[], UNTIL),
        waiting(life(
            "stop-entry",
            &[],
            &[Asks(Ask::Order(OrderKind::StopEntry, Buy)), Passes(1, 1), RISES, Passes(2, 1)],
        )),
        waiting(life("oco-limit", &[], &[OCO, Passes(1, 1), FALLS, Passes(2, 1), SECOND])),
        waiting(life("oco-stop", &[], &[OCO, Passes(1, 1), RISES, Passes(2, 1), SECOND])),
        // Both orders fill before the desk can cancel one.
        waiting(life("oco-gap", &[], &[OCO, Passes(1, 1), FALLS, RISES, Passes(3, 1), SECOND, THIRD])),
        bare("trailing", &[], TRAILING),
        bare("no-stop", &[], &[Asks(Ask::Order(OrderKind::WithoutStop, Buy)), Passes(1, 1)]),
        life("replace-same", &[OPEN], &[ONCE, Passes(1, 2), ONCE]),
        life("replace", &[OPEN], &[Asks(Ask::Order(OrderKind::Market, Sell))]),
        life("close", &[OPEN], &[Asks(Ask::Close)]),
        life("panic", &[OPEN], &[Asks(Ask::Panic)]),
        life("held", &[OPEN], &[FIRST, SECOND, THIRD]),
        flat("stop-hit", &[OPEN], &[STOP_HIT, FIRST, SECOND]),
        // A triggered stop-limit order has 5 s to fill.
        Life { known_after: 5, ..flat("stop-limit-gap", &[STOP_LIMIT], &[GAP, FIRST, Passes(3, 3)]) },
        flat("target-hit", &[OPEN], TARGETS),
        found("stop-cancelled", &[OPEN], &[CANCELS, FIRST, SECOND, THIRD]),
        found("stop-moved", &[OPEN], &[MOVES, FIRST, SECOND, THIRD]),
        flat("closed-elsewhere", &[OPEN], &[CLOSES, FIRST, SECOND]),
        flat("liquidated", &[OPEN], &[LIQUIDATED, FIRST, SECOND]),
        life("move-stop", &[OPEN], &[Asks(Ask::MoveStop("19500")), FIRST, SECOND]),
        life("move-limit-stop", &[STOP_LIMIT], &[Asks(Ask::MoveStop("19500")), FIRST, SECOND]),
        // The desk decides this move itself.
        life(
            "trail",
            &[OPEN, Asks(Ask::Trail("2"))],
            &[Happens(OutsideEvent::Price("20050")), FIRST, SECOND],
        ),
        life("set-targets", &[OPEN], &[Asks(Ask::SetTargets(SHARES)), FIRST]),
        life("close-part", &[OPEN], &[Asks(Ask::Reduce("0.5")), FIRST]),
        life("add", &[OPEN], &[Asks(Ask::Add("0.05")), FIRST]),
        life("add-stop-limit", &[STOP_LIMIT], &[Asks(Ask::Add("0.05")), FIRST, SECOND]),
        life("cancel-entries", PARTLY_FILLED, &[Asks(Ask::CancelEntries), Passes(2, 1)]),
        life("adopt", FOREIGN, &[Asks(Ask::Adopt), FIRST, SECOND]),
        flat("adopt-stop-hit", ADOPTED, &[STOP_HIT, FIRST, SECOND]),
        life("hedged", HEDGED, &[OPEN, FIRST]),
        life("hedged-close", HEDGED_OPEN, &[Asks(Ask::CloseLong)]),
        found("hedged-stop-cancelled", HEDGED_OPEN, &[CANCELS, FIRST, SECOND, THIRD]),
        life("hedged-beside", HEDGED_OPEN, &[BESIDE, FIRST, SECOND]),
        life("beside", &[OPEN], &[BESIDE, FIRST, SECOND]),
        life(
            "beside-stop-hit",
            &[OPEN, BESIDE_NEARER],
            &[Happens(OutsideEvent::Price("19400")), FIRST, SECOND],
        ),
        flat("beside-both-hit", BOTH, &[STOP_HIT, FIRST, SECOND]),
        life("beside-close", BOTH, &[Asks(Ask::CloseLatest), FIRST, SECOND]),
        life("copy-enter", &[], COPIED),
        flat("copy-exit", COPIED, &[Asks(Ask::Exit), Passes(2, 1)]),
        flat("hedged-copy-exit", HEDGED_COPIED, &[Asks(Ask::Exit), Passes(2, 1)]),
        life("copy-exit-part", COPIED, &[Asks(Ask::ExitPart("50")), Passes(2, 1)]),
        life("flip", COPIED, &[Asks(Ask::Enter(Sell)), Passes(3, 2)]),
        life("copy-panic", COPIED, &[Asks(Ask::CopyPanic)]),
        life("copy-stop-following", COPIED, &[Asks(Ask::StopFollowing)]),
        life("copy-rule", RULED, &[Asks(Ask::TripRule)]),
        // A position that its owner keeps after the follow has ended is supervised as before.
        found("copy-kept", COPIED, &[Asks(Ask::KeepPosition), CANCELS, FIRST, SECOND, THIRD]),
        life("copy-held", COPIED, &[FIRST, SECOND, THIRD]),
        flat("copy-stop-hit", COPIED, &[STOP_HIT, FIRST, SECOND, THIRD]),
        found("copy-stop-cancelled", COPIED, &[CANCELS, FIRST, SECOND, THIRD]),
        found("copy-stop-moved", COPIED, &[MOVES, FIRST, SECOND, THIRD]),
        flat("copy-closed-elsewhere", COPIED, &[CLOSES, FIRST, SECOND, THIRD]),
    ]
}
