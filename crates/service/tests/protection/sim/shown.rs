//! The account and market data that the exchange reports.

use super::book::{Book, btc, d};
use domain::{
    Balance, Decimal, Funds, MarginMode, Market, Position, PositionSide, PositionSlot, Ticker, TradeType,
};

pub(super) fn balance(book: &Book) -> Balance {
    let gain = (book.price - book.entry_price) * book.position;
    let used =
        (book.position.abs() * book.price).checked_div(Decimal::from(book.leverage)).unwrap_or_default();
    let total = book.wallet + gain;
    let funds = Funds { free: total - used, used, total };
    Balance { assets: [("USDT".to_owned(), funds)].into(), unrealized_pnl: gain }
}

pub(super) fn position(book: &Book, amount: Decimal) -> Option<Position> {
    let side = match amount {
        a if a > Decimal::ZERO => PositionSide::Long,
        a if a < Decimal::ZERO => PositionSide::Short,
        _ => return None,
    };
    let notional = amount.abs() * book.price;
    let margin = notional.checked_div(Decimal::from(book.leverage)).unwrap_or_default();
    let swing = book.entry_price / Decimal::TEN;
    let liquidation =
        if side == PositionSide::Long { book.entry_price - swing } else { book.entry_price + swing };
    Some(Position {
        symbol: btc(),
        contracts: amount.abs(),
        unrealized_pnl: (book.price - book.entry_price) * amount,
        leverage: book.leverage,
        liquidation_price: Some(liquidation),
        collateral: book.wallet,
        notional,
        mark_price: book.price,
        entry_price: book.entry_price,
        initial_margin: margin,
        initial_margin_percentage: Decimal::new(1, 1),
        maintenance_margin: notional / Decimal::ONE_HUNDRED,
        maintenance_margin_percentage: Decimal::new(1, 2),
        margin_ratio: None,
        at: book.wall(),
        margin_mode: MarginMode::Crossed,
        side,
        percentage: Decimal::ZERO,
        position_side: book.slot(),
    })
}

/// The owner's position beside the traded one.
pub(super) fn beside(book: &Book) -> Option<Position> {
    let amount = book.beside?;
    Some(Position { position_side: PositionSlot::Short, ..position(book, -amount)? })
}

pub(super) fn market(book: &Book, kind: TradeType) -> Market {
    Market {
        symbol: btc(),
        trade_type: kind,
        tick: book.tick.unwrap_or_else(|| d("0.1")),
        min_price: d("0.1"),
        max_price: d("1000000"),
        lot: d("0.001"),
        min_amount: d("0.001"),
        max_amount: d("1000"),
        min_notional: d("5"),
        price_band: (d("0.5"), d("1.5")),
    }
}

pub(super) fn ticker(book: &Book) -> Ticker {
    let (p, zero) = (book.price, Decimal::ZERO);
    Ticker {
        symbol: btc(),
        at: book.wall(),
        high: p,
        low: p,
        vwap: p,
        open: p,
        last: p,
        change: zero,
        percentage: zero,
        base_volume: zero,
        quote_volume: zero,
    }
}
