//! The lives of orders and positions: what is asked of the desk, what the market does and what the owner does at the
//! exchange, act by act.

use crate::{
    sim::book::{Book, Resting, d},
    stage::Cast,
};
use domain::{
    Decimal, OrderType, Side, TimeInForce,
    signal::{Action, Source},
    ticket::RawTicket,
};
use exchange::{OrderRequest, Urgency};
use service::{
    Error, SharedDesk, order, panic,
    signal::{self, NewSignal},
};

/// Something that the desk is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// A manual order.
    Order(Kind, Side),
    Close,
    Panic,
    /// A strategy's entry.
    Enter(Side),
    /// A strategy's exit.
    Exit,
}

/// What kind of manual order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Market,
    Limit,
    Trailing,
    WithoutStop,
}

/// Something that happens without the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Price(&'static str),
    /// The resting entry fills by so much.
    Fill(&'static str),
    OwnerCancelsStop,
    OwnerMovesStop(&'static str),
    OwnerCloses,
    Liquidated,
}

/// A part of a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Ask(Ask),
    Happens(Event),
    /// So many passes of the desk's own work, so many seconds apart.
    Passes(usize, i64),
}

/// A life, and what must be true at its end.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) name: &'static str,
    /// What comes before and is not taken apart.
    pub(crate) setup: &'static [Act],
    pub(crate) acts: &'static [Act],
    /// Whether a stop was asked for.
    pub(crate) stop: bool,
    /// The position is to be zero at the end, whatever was interrupted.
    pub(crate) ends_flat: bool,
    /// Seconds after which the desk knows what the market or the owner did, at the latest.
    pub(crate) known_after: i64,
}

const LONG: &str = "19000";
const SHORT: &str = "21000";

/// Where the stop of a position is wanted; none for one that is not to be there.
pub(crate) fn wanted_stop(life: &Life, long: bool) -> Decimal {
    let moved = life.acts.iter().find_map(|act| match act {
        Act::Happens(Event::OwnerMovesStop(price)) => Some(d(price)),
        _ => None,
    });
    moved.unwrap_or_else(|| d(if long { LONG } else { SHORT }))
}

use Act::{Ask as Asks, Happens, Passes};

const OPEN: Act = Asks(Ask::Order(Kind::Market, Side::Buy));
const COPIED: &[Act] = &[Asks(Ask::Enter(Side::Buy)), Passes(2, 1)];

const fn life(name: &'static str, setup: &'static [Act], acts: &'static [Act]) -> Life {
    Life { name, setup, acts, stop: true, ends_flat: false, known_after: 0 }
}

impl Life {
    /// Its entry rests: it fills while the desk waits.
    pub(crate) fn waits(&self) -> bool {
        self.acts.iter().any(|act| matches!(act, Act::Happens(Event::Fill(_))))
    }
}

/// Within this many seconds the desk looks at a position of which it hears nothing.
const LOOK: i64 = 75;

