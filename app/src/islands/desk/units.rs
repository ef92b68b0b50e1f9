//! The units of the ticket's fields: the amount in base or quote units, the exits as prices or distances.

use super::{
    TicketDraft,
    foresee::{self, Ground},
};
use domain::money::Arithmetic as _;
use domain::{
    Decimal, Side, money,
    sizing::{self, ExitBase, ExitKind, LevelUnit},
};

#[cfg(feature = "ssr")]
use domain::preset::{PresetSettings, PresetSize};

/// The units in which the ticket's fields are typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Units {
    /// Whether the amount is a value in quote units.
    pub(crate) quote: bool,
    /// The unit of the stop.
    pub(crate) stop: LevelUnit,
    /// The unit of all take-profits.
    pub(crate) targets: LevelUnit,
}

impl Default for Units {
    fn default() -> Self {
        Self { quote: false, stop: LevelUnit::Price, targets: LevelUnit::Price }
    }
}

/// The entry price that distances are measured from: the typed limit or activation price, otherwise the last price.
pub(crate) fn reference(draft: &TicketDraft, last: Decimal) -> Decimal {
    let typed = if draft.kind == "MARKET" { None } else { money::parse(&draft.price).ok() };
    typed.filter(|price| *price > Decimal::ZERO).unwrap_or(last)
}

/// The draft with its amount in base units and its exits as prices: what is sent.
pub(crate) fn in_prices(mut draft: TicketDraft, units: Units, ground: &Ground) -> TicketDraft {
    let exit = |kind, unit, text: &str, base: &ExitBase| {
        if unit == LevelUnit::Price {
            return text.to_owned();
        }
        converted(text, |value| sizing::exit_price(kind, unit, value, base, &ground.market))
    };
    if units.quote {
        let entry = reference(&draft, ground.last);
        draft.amount =
            converted(&draft.amount, |value| sizing::amount_of_value(value, entry, &ground.market));
    }
    if draft.by_risk() {
        // It follows from the stop, which money can then not be.
        draft.amount = String::new();
    }
    let base = exit_base(&draft, ExitKind::Stop, ground.last);
    draft.stop = exit(ExitKind::Stop, units.stop, &draft.stop, &base);
    if draft.by_risk() {
        draft.amount = foresee::amount_by_risk(&draft, ground).map(money::text).unwrap_or_default();
    }
    let base = exit_base(&draft, ExitKind::Target, ground.last);
    draft.targets =
        draft.targets.iter().map(|text| exit(ExitKind::Target, units.targets, text, &base)).collect();
    draft
}

/// Returns the measures of the units of the stop, or of each take-profit. The take-profits share the amount equally. `draft`
/// has its amount in base units, and for take-profits its stop as a price.
pub(crate) fn exit_base(draft: &TicketDraft, kind: ExitKind, last: Decimal) -> ExitBase {
    let entry = reference(draft, last);
    let amount = money::parse(&draft.amount).ok();
    let targets = draft.targets.iter().filter(|text| !text.trim().is_empty()).count();
    let (amount, risk) = match kind {
        ExitKind::Stop => (amount, None),
        ExitKind::Target => (
            amount.and_then(|amount| amount.over(Decimal::from(targets))),
            money::parse(&draft.stop).ok().and_then(|stop| Some(stop.minus(entry)?.abs())),
        ),
    };
    let side = if draft.side == Side::Sell.word() { Side::Sell } else { Side::Buy };
    ExitBase { entry, side, amount, risk }
}

/// A typed text in another unit; an empty text stays empty. A text that cannot be converted becomes one that is no number,
/// so that its field shows a problem: the order must not be sent without this value.
fn converted(text: &str, convert: impl Fn(Decimal) -> Option<Decimal>) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let value = money::parse(text).ok().and_then(convert);
    value.map_or_else(|| format!("{text} ?"), money::text)
}

/// The amount in base units that uses `percent` of the funds that the order can use.
pub(crate) fn amount_for_share(draft: &TicketDraft, percent: Decimal, ground: &Ground) -> Option<Decimal> {
    let entry = reference(draft, ground.last);
    sizing::amount_for_share(
        ground.available?,
        percent,
        entry,
        ground.leverage,
        ground.fee_rate,
        &ground.market,
    )
}

#[cfg(feature = "ssr")]
impl TicketDraft {
    /// Sets the amount to a share of the available funds, for a form that is posted without scripts. `percent` is
    /// unchecked text of the query.
    pub(crate) fn use_share(&mut self, percent: &str, ground: &Ground) {
        let percent = money::parse(percent).ok().filter(|p| *p <= Decimal::ONE_HUNDRED);
        if let Some(amount) = percent.and_then(|percent| amount_for_share(self, percent, ground)) {
            self.amount = money::text(amount);
        }
    }

    /// Fills in a preset: its size, and its exits as prices on their sides of the entry price.
    pub(crate) fn use_preset(&mut self, settings: &PresetSettings, ground: &Ground) {
        match settings.size {
            PresetSize::Amount(amount) => {
                (self.sizing, self.amount) = ("amount".to_owned(), money::text(amount));
            }
            PresetSize::Risk(percent) => {
                (self.sizing, self.percent) = ("risk".to_owned(), money::text(percent));
            }
        }
        let base = exit_base(self, ExitKind::Stop, ground.last);
        let price = |kind, percent| {
            let price = sizing::exit_price(kind, LevelUnit::Percent, percent, &base, &ground.market);
            price.map(money::text).unwrap_or_default()
        };
        self.stop = settings.stop_percent.map(|percent| price(ExitKind::Stop, percent)).unwrap_or_default();
        let targets = settings.target_percents.iter();
        self.targets = targets.map(|percent| price(ExitKind::Target, *percent)).collect();
    }

