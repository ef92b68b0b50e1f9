//! Reads the desk's types from JSON (see [`crate::islands::tree`]). A new member of one of these types is added here, too; the
//! tests compare each type with what serde writes.

mod trade;

use super::{Bar, Bars, DeskInit, TicketDraft};
use crate::{
    answer::{Done, FormFailure},
    islands::tree::Tree,
    notice::{PostNotice, Rejection},
};
use domain::{
    Balance, Candle, Decimal, Frame, Funds, MarginMode, Market, Micros, Order, OrderStatus, OrderType,
    Position, PositionSide, PositionSlot, Side, Symbol, TimeInForce, TradeType,
    live::{AccountState, PositionProtection, ProtectionState, SecondPosition},
    money,
    validation::{FieldProblem, Problem},
};
use std::collections::BTreeMap;

/// A type that can be read from JSON.
pub(super) trait FromTree: Sized {
    /// Returns `None` if the value is not what serde would have written.
    fn read(tree: &impl Tree) -> Option<Self>;
}

/// A required decimal member.
pub(super) fn decimal(tree: &impl Tree, key: &str) -> Option<Decimal> {
    money::parse(&tree.get(key)?.text()?).ok()
}

/// A required symbol.
pub(super) fn symbol(tree: &impl Tree) -> Option<Symbol> {
    tree.get("symbol")?.text()?.parse().ok()
}

/// A decimal member that may be missing: `Some(None)` then, `None` if it is not a decimal.
fn optional_decimal(tree: &impl Tree, key: &str) -> Option<Option<Decimal>> {
    tree.get(key).map_or(Some(None), |v| money::parse(&v.text()?).ok().map(Some))
}

/// A required member that `parse` reads from its text.
fn parsed<T>(tree: &impl Tree, key: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
    parse(&tree.get(key)?.text()?)
}

/// A required integer member.
fn integer(tree: &impl Tree, key: &str) -> Option<i64> {
    tree.get(key)?.int()
}

/// A required member that is `true` or `false`.
fn boolean(tree: &impl Tree, key: &str) -> Option<bool> {
    tree.get(key)?.truth()
}

/// A required list, each of whose items must be readable.
fn list<T: FromTree>(tree: &impl Tree, key: &str) -> Option<Vec<T>> {
    tree.get(key)?.items()?.iter().map(T::read).collect()
}

/// A required integer member from 0 to 65,535, such as a leverage.
fn small_integer(tree: &impl Tree, key: &str) -> Option<u16> {
    u16::try_from(integer(tree, key)?).ok()
}

impl FromTree for Order {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            id: tree.string("id"),
            client_order_id: tree.string("client_order_id"),
            at: Micros(integer(tree, "at")?),
            symbol: symbol(tree)?,
            kind: parsed(tree, "kind", OrderType::parse)?,
            time_in_force: parsed(tree, "time_in_force", TimeInForce::parse)?,
            post_only: boolean(tree, "post_only")?,
            reduce_only: boolean(tree, "reduce_only")?,
            side: parsed(tree, "side", Side::parse)?,
            position_side: parsed(tree, "position_side", PositionSlot::parse)?,
            price: optional_decimal(tree, "price")?,
            stop_price: optional_decimal(tree, "stop_price")?,
            callback_rate: optional_decimal(tree, "callback_rate")?,
            amount: optional_decimal(tree, "amount")?,
            cost: decimal(tree, "cost")?,
            average: optional_decimal(tree, "average")?,
            filled: decimal(tree, "filled")?,
            remaining: optional_decimal(tree, "remaining")?,
            status: parsed(tree, "status", OrderStatus::parse)?,
        })
    }
}

impl FromTree for Position {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            symbol: symbol(tree)?,
            contracts: decimal(tree, "contracts")?,
            unrealized_pnl: decimal(tree, "unrealized_pnl")?,
            leverage: small_integer(tree, "leverage")?,
            liquidation_price: optional_decimal(tree, "liquidation_price")?,
            collateral: decimal(tree, "collateral")?,
            notional: decimal(tree, "notional")?,
            mark_price: decimal(tree, "mark_price")?,
            entry_price: decimal(tree, "entry_price")?,
            initial_margin: decimal(tree, "initial_margin")?,
            initial_margin_percentage: decimal(tree, "initial_margin_percentage")?,
            maintenance_margin: decimal(tree, "maintenance_margin")?,
            maintenance_margin_percentage: decimal(tree, "maintenance_margin_percentage")?,
            margin_ratio: optional_decimal(tree, "margin_ratio")?,
            at: Micros(integer(tree, "at")?),
            margin_mode: parsed(tree, "margin_mode", MarginMode::parse)?,
            side: parsed(tree, "side", PositionSide::parse)?,
            position_side: parsed(tree, "position_side", PositionSlot::parse)?,
            percentage: decimal(tree, "percentage")?,
        })
    }
}

impl FromTree for PositionProtection {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            state: parsed(tree, "state", ProtectionState::parse)?,
            stop: optional_decimal(tree, "stop")?,
        })
    }
}

