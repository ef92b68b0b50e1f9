//! The account and prices of the desk, as signals.

use super::{DeskInit, foresee::Ground};
use crate::islands::reactive::{Peek, PeekUntracked, PeekValue, RwSignal, StoredValue};
use crate::words::{self, Lang};
use domain::money::Arithmetic as _;
use domain::{Decimal, Market, Position, live::AccountState};

/// The state that the stream updates.
#[derive(Clone, Copy)]
pub(crate) struct AccountSignals {
    /// Orders, position and balances.
    pub(crate) state: RwSignal<AccountState>,
    pub(crate) last: RwSignal<Decimal>,
    /// The mark price; the last price is used until the first one arrives.
    pub(crate) mark: RwSignal<Option<Decimal>>,
    pub(crate) market: StoredValue<Market>,
    /// Whether strategies trade the key, so that its positions are supervised.
    pub(crate) automated: bool,
    /// The language of the page, for the parts that are rendered again later.
    pub(crate) lang: Lang,
    /// The taker fee, as a fraction.
    pub(crate) fee_rate: Decimal,
    /// Whether this is about the second of two positions of hedge mode.
    pub(crate) second: bool,
}

impl AccountSignals {
    pub(crate) fn new(init: &DeskInit) -> Self {
        Self {
            mark: RwSignal::new(init.account.position.as_ref().map(|p| p.mark_price)),
            state: RwSignal::new(init.account.clone()),
            last: RwSignal::new(init.last),
            market: StoredValue::new(init.market.clone()),
            automated: init.automated,
            lang: words::lang(),
            fee_rate: init.fee_rate,
            second: false,
        }
    }

    /// The position that this is about.
    pub(crate) fn held(self, state: &AccountState) -> Option<&Position> {
        state.positions().nth(usize::from(self.second))
    }

    /// An id of an element, which is different for the second position.
    pub(crate) fn id(self, id: &str) -> String {
        format!("{id}{}", self.suffix())
    }

    /// The end of that id.
    pub(crate) fn suffix(self) -> &'static str {
        if self.second { "-2" } else { "" }
    }

    /// The current values that a ticket is evaluated against.
    pub(crate) fn ground(self) -> Ground {
        let last = self.last.get();
        self.market.peek_value(|market| self.state.peek(|a| Ground::new(a, market, last, self.fee_rate)))
    }

    /// The base and quote asset of the market.
    pub(crate) fn assets(self) -> (String, String) {
        self.market.peek_value(|m| (m.symbol.base().to_owned(), m.symbol.quote().to_owned()))
    }

    /// The symbol of the market.
    pub(crate) fn symbol(self) -> String {
        self.market.peek_value(|m| m.symbol.to_string())
    }

    /// The key's id.
    pub(crate) fn key(self) -> String {
        self.state.peek_untracked(|a| a.key.to_string())
    }

    /// The position's profit at the current mark price, in quote units and in percent of its margin.
    pub(crate) fn profit(self) -> Option<(Decimal, Decimal)> {
        let mark = self.mark.get();
        self.state.peek(|a| {
            let p = self.held(a)?;
            let way = if p.side == domain::PositionSide::Long { Decimal::ONE } else { Decimal::NEGATIVE_ONE };
            let move_ = mark.unwrap_or(p.mark_price).minus(p.entry_price)?.times(way)?;
            let profit = move_.times(p.contracts)?;
            let percent = profit.times(Decimal::ONE_HUNDRED)?.over(p.initial_margin);
            Some((profit, percent.unwrap_or_default()))
        })
    }
}
