//! The differences between an account and the database.

use crate::trading::words::{order_type, words};
use domain::{Decimal, Order, OrderType, Side, Symbol, figures};
use language::Lang;
use serde::{Deserialize, Serialize};

/// An order at the exchange that the database did not know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The market.
    pub symbol: Symbol,
    /// Description of the order in English, for the command line: `Stop market sell 0.05 at 19,000 (sl…-3)`.
    pub what: String,
    /// The order. Earlier releases stored only its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<UnknownOrder>,
    /// Whether the desk rebuilt the intent it belongs to, and supervises the position.
    pub adopted: bool,
}

impl Difference {
    pub(super) fn new(symbol: Symbol, order: UnknownOrder, adopted: bool) -> Self {
        Self { symbol, what: order.text(Lang::En), order: Some(order), adopted }
    }

    /// Description of the order in a language; in English if it was stored by an earlier release.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        self.order.as_ref().map_or_else(|| self.what.clone(), |order| order.text(lang))
    }
}

/// The parts of an order that describe it to an admin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct UnknownOrder {
    kind: OrderType,
    side: Side,
    /// In base units; `None` for the whole position.
    amount: Option<Decimal>,
    price: Option<Decimal>,
    client_order_id: String,
}

impl UnknownOrder {
    pub(super) fn of(order: &Order) -> Self {
        Self {
            kind: order.kind,
            side: order.side,
            amount: order.amount,
            price: order.stop_price.or(order.price),
            client_order_id: order.client_order_id.clone(),
        }
    }

    fn text(&self, lang: Lang) -> String {
        let (words, kind, id) = (words(lang), order_type(lang, self.kind), self.client_order_id.as_str());
        let amount = self.amount.map_or_else(|| words.whole_position.to_owned(), figures::decimal);
        match (self.side, self.price.map(figures::decimal)) {
            (Side::Buy, None) => words.buy(kind, &amount, id),
            (Side::Buy, Some(price)) => words.buy_at(kind, &amount, &price, id),
            (Side::Sell, None) => words.sell(kind, &amount, id),
            (Side::Sell, Some(price)) => words.sell_at(kind, &amount, &price, id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(price: Option<i64>, amount: Option<Decimal>) -> UnknownOrder {
        let (kind, side) = (OrderType::StopMarket, Side::Sell);
        let price = price.map(Decimal::from);
        UnknownOrder { kind, side, amount, price, client_order_id: "sl-3".to_owned() }
    }

    #[test]
    fn a_difference_is_described_in_the_language_of_the_page() {
        let symbol: Symbol = "BTC/USDT".parse().unwrap();
        let small = order(Some(19_000), Some(Decimal::new(5, 2)));
        let difference = Difference::new(symbol.clone(), small, true);
        assert_eq!(difference.what, "Stop market sell 0.05 at 19,000 (sl-3)");
        assert_eq!(difference.text(Lang::En), difference.what);
        assert!(difference.text(Lang::Pseudo).starts_with('⟦'));
        let whole = Difference::new(symbol, order(None, None), true);
        assert_eq!(whole.text(Lang::En), "Stop market sell whole position (sl-3)");
        let stored = serde_json::to_string(&difference).unwrap();
        assert_eq!(serde_json::from_str::<Difference>(&stored).unwrap(), difference);
    }

    #[test]
    fn a_difference_of_an_earlier_release_is_read() {
        let text = r#"{"symbol":"BTC/USDT","what":"Limit buy 1 (x)","adopted":false}"#;
        let difference: Difference = serde_json::from_str(text).unwrap();
        assert_eq!(difference.text(Lang::Pseudo), "Limit buy 1 (x)");
    }
}
