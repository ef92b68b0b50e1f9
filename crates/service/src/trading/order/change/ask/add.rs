//! The use case that increases an open position.

use super::{Changer, TradeTarget};
use crate::{
    actor::Actor,
    error::{Error, Result},
    trading::{
        SharedTrading, first_day, market,
        order::{
            account::Access,
            change::{
                HistoryEntry,
                plan::{Situation, plan_addition},
            },
            checks::{self, FEE_RATE},
            intent::{Intent, Request},
            place::{busy, check_first_day, may_enter},
            run::Run,
            sharing::SharedPosition,
        },
    },
};
use domain::{
    Decimal, ExchangeKeyId, MarginMode, Market, Position, Symbol, sizing,
    ticket::{Entry, ManualOrder, Stop},
    trade::{ChangeKind, StopChange},
    validation::Problem,
};

/// How much is added to a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddSize {
    /// An amount in base units.
    Amount(Decimal),
    /// The amount whose loss at the trade's stop is this share of the account's balance, in percent.
    RiskPercent(Decimal),
}

/// The funds and the settings of the market that an addition is checked against.
struct Means {
    free: Decimal,
    total: Decimal,
    leverage: u16,
    mode: MarginMode,
}

/// Increases the position of an open trade at market, on its side. The stop covers the whole position, and the
/// take-profits are fitted to it. It is checked like an entry.
///
/// # Errors
/// [`Error::NotFound`] without an open trade, [`Error::Fields`] for an amount or a risk that does not fit, and for a
/// `version` that is not the current one; 1101, 1103, 1104, 1106, 1300; 1500 if the balance is too small, or if the exchange
/// refuses the larger stop or the order. [`Error::Unavailable`] while the outcome is unknown: the desk queries the order, and
/// never sends the order later.
pub async fn add_to_trade(
    desk: &SharedTrading,
    actor: &Actor,
    id: ExchangeKeyId,
    symbol: &Symbol,
    target: TradeTarget,
    size: AddSize,
) -> Result<()> {
    let access = Access::futures(desk, actor, id).await?;
    let (shared, symbol) = (desk.clone(), symbol.clone());
    let idempotency = target.idempotency.clone();
    let work = async move { Changer::new(&shared, access, symbol, idempotency).add(target, size).await };
    desk.work.run(work).await
}

impl Changer<'_> {
    async fn add(mut self, target: TradeTarget, size: AddSize) -> Result<()> {
        let key = self.access.row.key.id;
        let _lock = self.desk.locks.lock(key, &self.symbol).await;
        if self.is_answered().await? {
            return Ok(());
        }
        may_enter(self.desk, &self.access).await?;
        self.aim(target.trade, target.side).await?;
        let market = self.ready().await?;
        let (mut trade, row) = self.trade(&target).await?;
        if trade.entry_rests() {
            return Err(Error::field("amount", Problem::EntryStillOpen));
        }
        let last = market::last_price(self.desk, self.access.row.key.trade_type, &self.symbol).await?;
        let held = self.position().await?.ok_or(Error::NotFound)?;
        let shared = SharedPosition::load(self.desk, &trade).await?.is_some();
        let part = if shared { self.part(&mut trade).await?.0 } else { Some(held.clone()) };
        let at = Situation::of(&trade, part.as_ref(), last).ok_or(Error::NotFound)?;
        let at = if shared { at.shared() } else { at };
        let means = self.means().await?;
        let stop = match super::in_force(&trade, &row).stop {
            Some(StopChange::Set(stop)) => Some(stop),
            _ => None,
        };
        let amount = amount_of(size, stop, last, means.total, &market)?;
        let order = ManualOrder {
            symbol: self.symbol.clone(),
            side: at.side,
            entry: Entry::Market,
            amount,
            targets: Vec::new(),
            stop,
            risk_percent: None,
        };
        checks::market_fits(&order, &market, last)?;
        self.check_whole(order, &held, last, &means).await?;
        let own = if shared { self.without_others(&mut trade).await? } else { held };
        let adding = plan_addition(&mut trade, &at, &own, amount)?;
        self.desk.work.begin()?;
        self.claim_trade(&trade).await?;
        let before = if shared { at.amount } else { own.contracts };
        let history = HistoryEntry::of_amounts(trade.id, ChangeKind::Add, before, before + amount)?;
        let mut intent = self.intent(Request::Add(Box::new(adding)), Vec::new());
        let idempotency = self.idempotency.as_ref();
        intent.commit_change(self.desk, idempotency, &mut trade, None, None, history).await.map_err(busy)?;
        self.work(intent).await
    }

    /// Checks that the account can carry the added `order`, and that the position that results keeps the first-day limits
    /// and reaches its stop before it is liquidated.
    async fn check_whole(
        &self,
        order: ManualOrder,
        held: &Position,
        last: Decimal,
        means: &Means,
    ) -> Result<()> {
        checks::addition_affordable(&order, last, means.free, means.leverage)?;
        let whole = checks::together(order, held, last)?;
        let average = whole.entry.price().unwrap_or(last);
        checks::stop_comes_first(&whole, average, means.total, means.leverage, means.mode)?;
        let key = self.access.row.key.id;
        if let Some(limits) = check_first_day(self.desk, key, &whole, last).await?
            && !first_day::claim_market(self.desk, key, &limits, &self.symbol).await?
        {
            return Err(Error::field("symbol", Problem::FirstDayMarket));
        }
        Ok(())
    }

    /// Returns the position without the parts of the other trades on it.
    async fn without_others(&self, trade: &mut Intent) -> Result<Position> {
        let run = Run::new(self.desk, &self.access.who, trade, false).await?;
        let position = run.position_of(run.intent).await;
        self.access.known(self.desk, position).await?.ok_or(Error::NotFound)
    }

    async fn means(&self) -> Result<Means> {
        let (who, exchange) = (&self.access.who, &self.desk.exchange);
        let kind = self.access.row.key.trade_type;
        let (balance, leverage) =
            tokio::join!(exchange.balance(who, kind), exchange.leverage(who, &self.symbol));
        let balance = self.access.take(self.desk, balance).await?;
        let (leverage, mode) = self.access.take(self.desk, leverage).await?;
        let funds = balance.assets.get(self.symbol.quote());
        let (free, total) = funds.map_or((Decimal::ZERO, Decimal::ZERO), |funds| (funds.free, funds.total));
        Ok(Means { free, total, leverage, mode })
    }
}

/// Returns the amount to add, rounded down to the lot where it follows from a risk.
fn amount_of(
    size: AddSize,
    stop: Option<Stop>,
    last: Decimal,
    balance: Decimal,
    market: &Market,
) -> Result<Decimal> {
    const FIELD: &str = "riskPercent";
    match size {
        AddSize::Amount(amount) => Ok(amount),
        AddSize::RiskPercent(percent) => {
            if percent <= Decimal::ZERO || percent > Decimal::ONE_HUNDRED {
                return Err(Error::field(FIELD, Problem::NotRiskPercent));
            }
            let stop = stop.ok_or_else(|| Error::field(FIELD, Problem::RiskNeedsStop))?;
            let amount = sizing::amount_at_risk(balance, percent, last, stop.trigger, FEE_RATE, market.lot);
            let enough = amount.filter(|amount| *amount >= market.min_amount);
            enough.ok_or_else(|| Error::field(FIELD, Problem::LotFilter))
        }
    }
}
