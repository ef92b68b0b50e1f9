//! The lives of orders and positions: what is asked of the desk, what the market does and what the owner does at the
//! exchange, act by act.

use crate::{
    sim::book::{Book, LONG_STOP, SHORT_STOP, btc, d},
    stage::Cast,
};
use domain::{
    Decimal, Side,
    signal::{Action, Source},
    ticket::{ManualOrder, RawTicket},
};
use service::{
    Error, SharedDesk, copy,
    order::{self, IdempotencyKey},
    panic,
    signal::{self, NewSignal},
};

/// Something that the desk is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// A manual order.
    Order(Kind, Side),
    /// A manual order with an idempotency key, the same each time.
    Once(Side),
    Close,
    /// Of the key that is traded by hand.
    Panic,
    /// Of the key that follows.
    CopyPanic,
    /// Following ends, and what it has open is closed.
    StopFollowing,
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
    /// Its stop becomes a limit order.
    StopLimit,
    /// A limit order whose stop becomes a limit order.
    LimitStopLimit,
}

/// Something that happens without the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Price(&'static str),
    /// The resting entry fills by so much.
    Fill(&'static str),
    OwnerCancelsStop,
    OwnerMovesStop(&'static str),
    /// The owner puts a stop over a part of the position in the place of ours.
    OwnerStopsPart(&'static str),
    OwnerCloses,
    /// The owner turns the position round.
    OwnerTurns,
    /// The owner adds so much to it.
    OwnerAdds(&'static str),
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
    /// How many stops share the position at the end.
    pub(crate) stops: usize,
    /// The position is to be zero at the end, whatever was interrupted.
    pub(crate) ends_flat: bool,
    /// Seconds after which the desk knows what the market or the owner did, at the latest.
    pub(crate) known_after: i64,
}

/// Where the stop of a position is wanted; none for one that is not to be there.
pub(crate) fn wanted_stop(life: &Life, long: bool) -> Decimal {
    let moved = life.acts.iter().find_map(|act| match act {
        Act::Happens(Event::OwnerMovesStop(price)) => Some(d(price)),
        _ => None,
    });
    moved.unwrap_or_else(|| d(if long { LONG_STOP } else { SHORT_STOP }))
}

impl Life {
    /// Its entry rests: it fills while the desk waits.
    pub(crate) fn waits(&self) -> bool {
        self.acts.iter().any(|act| matches!(act, Act::Happens(Event::Fill(_))))
    }
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
        matches!(self, Self::Order(..) | Self::Once(_) | Self::Enter(_)) as usize
    }

    /// Whether a position is to be gone when the desk says yes.
    pub(crate) const fn closes(self) -> bool {
        matches!(self, Self::Close | Self::Panic | Self::CopyPanic | Self::StopFollowing)
    }

    /// Asks the desk.
    pub(crate) async fn ask(self, desk: &SharedDesk, cast: &Cast) -> Said {
        match self {
            Self::Order(kind, side) => {
                order::place(desk, &cast.trader, cast.manual, ticket(kind, side), None).await.into()
            }
            Self::Once(side) => {
                let once = IdempotencyKey { key: "once".to_owned(), body_hash: [1; 32] };
                let ticket = ticket(Kind::Market, side);
                order::place(desk, &cast.trader, cast.manual, ticket, Some(once)).await.into()
            }
            Self::Close => order::close_position(desk, &cast.trader, cast.manual, &btc()).await.into(),
            Self::StopFollowing => copy::close(desk, cast.follow).await.into(),
            Self::Panic => panicked(panic::key(desk, &cast.trader, cast.manual).await),
            Self::CopyPanic => panicked(panic::key(desk, &cast.trader, cast.automated).await),
            Self::Enter(side) => signal::accept(desk, entry(cast, side)).await.into(),
            Self::Exit => {
                let exit =
                    NewSignal { action: Action::Exit, side: None, stop: None, ..entry(cast, Side::Buy) };
                signal::accept(desk, NewSignal { targets: Vec::new(), ..exit }).await.into()
            }
        }
    }
}

fn panicked(report: Result<panic::Report, Error>) -> Said {
    match report {
        Ok(report) if report.done() => Said::Yes,
        Ok(_) => Said::Later,
        Err(error) => Err::<(), _>(error).into(),
    }
}

fn levels(side: Side) -> (&'static str, [&'static str; 3]) {
    match side {
        Side::Buy => (LONG_STOP, ["20100", "20200", "20300"]),
        Side::Sell => (SHORT_STOP, ["19900", "19800", "19700"]),
    }
}

fn ticket(kind: Kind, side: Side) -> ManualOrder {
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
        Kind::Market | Kind::Limit => {}
        Kind::StopLimit | Kind::LimitStopLimit => {
            (ticket.stop_trigger_type, ticket.stop_price) = (text("LIMIT"), text("18950"));
        }
        Kind::Trailing | Kind::WithoutStop => {
            (ticket.stop_trigger_price, ticket.stop_trigger_type) = (None, None);
        }
    }
    if matches!(kind, Kind::Limit | Kind::LimitStopLimit) {
        (ticket.kind, ticket.price) = (text("LIMIT"), text("19900"));
    }
    if kind == Kind::Trailing {
        ticket.take_profit_prices = Vec::new();
        (ticket.kind, ticket.price) = (text("TRAILING_STOP"), text("19800"));
        ticket.callback_rate = text("1");
    }
    ticket.check().unwrap()
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
            Self::Fill(amount) => book.fill_entry(d(amount)),
            Self::OwnerCancelsStop => book.cancel_stops(),
            Self::OwnerMovesStop(price) => book.move_stop(price),
            Self::OwnerStopsPart(amount) => book.stop_part(amount),
            Self::OwnerTurns => book.turned_by_owner(),
            Self::OwnerAdds(amount) => book.added_by_owner(amount),
            Self::OwnerCloses | Self::Liquidated => book.close_by_owner(),
        }
    }
}
