//! The lives of orders and positions: requests to the desk, market events and the owner's actions at the
//! exchange, act by act.

use crate::{
    changes, shared,
    sim::book::{Book, LONG_STOP, SHORT_STOP, btc, d},
    stage::Cast,
};
use domain::{
    Decimal, Micros, PositionSide, Side,
    follow::Leaving,
    risk_rule::{Kind, RuleAction, RuleTerms, Scope, Trip},
    signal::{Action, AmountUnit, SignalSize, Source},
    ticket::{ManualOrder, RawTicket, TradeTicket},
};
use service::{
    Error, SharedDesk,
    following::{
        copy, follow, panic,
        risk::{self, NewRule},
        signal::{self, NewSignal},
    },
    trading::order::{self, IdempotencyKey},
};
use store::risk_rule::OwnedRule;

/// A request to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// A manual order.
    Order(OrderKind, Side),
    /// A manual order with an idempotency key, the same each time.
    Once(Side),
    Close,
    /// For the manually traded key.
    Panic,
    /// For the following key.
    CopyPanic,
    /// Stops following and closes its open position.
    StopFollowing,
    /// Stops following and keeps the open position.
    KeepPosition,
    /// Adds a risk rule that closes the copies of the following key.
    AddRule,
    /// The rule trips, and its position is closed.
    TripRule,
    /// A strategy's entry.
    Enter(Side),
    /// A strategy's exit.
    Exit,
    /// A strategy's exit of this share of the position, in percent.
    ExitPart(&'static str),
    /// Moves the stop of the open trade.
    MoveStop(&'static str),
    /// Trails the stop of the open trade, by this distance in percent.
    Trail(&'static str),
    /// Replaces the take-profits of the open trade: prices and shares.
    SetTargets(&'static [(&'static str, &'static str)]),
    /// Increases the open position by this amount.
    Add(&'static str),
    /// Closes this share of the position.
    Reduce(&'static str),
    CancelEntries,
    /// A manual order that is refused because the account has been switched to hedge mode.
    LearnMode,
    /// Closes the long position of an account in hedge mode.
    CloseLong,
    /// Adopts the position that its owner opened elsewhere.
    Adopt,
    /// A manual order beside the open trade, with its stop at this price.
    Beside(&'static str),
    /// Closes all of the latest trade.
    CloseLatest,
}

/// The kind of a manual order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderKind {
    Market,
    Limit,
    Trailing,
    WithoutStop,
    /// Its stop becomes a limit order when it triggers.
    StopLimit,
    /// A limit order whose stop becomes a limit order when it triggers.
    LimitStopLimit,
    /// A limit order that is good till a date.
    Until,
    /// A stop market order.
    StopEntry,
    /// A limit order and a stop order, of which the first fill cancels the other.
    Oco,
}

/// An event outside the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutsideEvent {
    Price(&'static str),
    /// The resting entry fills by this amount.
    Fill(&'static str),
    OwnerCancelsStop,
    OwnerMovesStop(&'static str),
    /// The owner replaces our stop by one for a part of the position.
    OwnerStopsPart(&'static str),
    OwnerCloses,
    /// The owner opens a position of this amount.
    OwnerOpens(&'static str),
    /// The owner switches the account to hedge mode and opens a short position of this amount.
    OwnerHedges(&'static str),
    /// The owner closes this amount of the position.
    OwnerClosesPart(&'static str),
    /// The owner reverses the position.
    OwnerTurns,
    /// The owner adds this amount to the position.
    OwnerAdds(&'static str),
    Liquidated,
}

/// A part of a life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Ask(Ask),
    Happens(OutsideEvent),
    /// A number of passes of the desk's background work, and the seconds between them.
    Passes(usize, i64),
}

/// A life, and what must be true at its end.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) name: &'static str,
    /// Acts that come before and are not enumerated.
    pub(crate) setup: &'static [Act],
    pub(crate) acts: &'static [Act],
    /// Whether a stop was requested.
    pub(crate) stop: bool,
    /// How many stops share the position at the end.
    pub(crate) stops: usize,
    /// Whether the position must be zero at the end, whatever was interrupted.
    pub(crate) ends_flat: bool,
    /// Seconds after which the desk knows what the market or the owner did, at the latest.
    pub(crate) known_after: i64,
}

/// Returns the price at which the stop of a position is wanted.
pub(crate) fn wanted_stop(life: &Life, long: bool) -> Decimal {
    let moved = life.acts.iter().find_map(|act| match act {
        Act::Happens(OutsideEvent::OwnerMovesStop(price)) => Some(d(price)),
        _ => None,
    });
    moved.unwrap_or_else(|| d(if long { LONG_STOP } else { SHORT_STOP }))
}

impl Life {
    /// Whether trades share the position.
    pub(crate) fn shares(&self) -> bool {
        self.setup.iter().chain(self.acts).any(|act| matches!(act, Act::Ask(Ask::Beside(_))))
    }

    /// Whether its entry rests and fills while the desk waits.
    pub(crate) fn waits(&self) -> bool {
        self.acts.iter().any(|act| matches!(act, Act::Happens(OutsideEvent::Fill(_))))
    }
}

/// The desk's answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DeskResponse {
    Yes,
    /// Definitely refused.
    No(String),
    /// The outcome is not known yet.
    Later,
    /// An internal error of the desk.
    Broken(String),
}

impl<T> From<Result<T, Error>> for DeskResponse {
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
    /// Returns how many orders may enter for this request: both of an OCO, if they fill before one can be cancelled.
    pub(crate) const fn entries(self) -> usize {
        if matches!(self, Self::Order(OrderKind::Oco, _)) {
            return 2;
        }
        matches!(self, Self::Order(..) | Self::Once(_) | Self::Enter(_) | Self::Add(_) | Self::Beside(_))
            as usize
    }

    /// Whether the position must be gone when the desk answers yes.
    pub(crate) const fn closes(self) -> bool {
        matches!(
            self,
            Self::Close
                | Self::CloseLong
                | Self::Panic
                | Self::CopyPanic
                | Self::StopFollowing
                | Self::TripRule
        )
    }

    /// Sends the request to the desk.
    pub(crate) async fn ask(self, desk: &SharedDesk, cast: &Cast) -> DeskResponse {
        match self {
            Self::Order(kind, side) => {
                let order = ticket(kind, side, desk.clock.now());
                order::place_order(desk, &cast.trader, cast.manual, order, None).await.into()
            }
            Self::Once(side) => {
                let once = IdempotencyKey { key: "once".to_owned(), body_hash: [1; 32] };
                let ticket = ticket(OrderKind::Market, side, desk.clock.now());
                order::place_order(desk, &cast.trader, cast.manual, ticket, Some(once)).await.into()
            }
            Self::Beside(stop) => shared::open_beside(desk, cast, stop).await,
            Self::CloseLatest => shared::close_latest(desk, cast).await,
            Self::Close => order::close_position(desk, &cast.trader, cast.manual, &btc()).await.into(),
            Self::LearnMode => {
                let order = ticket(OrderKind::Market, Side::Buy, desk.clock.now());
                match order::place_order(desk, &cast.trader, cast.manual, order, None).await {
                    Err(error) if error.is_of_mode() => DeskResponse::Yes,
                    other => other.into(),
                }
            }
            Self::CloseLong => {
                let long = Some(PositionSide::Long);
                order::close_side(desk, &cast.trader, cast.manual, &btc(), long).await.into()
            }
            Self::StopFollowing => copy::close_position(desk, cast.follow).await.into(),
            Self::KeepPosition => {
                follow::stop_follow(desk, &cast.trader, cast.follow, Leaving::Keep).await.into()
            }
            Self::Panic => panicked(panic::close_key(desk, &cast.trader, cast.manual).await),
            Self::CopyPanic => panicked(panic::close_key(desk, &cast.trader, cast.automated).await),
            Self::AddRule => risk::create_rule(desk, &cast.trader, closing_rule(cast)).await.into(),
            Self::TripRule => trip_rule(desk, cast).await.into(),
            Self::Enter(side) => signal::accept(desk, entry(cast, side)).await.into(),
            Self::Exit => signal::accept(desk, exit(cast)).await.into(),
            Self::ExitPart(percent) => {
                let size = SignalSize { amount: d(percent), unit: AmountUnit::PositionPercent };
                signal::accept_sized(desk, Some(size), exit(cast)).await.into()
            }
            Self::MoveStop(price) => changes::move_stop(desk, cast, price).await,
            Self::Trail(percent) => changes::trail(desk, cast, percent).await,
            Self::SetTargets(targets) => changes::set_targets(desk, cast, targets).await,
            Self::Add(amount) => changes::add(desk, cast, amount).await,
            Self::Reduce(share) => changes::reduce(desk, cast, share).await,
            Self::Adopt => changes::adopt(desk, cast).await,
            Self::CancelEntries => {
                order::cancel_entries(desk, &cast.trader, cast.manual, &btc()).await.into()
            }
        }
    }
}

fn closing_rule(cast: &Cast) -> NewRule {
    let (kind, action) = (Kind::DayLoss, RuleAction::Flatten);
    let terms = RuleTerms { kind, threshold: Decimal::ONE, cool_down_hours: None, action };
    NewRule { scope: Scope::Key(cast.automated), terms }
}

/// Records a trip of the trader's rule, and closes its position as the background work does.
async fn trip_rule(desk: &SharedDesk, cast: &Cast) -> Result<(), Error> {
    let rules = store::risk_rule::list_by_user(&desk.db, cast.trader.user).await?;
    let owned = OwnedRule { user_id: cast.trader.user, rule: rules[0] };
    let trip = Trip { at: desk.clock.now(), until: None, seen: Decimal::ONE, first: None, closing: true };
    let mut tx = desk.db.begin().await?;
    store::risk_rule::trip_rule(&mut tx, &owned, &trip).await?;
    tx.commit().await?;
    risk::close_due(&desk.following()).await?;
    match store::copy::open_of_follow(&desk.db, cast.follow).await? {
        None => Ok(()),
        Some(_) => Err(Error::Unavailable { retry_after_s: 1 }),
    }
}

fn panicked(report: Result<panic::Report, Error>) -> DeskResponse {
    match report {
        Ok(report) if report.done() => DeskResponse::Yes,
        Ok(_) => DeskResponse::Later,
        Err(error) => Err::<(), _>(error).into(),
    }
}

fn levels(side: Side) -> (&'static str, [&'static str; 3]) {
    match side {
        Side::Buy => (LONG_STOP, ["20100", "20200", "20300"]),
        Side::Sell => (SHORT_STOP, ["19900", "19800", "19700"]),
    }
}

pub(crate) fn ticket(kind: OrderKind, side: Side, now: Micros) -> ManualOrder {
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
        OrderKind::Market | OrderKind::Limit | OrderKind::Until => {}
        OrderKind::StopEntry | OrderKind::Oco => {
            // Beyond the price at which the stop order enters.
            ticket.take_profit_prices = ["20400", "20500", "20600"].map(str::to_owned).to_vec();
        }
        OrderKind::StopLimit | OrderKind::LimitStopLimit => {
            (ticket.stop_trigger_type, ticket.stop_price) = (text("LIMIT"), text("18950"));
        }
        OrderKind::Trailing | OrderKind::WithoutStop => {
            (ticket.stop_trigger_price, ticket.stop_trigger_type) = (None, None);
        }
    }
    if matches!(kind, OrderKind::Limit | OrderKind::LimitStopLimit) {
        (ticket.kind, ticket.price) = (text("LIMIT"), text("19900"));
    }
    if kind == OrderKind::Trailing {
        ticket.take_profit_prices = Vec::new();
        (ticket.kind, ticket.price) = (text("TRAILING_STOP"), text("19800"));
        ticket.callback_rate = text("1");
    }
    further(kind, ticket).check(now).unwrap()
}

/// Returns the ticket of an order type that only trades have. Its stop order enters at 20,200.
fn further(kind: OrderKind, raw: RawTicket) -> TradeTicket {
    let text = |s: &str| Some(s.to_owned());
    let (typed, price, trigger) = match kind {
        OrderKind::Until => ("LIMIT", text("19900"), None),
        OrderKind::StopEntry => ("STOP_MARKET", None, text("20200")),
        OrderKind::Oco => ("OCO", text("19900"), text("20200")),
        _ => return TradeTicket { raw, ..TradeTicket::default() },
    };
    let until = kind == OrderKind::Until;
    TradeTicket {
        raw: RawTicket { kind: text(typed), price, time_in_force: until.then(|| "GTD".to_owned()), ..raw },
        trigger_price: trigger,
        trigger_limit_price: None,
        good_till_date: until.then(|| "2030-01-01T00:00:00Z".to_owned()),
    }
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
        sent_at: None,
    }
}

fn exit(cast: &Cast) -> NewSignal {
    let exit = NewSignal { action: Action::Exit, side: None, stop: None, ..entry(cast, Side::Buy) };
    NewSignal { targets: Vec::new(), ..exit }
}

impl OutsideEvent {
    /// Makes the event happen at the exchange.
    pub(crate) fn happen(self, book: &mut Book) {
        match self {
            Self::Price(price) => book.move_price(d(price)),
            Self::Fill(amount) => book.fill_entry(d(amount)),
            Self::OwnerCancelsStop => book.cancel_stops(),
            Self::OwnerMovesStop(price) => book.move_stop(price),
            Self::OwnerStopsPart(amount) => book.stop_part(amount),
            Self::OwnerOpens(amount) => book.opened_by_owner(amount),
            Self::OwnerHedges(amount) => book.hedged_by_owner(amount),
            Self::OwnerClosesPart(amount) => book.closed_in_part_by_owner(amount),
            Self::OwnerTurns => book.turned_by_owner(),
            Self::OwnerAdds(amount) => book.added_by_owner(amount),
            Self::OwnerCloses | Self::Liquidated => book.close_by_owner(),
        }
    }
}
