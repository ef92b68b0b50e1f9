//! Settlement of fills against accounts and the exchange's own ledger.

use super::{
    Account, Fill, Income, IncomeKind, Order, Reason, Status,
    markets::MarketState,
    position::PositionChange,
    rounding::{at_least_zero, cents},
    terms::PositionId,
};
use crate::market::{Level, Pair, QUOTE};
use domain::{Decimal, Side, dec};

/// Fee of a spot fill, charged on the received asset: 0.1 %.
pub const SPOT_FEE: Decimal = dec!(0.001);
/// Futures maker fee: 0.02 %.
pub const FUTURES_MAKER_FEE: Decimal = dec!(0.0002);
/// Futures taker fee: 0.05 %.
pub const FUTURES_TAKER_FEE: Decimal = dec!(0.0005);

/// Books a fill of a spot order. A maker pays from its locked balance.
pub(super) fn spot(
    markets: &mut MarketState,
    account: &mut Account,
    order: &mut Order,
    level: Level,
    trade: (u64, bool),
) -> Fill {
    let quote = level.price * level.amount;
    let base = order.market.pair.base();
    let ((paid, pays), (got, gets)) = match order.side {
        Side::Buy => ((QUOTE, quote), (base, level.amount)),
        Side::Sell => ((base, level.amount), (QUOTE, quote)),
    };
    let fee = cents(gets * SPOT_FEE);
    let from = account.spot_mut(paid);
    if trade.1 {
        from.locked -= pays;
    } else {
        from.free -= pays;
    }
    account.spot_mut(got).free += gets - fee;
    markets.counterparty.receive(paid, pays);
    markets.counterparty.receive(got, -gets);
    markets.counterparty.charge(got, fee);
    record(markets, account, order, level, trade, (fee, got, Decimal::ZERO))
}

/// Books a fill of a futures order: position, realized profit, fee and isolated margin.
pub(super) fn futures(
    markets: &mut MarketState,
    account: &mut Account,
    order: &mut Order,
    level: Level,
    trade: (u64, bool),
) -> (Fill, PositionChange) {
    let (id, pair) = (order.position(), order.market.pair);
    let rate = if trade.1 { FUTURES_MAKER_FEE } else { FUTURES_TAKER_FEE };
    let fee = cents(level.price * level.amount * rate);
    let now = markets.now;
    let perpetual = account.perpetual_mut(id);
    let change = perpetual.fill(order.side, level.price, level.amount, now);
    let mut covered = Decimal::ZERO;
    if perpetual.isolated_mode() {
        // An isolated position can lose its own margin but no more.
        let short = at_least_zero(-change.realized - change.released);
        let more = short.min(perpetual.isolated);
        perpetual.isolated -= more;
        covered = short - more;
    }
    account.wallet += change.realized - fee + covered;
    markets.counterparty.receive(QUOTE, -change.realized);
    markets.counterparty.charge(QUOTE, fee);
    markets.counterparty.insure(-covered);
    if !change.opened.is_zero() {
        set_margin_aside(account, id, change.opened);
    }
    covered += cover(markets, account, id);

    let fill = record(markets, account, order, level, trade, (fee, QUOTE, change.realized));
    let trade_id = Some(fill.id);
    if !change.realized.is_zero() {
        income(markets, account, IncomeKind::RealizedPnl, Some(pair), change.realized, trade_id);
    }
    income(markets, account, IncomeKind::Commission, Some(pair), -fee, trade_id);
    emit_insurance_cover(markets, account, id, covered, trade_id);
    (fill, change)
}

/// Moves the initial margin of the opened part into an isolated position.
fn set_margin_aside(account: &mut Account, id: PositionId, opened: Decimal) {
    let free = at_least_zero(account.cross_wallet());
    let perpetual = account.perpetual_mut(id);
    if perpetual.isolated_mode() {
        perpetual.isolated += perpetual.initial(opened).min(free);
    }
}

/// Restores an overdrawn cross wallet to zero, first from this position's isolated margin, then from the
/// insurance fund, so that no wallet is ever negative. Returns the amount paid by the insurance fund.
pub(super) fn cover(markets: &mut MarketState, account: &mut Account, id: PositionId) -> Decimal {
    let short = at_least_zero(-account.cross_wallet());
    if short.is_zero() {
        return short;
    }
    let perpetual = account.perpetual_mut(id);
    let own = short.min(perpetual.isolated);
    perpetual.isolated -= own;
    let given = short - own;
    account.wallet += given;
    markets.counterparty.insure(-given);
    given
}

/// Publishes the amount paid by the insurance fund, if any.
pub(super) fn emit_insurance_cover(
    markets: &mut MarketState,
    account: &mut Account,
    id: PositionId,
    covered: Decimal,
    trade_id: Option<u64>,
) {
    if !covered.is_zero() {
        income(markets, account, IncomeKind::InsuranceClear, Some(id.pair), covered, trade_id);
        markets.emit_futures_account(account, Reason::InsuranceClear, covered, &[id]);
    }
}

/// Appends an entry to the income history of the futures wallet.
pub(super) fn income(
    markets: &mut MarketState,
    account: &mut Account,
    kind: IncomeKind,
    pair: Option<Pair>,
    amount: Decimal,
    trade_id: Option<u64>,
) {
    let (id, at) = (markets.ids.income(), markets.now);
    account.keep_income(Income { id, at, kind, pair, amount, trade_id });
}

/// Records a fill in the order and in the account's history.
fn record(
    markets: &MarketState,
    account: &mut Account,
    order: &mut Order,
    level: Level,
    (id, maker): (u64, bool),
    (fee, fee_asset, realized): (Decimal, &str, Decimal),
) -> Fill {
    let quote = level.price * level.amount;
    order.filled += level.amount;
    order.cost += quote;
    order.status = if order.filled == order.amount { Status::Filled } else { Status::PartiallyFilled };
    order.updated = markets.now;
    let fill = Fill {
        id,
        order_id: order.id,
        market: order.market,
        side: order.side,
        price: level.price,
        amount: level.amount,
        quote,
        fee,
        fee_asset: fee_asset.to_owned(),
        maker,
        realized,
        at: markets.now,
        list: order.list(),
        slot: order.terms.slot,
    };
    account.keep_fill(fill.clone());
    fill
}
