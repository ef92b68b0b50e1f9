//! The ticket's input, and the order that it describes.

use domain::ticket::{MOST_TARGETS, RawTicket};
use serde::{Deserialize, Serialize};

/// The ticket's fields as typed. Fields that the chosen order type does not use may be filled in; they are
/// ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketDraft {
    /// BUY or SELL.
    pub side: String,
    /// MARKET, LIMIT or `TRAILING_STOP`.
    pub kind: String,
    /// Limit or activation price.
    pub price: String,
    /// `amount` or `risk`.
    pub sizing: String,
    /// In base units.
    pub amount: String,
    /// Percent of equity at risk.
    pub percent: String,
    /// The stop price.
    pub stop: String,
    /// LIMIT or MARKET.
    pub stop_kind: String,
    /// The stop's limit price.
    pub stop_price: String,
    /// Callback rate of the trailing stop, in percent.
    pub callback: String,
    /// Take-profit prices.
    pub targets: Vec<String>,
    /// Whether the user has confirmed that the position is to have no stop.
    #[serde(default)]
    pub without_stop: bool,
    /// GTC, IOC, FOK or GTX (post-only); of a limit order.
    #[serde(default)]
    pub time_in_force: String,
    /// Whether a market order only closes a part of the open position.
    #[serde(default)]
    pub reduce_only: bool,
}

impl Default for TicketDraft {
    fn default() -> Self {
        Self {
            side: "BUY".into(),
            kind: "MARKET".into(),
            price: String::new(),
            sizing: "amount".into(),
            amount: String::new(),
            percent: "1".into(),
            stop: String::new(),
            stop_kind: "MARKET".into(),
            stop_price: String::new(),
            callback: "1".into(),
            targets: Vec::new(),
            without_stop: false,
            time_in_force: "GTC".into(),
            reduce_only: false,
        }
    }
}

impl TicketDraft {
    /// A ticket in which nothing is filled in, not even the defaults.
    #[cfg(feature = "ssr")]
    pub(crate) fn empty() -> Self {
        let mut draft = Self::default();
        draft.texts().into_iter().for_each(|(_, value)| value.clear());
        draft
    }

    /// The fields with one text each, by their names in forms, queries and API requests.
    pub(crate) fn texts(&mut self) -> [(&'static str, &mut String); 11] {
        [
            ("side", &mut self.side),
            ("type", &mut self.kind),
            ("price", &mut self.price),
            ("sizing", &mut self.sizing),
            ("amount", &mut self.amount),
            ("riskProfilePercent", &mut self.percent),
            ("stopTriggerPrice", &mut self.stop),
            ("stopTriggerType", &mut self.stop_kind),
            ("stopPrice", &mut self.stop_price),
            ("callbackRate", &mut self.callback),
            ("timeInForce", &mut self.time_in_force),
        ]
    }

    /// Whether a field of this name has a list of prices.
    pub(crate) fn is_list(name: &str) -> bool {
        name.starts_with("takeProfitPrices")
    }

    /// Sets the field of this name, or adds to it; returns whether there is one.
    pub(crate) fn set(&mut self, name: &str, value: String) -> bool {
        if name == "withoutStop" {
            self.without_stop = value == "yes";
        } else if name == "reduceOnly" {
            self.reduce_only = value == "yes";
        } else if Self::is_list(name) {
            self.targets.push(value);
        } else {
            let Some((_, text)) = self.texts().into_iter().find(|(known, _)| *known == name) else {
                return false;
            };
            *text = value;
        }
        true
    }

    /// Reads the values of a query or a flash; missing ones keep their defaults.
    #[must_use]
    pub fn from_values(values: &[(String, String)]) -> Self {
        let mut draft = Self::default();
        for (name, value) in values {
            if !Self::is_list(name) || draft.targets.len() < MOST_TARGETS {
                draft.set(name, value.chars().take(64).collect());
            }
        }
        draft
    }

    /// Whether the amount is computed from the risk.
    #[must_use]
    pub fn by_risk(&self) -> bool {
        self.sizing == "risk" && !self.trailing()
    }

    /// Whether the order type takes a stop.
    pub(crate) fn uses_stop(&self) -> bool {
        !self.trailing()
    }

    /// Whether the order would open a position without a stop, without the user's confirmation.
    pub(crate) fn lacks_stop(&self) -> bool {
        self.uses_stop() && self.stop.trim().is_empty() && !self.without_stop
    }

    /// Whether the order closes a part of the position instead of opening one.
    pub(crate) fn reduces(&self) -> bool {
        self.reduce_only && self.kind == "MARKET"
    }

    fn trailing(&self) -> bool {
        self.kind == "TRAILING_STOP"
    }

    /// The order request, with only the fields that the order type uses.
    #[must_use]
    pub fn raw(&self, symbol: &str) -> RawTicket {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        let (trailing, market) = (self.trailing(), self.kind == "MARKET");
        let stop = if trailing { None } else { given(&self.stop) };
        let stop_kind = stop.as_ref().and_then(|_| given(&self.stop_kind));
        RawTicket {
            symbol: given(symbol),
            kind: given(&self.kind),
            side: given(&self.side),
            price: if market { None } else { given(&self.price) },
            amount: given(&self.amount),
            take_profit_prices: if trailing {
                vec![]
            } else {
                self.targets.iter().filter_map(|t| given(t)).collect()
            },
            stop_price: if stop_kind.as_deref() == Some("LIMIT") { given(&self.stop_price) } else { None },
            stop_trigger_price: stop,
            stop_trigger_type: stop_kind,
            callback_rate: if trailing { given(&self.callback) } else { None },
            risk_profile_percent: if self.by_risk() { given(&self.percent) } else { None },
            time_in_force: if self.kind == "LIMIT" { given(&self.time_in_force) } else { None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_only_what_the_type_uses() {
        let draft = TicketDraft {
            kind: "MARKET".into(),
            price: "1".into(),
            amount: "0.05".into(),
            stop: "90".into(),
            stop_price: "80".into(),
            targets: vec!["110".into(), " ".into()],
            ..TicketDraft::default()
        };
        let raw = draft.raw("BTC/USDT");
        assert_eq!((raw.price.as_deref(), raw.stop_price.as_deref()), (None, None));
        assert_eq!(raw.take_profit_prices, ["110"]);
        assert!(raw.check().is_ok());
        assert_eq!(raw.time_in_force, None, "a market order has none");
        let trailing =
            TicketDraft { kind: "TRAILING_STOP".into(), price: "100".into(), ..draft }.raw("BTC/USDT");
        assert!(trailing.stop_trigger_price.is_none() && trailing.take_profit_prices.is_empty());
        assert!(trailing.check().is_ok());
    }

    #[test]
    fn a_draft_survives_its_form() {
        let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        let read = TicketDraft::from_values(&[
            pair("side", "SELL"),
            pair("type", "LIMIT"),
            pair("takeProfitPrices[0]", "9"),
            pair("takeProfitPrices[1]", ""),
            pair("unknown", "x"),
        ]);
        assert_eq!((read.side.as_str(), read.kind.as_str(), read.targets.len()), ("SELL", "LIMIT", 2));
        assert_eq!(read.percent, "1");
    }
}