    /// The ticket of a query with the units of its fields, in base units and prices.
    pub(crate) fn in_units_of(self, query: &[(String, String)], ground: &Ground) -> Self {
        let of = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        let unit = |name| of(name).and_then(LevelUnit::parse).unwrap_or(LevelUnit::Price);
        let units = Units {
            quote: of("amountUnit") == Some("quote"),
            stop: unit("stopUnit"),
            targets: unit("targetsUnit"),
        };
        if units == Units::default() { self } else { in_prices(self, units, ground) }
    }

    /// The distance of an exit's price from the entry price, in percent of it; empty without a price.
    pub(crate) fn percent_of(&self, price: &str, ground: &Ground) -> String {
        let base = exit_base(self, ExitKind::Stop, ground.last);
        let percent = money::parse(price).ok();
        let percent = percent.and_then(|price| sizing::exit_value(LevelUnit::Percent, price, &base));
        percent.map(money::text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::foresee::tests::ground, *};

    fn draft() -> TicketDraft {
        TicketDraft {
            amount: "500".into(),
            stop: "2".into(),
            targets: vec!["3".into(), String::new()],
            ..TicketDraft::default()
        }
    }

    const ALL: Units = Units { quote: true, stop: LevelUnit::Percent, targets: LevelUnit::Distance };

    #[test]
    fn typed_units_become_prices_and_base_units() {
        let sent = in_prices(draft(), ALL, &ground());
        assert_eq!((sent.amount.as_str(), sent.stop.as_str()), ("0.05", "9800"));
        assert_eq!(sent.targets, ["10003", ""]);
        let short = TicketDraft { side: "SELL".into(), ..draft() };
        assert_eq!(in_prices(short, ALL, &ground()).stop, "10200");
        assert_eq!(in_prices(draft(), Units::default(), &ground()), draft(), "prices are sent as typed");
    }

    #[test]
    fn money_and_r_follow_the_amount_and_the_stop() {
        let units = Units { quote: false, stop: LevelUnit::Money, targets: LevelUnit::R };
        let typed = TicketDraft { amount: "0.5".into(), stop: "50".into(), ..draft() };
        let sent = in_prices(typed.clone(), units, &ground());
        assert_eq!((sent.stop.as_str(), sent.targets[0].as_str()), ("9900", "10300"), "3 R of 100");
        let money = Units { targets: LevelUnit::Money, ..units };
        let two = TicketDraft { targets: vec!["30".into(), "30".into()], ..typed.clone() };
        assert_eq!(in_prices(two, money, &ground()).targets, ["10120", "10120"], "each closes a half");
        let risk = TicketDraft { sizing: "risk".into(), ..typed };
        let without = in_prices(risk, units, &ground());
        assert!(money::parse(&without.stop).is_err(), "the amount follows from the stop: {}", without.stop);
    }

    #[test]
    fn distances_are_measured_from_the_limit_price() {
        let limit = TicketDraft { kind: "LIMIT".into(), price: "5000".into(), ..draft() };
        let sent = in_prices(limit.clone(), ALL, &ground());
        assert_eq!((sent.amount.as_str(), sent.stop.as_str()), ("0.1", "4900"));
        let without = in_prices(TicketDraft { price: String::new(), ..limit }, ALL, &ground());
        assert_eq!(without.stop, "9800", "the last price until one is typed");
    }

    #[test]
    fn an_invalid_distance_is_not_dropped() {
        for typed in ["much", "0", "-1", "100"] {
            let sent = in_prices(TicketDraft { stop: typed.into(), ..draft() }, ALL, &ground());
            assert!(!sent.stop.is_empty() && money::parse(&sent.stop).is_err(), "{typed}: {}", sent.stop);
        }
        let empty = in_prices(TicketDraft { stop: " ".into(), ..draft() }, ALL, &ground());
        assert_eq!(empty.stop, "");
    }

    #[test]
    fn a_share_of_the_funds_is_an_amount() {
        // 10,000 at 10 times: one unit needs 1,000 of margin and 15 for fee and slippage.
        assert_eq!(amount_for_share(&draft(), Decimal::from(50), &ground()), money::parse("4.926").ok());
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_preset_is_filled_in_at_any_price() {
        let settings = PresetSettings {
            size: PresetSize::Risk(Decimal::TWO),
            stop_percent: Some(Decimal::ONE),
            target_percents: vec![Decimal::TWO, Decimal::from(5)],
            target_shares: Vec::new(),
            leverage: None,
        };
        let mut short = TicketDraft { side: "SELL".into(), ..TicketDraft::default() };
        short.use_preset(&settings, &ground());
        assert_eq!((short.sizing.as_str(), short.percent.as_str()), ("risk", "2"));
        assert_eq!(short.stop, "10100");
        assert_eq!(short.targets, ["9800", "9500"]);
        assert_eq!(short.percent_of("9500", &ground()), "5");
        assert_eq!(short.percent_of("", &ground()), "");
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_query_may_have_units() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let query = [pair("stopUnit", "percent"), pair("amountUnit", "quote"), pair("targetsUnit", "price")];
        let read = draft().in_units_of(&query, &ground());
        assert_eq!(
            (read.amount.as_str(), read.stop.as_str(), read.targets[0].as_str()),
            ("0.05", "9800", "3")
        );
        assert_eq!(draft().in_units_of(&[], &ground()), draft());
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_form_without_scripts_asks_for_a_share() {
        let mut draft = draft();
        draft.use_share("25", &ground());
        assert_eq!(draft.amount, "2.463");
        for unusable in ["101", "much", "-5", ""] {
            draft.use_share(unusable, &ground());
            assert_eq!(draft.amount, "2.463", "{unusable}");
        }
    }
}
