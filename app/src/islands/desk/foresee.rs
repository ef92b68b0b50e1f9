//! The preview of a ticket before it is sent.

use super::TicketDraft;
use domain::{
    Decimal, MarginMode, Market, PositionSide, Side,
    live::AccountState,
    money,
    sizing::{self, Preview},
    ticket::{Entry, ManualOrder},
    validation::{FieldProblem, Problem},
};

/// The values that a ticket is evaluated against.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(crate) market: Market,
    /// The taker fee, as a fraction.
    pub(crate) fee_rate: Decimal,
    pub(crate) last: Decimal,
    /// The account's equity in the quote asset, unrealized profit included.
    pub(crate) equity: Decimal,
    /// The funds that an order can use once the market's position and orders are closed.
    pub(crate) available: Option<Decimal>,
    pub(crate) leverage: u16,
    pub(crate) margin_mode: MarginMode,
}

impl Ground {
    /// The values of an account and market at a last price.
    pub(crate) fn new(account: &AccountState, market: &Market, last: Decimal, fee_rate: Decimal) -> Self {
        Self {
            equity: equity(account, market.symbol.quote()),
            available: sizing::available_funds(account, fee_rate),
            leverage: account.leverage,
            margin_mode: account.margin_mode,
            market: market.clone(),
            fee_rate,
            last,
        }
    }
}

/// Funds that an order lacks, in quote units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shortfall {
    /// Margin and fee of the order.
    pub(crate) needed: Decimal,
    /// The funds that it can use.
    pub(crate) available: Decimal,
}

/// A valid ticket and its preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Foreseen {
    pub(crate) order: ManualOrder,
    /// The estimated entry price.
    pub(crate) entry: Decimal,
    /// Order value, margin, risk and reward.
    pub(crate) preview: Preview,
    /// The estimated liquidation price; `None` if no price liquidates the position.
    pub(crate) liquidation: Option<Decimal>,
    /// The funds that the account lacks for the order.
    pub(crate) shortfall: Option<Shortfall>,
}

/// The account's equity in `quote`.
pub(crate) fn equity(account: &AccountState, quote: &str) -> Decimal {
    account.balance.assets.get(quote).map(|f| f.total).unwrap_or_default()
}

/// The entry and stop price of a ticket, if both are known.
fn entry_and_stop(draft: &TicketDraft, ground: &Ground) -> Option<(Decimal, Decimal)> {
    let entry = if draft.kind == "LIMIT" { money::parse(&draft.price).ok()? } else { ground.last };
    Some((entry, money::parse(&draft.stop).ok()?))
}

fn triggers_immediately(draft: &TicketDraft, entry: Decimal, stop: Decimal) -> bool {
    if draft.side == Side::Sell.word() { stop <= entry } else { stop >= entry }
}

/// The amount that risks the given percentage of equity; `None` while stop or percentage are missing, or if
/// the stop would trigger immediately.
pub(crate) fn amount_by_risk(draft: &TicketDraft, ground: &Ground) -> Option<Decimal> {
    let percent = money::parse(&draft.percent).ok()?;
    let (entry, stop) =
        entry_and_stop(draft, ground).filter(|(e, s)| !triggers_immediately(draft, *e, *s))?;
    sizing::amount_at_risk(ground.equity, percent, entry, stop, ground.fee_rate, ground.market.lot)
}

/// Validates a ticket by itself and by the market's rules, and computes its preview.
pub(crate) fn foresee(draft: &TicketDraft, ground: &Ground) -> Result<Foreseen, Vec<FieldProblem>> {
    let checked = draft.raw(&ground.market.symbol.to_string()).check();
    let order = checked.map_err(|problems| with_stop_side(problems, draft, ground))?;
    let entry = order.entry.price().unwrap_or(ground.last);
    if order.entry == Entry::Market {
        order.check_sides(entry)?;
    }
    filters(&order, entry, &ground.market)?;
    let rules = &ground.market;
    let preview = sizing::preview(&order, entry, ground.leverage, ground.fee_rate, rules.lot)
        .ok_or_else(|| vec![FieldProblem::new("amount", Problem::NotNumber)])?;
    let shortfall = shortfall(&preview, ground);
    let margin = match ground.margin_mode {
        MarginMode::Isolated => preview.margin,
        MarginMode::Crossed => ground.equity,
    };
    let beyond = |stop| sizing::stop_comes_first(order.amount, entry, stop, margin) == Some(false);
    // An order that the account cannot carry has a more helpful message than that of its stop.
    if shortfall.is_none() && order.stop.is_some_and(|stop| beyond(stop.trigger)) {
        return Err(vec![FieldProblem::new("stopTriggerPrice", Problem::StopBeyondLiquidation)]);
    }
    let side = PositionSide::opened_by(order.side);
    let liquidation = sizing::liquidation_price(side, order.amount, entry, margin);
    Ok(Foreseen { order, entry, preview, liquidation, shortfall })
}

/// The funds that the account lacks for an order, which the exchange would reject.
fn shortfall(preview: &Preview, ground: &Ground) -> Option<Shortfall> {
    let needed = sizing::funds_needed(preview.cost, ground.leverage, ground.fee_rate)?;
    ground.available.filter(|available| needed > *available).map(|available| Shortfall { needed, available })
}

/// The validation ends at missing fields; a stop on the wrong side is reported in addition.
fn with_stop_side(
    mut problems: Vec<FieldProblem>,
    draft: &TicketDraft,
    ground: &Ground,
) -> Vec<FieldProblem> {
    const FIELD: &str = "stopTriggerPrice";
    let wrong =
        entry_and_stop(draft, ground).is_some_and(|(entry, stop)| triggers_immediately(draft, entry, stop));
    if wrong && draft.uses_stop() && !problems.iter().any(|p| p.field == FIELD) {
        problems.push(FieldProblem::new(FIELD, Problem::StopOnWrongSide));
    }
    problems
}