impl FromTree for AccountState {
    /// Reads only the part of the balance that the desk needs: the market's quote asset.
    fn read(tree: &impl Tree) -> Option<Self> {
        let (symbol, balance) = (symbol(tree)?, tree.get("balance")?);
        let funds = balance.get("assets")?.get(symbol.quote()).and_then(|f| {
            Some(Funds {
                free: decimal(&f, "free")?,
                used: decimal(&f, "used")?,
                total: decimal(&f, "total")?,
            })
        });
        let mut assets = BTreeMap::new();
        if let Some(funds) = funds {
            assets.insert(symbol.quote().to_owned(), funds);
        }
        Some(Self {
            key: tree.get("key")?.text()?.parse().ok()?,
            orders: list(tree, "orders")?,
            position: tree.get("position").and_then(|p| Position::read(&p)),
            protection: tree.get("protection").and_then(|p| PositionProtection::read(&p)),
            second: tree.get("second").and_then(|second| {
                Some(SecondPosition {
                    position: Position::read(&second.get("position")?)?,
                    protection: PositionProtection::read(&second.get("protection")?)?,
                })
            }),
            trades: list(tree, "trades").unwrap_or_default(),
            balance: Balance { assets, unrealized_pnl: decimal(&balance, "unrealized_pnl")? },
            leverage: small_integer(tree, "leverage")?,
            margin_mode: parsed(tree, "margin_mode", MarginMode::parse)?,
            at: Micros(integer(tree, "at")?),
            symbol,
        })
    }
}

impl FromTree for Market {
    fn read(tree: &impl Tree) -> Option<Self> {
        let band = tree.get("price_band")?.items()?;
        let edge = |i: usize| money::parse(&band.get(i)?.text()?).ok();
        Some(Self {
            symbol: symbol(tree)?,
            trade_type: parsed(tree, "trade_type", TradeType::parse)?,
            tick: decimal(tree, "tick")?,
            min_price: decimal(tree, "min_price")?,
            max_price: decimal(tree, "max_price")?,
            lot: decimal(tree, "lot")?,
            min_amount: decimal(tree, "min_amount")?,
            max_amount: decimal(tree, "max_amount")?,
            min_notional: decimal(tree, "min_notional")?,
            price_band: (edge(0)?, edge(1)?),
        })
    }
}

impl FromTree for Candle {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            start: Micros(integer(tree, "start")?),
            open: decimal(tree, "open")?,
            high: decimal(tree, "high")?,
            low: decimal(tree, "low")?,
            close: decimal(tree, "close")?,
            volume: decimal(tree, "volume")?,
        })
    }
}

impl FromTree for Bar {
    fn read(tree: &impl Tree) -> Option<Self> {
        let items = tree.items()?;
        let at = |i: usize| items.get(i)?.int();
        Some(Self(at(0)?, at(1)?, at(2)?, at(3)?, at(4)?, at(5)?))
    }
}

impl FromTree for Bars {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            settled: list(tree, "settled")?,
            forming: Bar::read(&tree.get("forming")?)?,
            minute: (0, 0),
        })
    }
}

impl FromTree for FieldProblem {
    fn read(tree: &impl Tree) -> Option<Self> {
        let name = tree.get("problem")?.text()?;
        let problem = Problem::ALL.iter().find(|p| p.name() == name)?;
        Some(Self { field: tree.string("field"), problem: *problem })
    }
}

impl FromTree for FormFailure {
    fn read(tree: &impl Tree) -> Option<Self> {
        let text = |key| tree.get(key).and_then(|v| v.text());
        let refusal = text("refusal").map(|word| Rejection::read(&word));
        Some(Self { fields: list(tree, "fields")?, refusal, fresh: text("fresh") })
    }
}

impl FromTree for Done {
    fn read(tree: &impl Tree) -> Option<Self> {
        let text = |key| tree.get(key).and_then(|v| v.text());
        let notice = text("notice").map(|word| PostNotice::read(&word));
        Some(Self {
            to: tree.string("to"),
            notice,
            about: text("about"),
            fresh: text("fresh"),
            details: Vec::new(),
        })
    }
}

impl FromTree for TicketDraft {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            side: tree.string("side"),
            kind: tree.string("kind"),
            price: tree.string("price"),
            sizing: tree.string("sizing"),
            amount: tree.string("amount"),
            percent: tree.string("percent"),
            stop: tree.string("stop"),
            stop_kind: tree.string("stop_kind"),
            stop_price: tree.string("stop_price"),
            callback: tree.string("callback"),
            targets: tree.get("targets")?.items()?.iter().filter_map(Tree::text).collect(),
            without_stop: boolean(tree, "without_stop")?,
            time_in_force: tree.string("time_in_force"),
            reduce_only: boolean(tree, "reduce_only")?,
        })
    }
}

impl FromTree for DeskInit {
    fn read(tree: &impl Tree) -> Option<Self> {
        Some(Self {
            market: Market::read(&tree.get("market")?)?,
            frame: parsed(tree, "frame", Frame::parse)?,
            bars: Bars::read(&tree.get("bars")?)?,
            last: decimal(tree, "last")?,
            account: AccountState::read(&tree.get("account")?)?,
            fee_rate: decimal(tree, "fee_rate")?,
            tradable: boolean(tree, "tradable")?,
            automated: boolean(tree, "automated")?,
            first_day: boolean(tree, "first_day")?,
            draft: TicketDraft::read(&tree.get("draft")?)?,
            failure: FormFailure::read(&tree.get("failure")?)?,
            managed: FormFailure::read(&tree.get("managed")?)?,
            idempotency: tree.string("idempotency"),
        })
    }
}

#[cfg(test)]
pub(super) mod tests;