/// Every life.
pub(crate) fn all() -> Vec<Life> {
    vec![
        life("manual", &[], &[OPEN]),
        life(
            "limit",
            &[],
            &[
                Asks(Ask::Order(Kind::Limit, Side::Buy)),
                Passes(1, 1),
                Happens(Event::Fill("0.02")),
                Passes(1, 1),
                Happens(Event::Fill("0.03")),
                Passes(2, 1),
            ],
        ),
        Life {
            stop: false,
            ..life(
                "trailing",
                &[],
                &[
                    Asks(Ask::Order(Kind::Trailing, Side::Buy)),
                    Passes(1, 1),
                    Happens(Event::Price("19800")),
                    Happens(Event::Price("20050")),
                    Passes(2, 1),
                ],
            )
        },
        life("replace", &[OPEN], &[Asks(Ask::Order(Kind::Market, Side::Sell))]),
        life("close", &[OPEN], &[Asks(Ask::Close)]),
        Life {
            stop: false,
            ..life("no-stop", &[], &[Asks(Ask::Order(Kind::WithoutStop, Side::Buy)), Passes(1, 1)])
        },
        life("panic", &[OPEN], &[Asks(Ask::Panic)]),
        life("copy-enter", &[], &[Asks(Ask::Enter(Side::Buy)), Passes(2, 1)]),
        Life { ends_flat: true, ..life("copy-exit", COPIED, &[Asks(Ask::Exit), Passes(2, 1)]) },
        life("flip", COPIED, &[Asks(Ask::Enter(Side::Sell)), Passes(3, 2)]),
        Life {
            ends_flat: true,
            ..life("stop-hit", &[OPEN], &[Happens(Event::Price("18990")), Passes(3, 10)])
        },
        Life {
            ends_flat: true,
            ..life(
                "target-hit",
                &[OPEN],
                &[
                    Happens(Event::Price("20100")),
                    Passes(3, 10),
                    Happens(Event::Price("20300")),
                    Passes(3, 10),
                ],
            )
        },
        Life {
            known_after: LOOK,
            ..life("stop-cancelled", &[OPEN], &[Happens(Event::OwnerCancelsStop), Passes(4, 20)])
        },
        Life {
            known_after: LOOK,
            ..life("stop-moved", &[OPEN], &[Happens(Event::OwnerMovesStop("19200")), Passes(4, 20)])
        },
        Life {
            ends_flat: true,
            ..life("closed-elsewhere", &[OPEN], &[Happens(Event::OwnerCloses), Passes(4, 20)])
        },
        Life { ends_flat: true, ..life("liquidated", &[OPEN], &[Happens(Event::Liquidated), Passes(4, 20)]) },
        Life {
            known_after: LOOK,
            ..life("copy-stop-cancelled", COPIED, &[Happens(Event::OwnerCancelsStop), Passes(4, 20)])
        },
        Life {
            ends_flat: true,
            ..life("copy-stop-hit", COPIED, &[Happens(Event::Price("18990")), Passes(4, 20)])
        },
        Life {
            ends_flat: true,
            ..life("copy-closed-elsewhere", COPIED, &[Happens(Event::OwnerCloses), Passes(4, 20)])
        },
    ]
}

/// What the desk said to who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Yes,
    /// A definite no.
    No(String),
    /// Not known yet.
    Later,
    /// Something of the desk's own broke.
    Broken(String),
}

impl<T> From<Result<T, Error>> for Said {
    fn from(result: Result<T, Error>) -> Self {
        match result {
            Ok(_) => Self::Yes,
            Err(Error::Unavailable { .. }) => Self::Later,
            Err(error @ (Error::Refused(_) | Error::Fields(_))) => Self::No(format!("{error:?}")),
            Err(error) => Self::Broken(format!("{error:?}")),
        }
    }
}

impl Ask {
    /// How many entries this asks for.
    pub(crate) const fn entries(self) -> usize {
        matches!(self, Self::Order(..) | Self::Enter(_)) as usize
    }

    /// Whether a position is to be gone when the desk says yes.
    pub(crate) const fn closes(self) -> bool {
        matches!(self, Self::Close | Self::Panic)
    }

    /// Asks the desk.
    pub(crate) async fn ask(self, desk: &SharedDesk, cast: &Cast) -> Said {
        match self {
            Self::Order(kind, side) => {
                order::place(desk, &cast.trader, cast.manual, &ticket(kind, side), None).await.into()
            }
            Self::Close => {
                let btc = crate::sim::book::btc();
                order::close_position(desk, &cast.trader, cast.manual, &btc).await.into()
            }
            Self::Panic => match panic::key(desk, &cast.trader, cast.manual).await {
                Ok(report) if report.done() => Said::Yes,
                Ok(_) => Said::Later,
                Err(error) => Err::<(), _>(error).into(),
            },
            Self::Enter(side) => signal::accept(desk, entry(cast, side)).await.into(),
            Self::Exit => {
                let exit =
                    NewSignal { action: Action::Exit, side: None, stop: None, ..entry(cast, Side::Buy) };
                signal::accept(desk, NewSignal { targets: Vec::new(), ..exit }).await.into()
            }
        }
    }
}