fn filters(order: &ManualOrder, entry: Decimal, market: &Market) -> Result<(), Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut price = |field: &str, value: Option<Decimal>| {
        if value.is_some_and(|v| market.check_price(v).is_err()) {
            problems.push(FieldProblem::new(field, Problem::PriceFilter));
        }
    };
    price("price", order.entry.price());
    order.targets.iter().for_each(|t| price("takeProfitPrices", Some(*t)));
    price("stopTriggerPrice", order.stop.map(|s| s.trigger));
    price("stopPrice", order.stop.and_then(|s| s.limit));
    problems.dedup();
    if market.check_amount(order.amount).is_err() {
        problems.push(FieldProblem::new("amount", Problem::LotFilter));
    } else if market.check_notional(entry, order.amount).is_err() {
        problems.push(FieldProblem::new("amount", Problem::NotionalFilter));
    } else if sizing::target_shares(order.amount, order.targets.len(), market.lot).is_none() {
        problems.push(FieldProblem::new("takeProfitPrices", Problem::TargetTooSmall));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        money::parse(text).unwrap()
    }

    pub(crate) fn ground() -> Ground {
        Ground {
            market: Market {
                symbol: "BTC/USDT".parse().unwrap(),
                trade_type: domain::TradeType::Futures,
                tick: d("0.1"),
                min_price: d("0.1"),
                max_price: d("1000000"),
                lot: d("0.001"),
                min_amount: d("0.001"),
                max_amount: d("1000"),
                min_notional: d("5"),
                price_band: (d("0.85"), d("1.15")),
            },
            fee_rate: d("0.0005"),
            last: d("10000"),
            equity: d("10000"),
            available: Some(d("10000")),
            leverage: 10,
            margin_mode: MarginMode::Crossed,
        }
    }

    fn draft() -> TicketDraft {
        TicketDraft {
            amount: "0.1".into(),
            stop: "9500".into(),
            targets: vec!["10500".into()],
            ..TicketDraft::default()
        }
    }

    #[test]
    fn foresees_a_market_order_at_the_last_price() {
        let seen = foresee(&draft(), &ground()).unwrap();
        assert_eq!((seen.entry, seen.preview.cost, seen.preview.margin), (d("10000"), d("1000"), d("100")));
        assert_eq!(seen.preview.gains.len(), 1);
        assert!(seen.preview.loss_at_stop.unwrap() > d("50"));
        assert_eq!((seen.liquidation, seen.shortfall), (None, None), "the balance backs all of it");
    }

    #[test]
    fn a_shortfall_is_foreseen_with_both_sums() {
        let large = TicketDraft { amount: "20".into(), stop: String::new(), ..draft() };
        let seen = foresee(&large, &ground()).unwrap();
        assert_eq!(seen.shortfall, Some(Shortfall { needed: d("20100"), available: d("10000") }));
        let stopped = TicketDraft { stop: "9500".into(), ..large };
        assert!(foresee(&stopped, &ground()).unwrap().shortfall.is_some(), "rather than the stop's problem");
    }

    #[test]
    fn a_stop_beyond_the_liquidation_price_is_reported() {
        let isolated = Ground { margin_mode: MarginMode::Isolated, ..ground() };
        let seen = foresee(&draft(), &isolated).unwrap();
        assert_eq!(seen.liquidation.map(|price| price.round_dp(1)), Some(d("9036.1")));
        let problems = foresee(&TicketDraft { stop: "9000".into(), ..draft() }, &isolated).unwrap_err();
        assert_eq!(problems, [FieldProblem::new("stopTriggerPrice", Problem::StopBeyondLiquidation)]);
    }

    #[test]
    fn a_stop_that_would_trigger_immediately_is_reported() {
        let problems = foresee(&TicketDraft { stop: "10001".into(), ..draft() }, &ground()).unwrap_err();
        assert_eq!(problems, [FieldProblem::new("stopTriggerPrice", Problem::StopOnWrongSide)]);
    }

    #[test]
    fn the_markets_filters_are_named() {
        for (bad, field, problem) in [
            (TicketDraft { stop: "9500.05".into(), ..draft() }, "stopTriggerPrice", Problem::PriceFilter),
            (TicketDraft { amount: "0.0005".into(), ..draft() }, "amount", Problem::LotFilter),
            (
                TicketDraft {
                    amount: "0.001".into(),
                    targets: vec!["10500".into(), "10600".into()],
                    ..draft()
                },
                "takeProfitPrices",
                Problem::TargetTooSmall,
            ),
        ] {
            assert_eq!(foresee(&bad, &ground()).unwrap_err(), [FieldProblem::new(field, problem)]);
        }
    }

    #[test]
    fn risk_decides_the_amount() {
        let draft = TicketDraft { sizing: "risk".into(), percent: "1".into(), ..draft() };
        let amount = amount_by_risk(&draft, &ground()).unwrap();
        // 100 USDT at risk, divided by 500 per coin plus the fees.
        assert_eq!(amount, d("0.196"));
        assert_eq!(amount_by_risk(&TicketDraft { stop: String::new(), ..draft.clone() }, &ground()), None);
        let wrong = TicketDraft { stop: "10001".into(), amount: String::new(), ..draft };
        assert_eq!(amount_by_risk(&wrong, &ground()), None, "a stop that triggers at once sizes nothing");
        let problems = foresee(&wrong, &ground()).unwrap_err();
        assert!(problems.contains(&FieldProblem::new("stopTriggerPrice", Problem::StopOnWrongSide)));
    }
}