fn levels(side: Side) -> (&'static str, [&'static str; 3]) {
    match side {
        Side::Buy => (LONG, ["20100", "20200", "20300"]),
        Side::Sell => (SHORT, ["19900", "19800", "19700"]),
    }
}

fn ticket(kind: Kind, side: Side) -> RawTicket {
    let text = |s: &str| Some(s.to_owned());
    let (stop, targets) = levels(side);
    let mut ticket = RawTicket {
        symbol: text("BTC/USDT"),
        kind: text("MARKET"),
        side: text(side.word()),
        amount: text("0.05"),
        take_profit_prices: targets.map(str::to_owned).to_vec(),
        stop_trigger_price: text(stop),
        stop_trigger_type: text("MARKET"),
        ..RawTicket::default()
    };
    match kind {
        Kind::Market => {}
        Kind::Limit => (ticket.kind, ticket.price) = (text("LIMIT"), text("19900")),
        Kind::Trailing | Kind::WithoutStop => {
            (ticket.stop_trigger_price, ticket.stop_trigger_type) = (None, None);
        }
    }
    if kind == Kind::Trailing {
        ticket.take_profit_prices = Vec::new();
        (ticket.kind, ticket.price) = (text("TRAILING_STOP"), text("19800"));
        ticket.callback_rate = text("1");
    }
    ticket
}

fn entry(cast: &Cast, side: Side) -> NewSignal {
    let (stop, targets) = levels(side);
    NewSignal {
        strategy: cast.strategy,
        source: Source::Hand,
        action: Action::Enter,
        side: Some(side),
        price: None,
        stop: Some(d(stop)),
        targets: targets.iter().map(|t| d(t)).collect(),
        external_id: None,
        bar_at: None,
        said_at: None,
    }
}

impl Event {
    /// Lets it happen at the exchange.
    pub(crate) fn happen(self, book: &mut Book) {
        match self {
            Self::Price(price) => book.move_price(d(price)),
            Self::Fill(amount) => fill_entry(book, d(amount)),
            Self::OwnerCancelsStop => cancel_stops(book),
            Self::OwnerMovesStop(price) => {
                cancel_stops(book);
                owner(book, OrderType::StopMarket, Some(price));
            }
            Self::OwnerCloses => owner(book, OrderType::Market, None),
            Self::Liquidated => owner(book, OrderType::Market, None),
        }
    }
}

/// The market comes to the resting entry, as far as this amount of it; nothing when there is none.
fn fill_entry(book: &mut Book, amount: Decimal) {
    let resting = |r: &Resting| r.open() && r.opens() && r.order.kind == OrderType::Limit;
    if let Some(index) = book.orders.iter().position(resting) {
        book.fill(index, amount);
    }
}

fn cancel_stops(book: &mut Book) {
    let ids: Vec<_> = book.stops().iter().map(|r| r.order.client_order_id.clone()).collect();
    ids.iter().for_each(|id| drop(book.cancel(id)));
}

/// An order that the desk knows nothing of: closes the position, now or at a trigger.
fn owner(book: &mut Book, kind: OrderType, trigger: Option<&str>) {
    let Some(side) = book.side() else { return };
    let amount = book.position.abs();
    let request = OrderRequest {
        trade_type: domain::TradeType::Futures,
        symbol: crate::sim::book::btc(),
        client_order_id: format!("web-{}", book.orders.len()),
        side: side.closing(),
        kind,
        amount: trigger.is_none().then_some(amount),
        price: None,
        stop_price: trigger.map(d),
        callback_rate: None,
        time_in_force: if trigger.is_some() { TimeInForce::GteGtc } else { TimeInForce::Gtc },
        reduce_only: true,
        urgency: Urgency::First,
    };
    book.place(&request).unwrap();
}
