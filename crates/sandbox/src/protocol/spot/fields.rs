//! The parameters of a new spot order: which its type requires, and which it does not accept.

use crate::{
    engine::{NewOrder, SelfTradePrevention, SpotOptions, SpotOrder},
    market::MarketId,
    protocol::{
        failure::{Reply, SandboxFailure},
        orders::time_in_force_of,
        params::Params,
    },
};
use domain::{Decimal, OrderType, Side, TimeInForce};

/// The smallest `strategyType` that is not reserved.
const LEAST_STRATEGY_TYPE: u64 = 1_000_000;

/// Binance's spot order types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SpotKind {
    Market,
    Limit,
    LimitMaker,
    StopLoss,
    StopLossLimit,
    TakeProfit,
    TakeProfitLimit,
}

impl SpotKind {
    /// Parses Binance's name.
    pub(super) fn parse(word: &str) -> Reply<Self> {
        Ok(match word {
            "MARKET" => Self::Market,
            "LIMIT" => Self::Limit,
            "LIMIT_MAKER" => Self::LimitMaker,
            "STOP_LOSS" => Self::StopLoss,
            "STOP_LOSS_LIMIT" => Self::StopLossLimit,
            "TAKE_PROFIT" => Self::TakeProfit,
            "TAKE_PROFIT_LIMIT" => Self::TakeProfitLimit,
            _ => return Err(SandboxFailure::refused(-1116, "Invalid orderType.")),
        })
    }

    const fn engine(self) -> OrderType {
        match self {
            Self::Market => OrderType::Market,
            Self::Limit | Self::LimitMaker => OrderType::Limit,
            Self::StopLoss => OrderType::StopMarket,
            Self::StopLossLimit => OrderType::Stop,
            Self::TakeProfit => OrderType::TakeProfitMarket,
            Self::TakeProfitLimit => OrderType::TakeProfit,
        }
    }

    /// Whether it waits for a stop price or a trailing delta.
    const fn waits(self) -> bool {
        !matches!(self, Self::Market | Self::Limit | Self::LimitMaker)
    }

    /// Whether it has a limit price.
    const fn priced(self) -> bool {
        !matches!(self, Self::Market | Self::StopLoss | Self::TakeProfit)
    }

    /// Whether it has a time in force.
    const fn timed(self) -> bool {
        self.priced() && !matches!(self, Self::LimitMaker)
    }

    pub(super) const fn stops(self) -> bool {
        matches!(self, Self::StopLoss | Self::StopLossLimit)
    }

    pub(super) const fn takes_profit(self) -> bool {
        matches!(self, Self::TakeProfit | Self::TakeProfitLimit)
    }
}

/// The names of one order's parameters: plain for a single order, with a prefix in a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names(pub(super) &'static str);

impl Names {
    /// The names of a single order.
    pub(super) const PLAIN: Self = Self("");

    /// The name of a parameter, such as `aboveStopPrice` for `stopPrice`.
    pub(super) fn of(self, name: &str) -> String {
        let mut letters = name.chars();
        match (self.0, letters.next()) {
            ("", Some(_)) if name == "clientOrderId" => "newClientOrderId".to_owned(),
            ("", _) | (_, None) => name.to_owned(),
            (prefix, Some(first)) => format!("{prefix}{}{}", first.to_ascii_uppercase(), letters.as_str()),
        }
    }
}

/// The properties that the orders of a list share.
#[derive(Clone, Copy, Debug)]
pub(super) struct Common {
    pub(super) market: MarketId,
    pub(super) side: Side,
    pub(super) amount: Option<Decimal>,
    pub(super) prevention: Option<SelfTradePrevention>,
}

/// The parameters of one order as they were sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) tif: Option<TimeInForce>,
    pub(super) price: Option<Decimal>,
    pub(super) quote_amount: Option<Decimal>,
    pub(super) stop_price: Option<Decimal>,
    pub(super) client_id: Option<String>,
    pub(super) options: SpotOptions,
}

impl Fields {
    /// Reads the parameters of one order.
    pub(super) fn read(params: &Params, names: Names) -> Reply<Self> {
        for name in ["pegPriceType", "pegOffsetType", "pegOffsetValue"] {
            if params.text(&names.of(name))?.is_some() {
                let msg = "Pegged orders are not supported for this symbol.";
                return Err(SandboxFailure::refused(-2010, msg));
            }
        }
        Ok(Self {
            tif: time_in_force_of(params, &names.of("timeInForce"))?,
            price: params.spot_decimal(&names.of("price"))?,
            quote_amount: None,
            stop_price: params.spot_decimal(&names.of("stopPrice"))?,
            client_id: params.spot_client_id(&names.of("clientOrderId"))?.map(str::to_owned),
            options: SpotOptions {
                trailing_delta: params.integer(&names.of("trailingDelta"))?,
                iceberg: params.spot_decimal(&names.of("icebergQty"))?,
                strategy_id: params.integer(&names.of("strategyId"))?,
                strategy_type: strategy_type(params, names)?,
                self_trade_prevention: None,
            },
        })
    }

    /// Builds the order, or rejects it for what is missing or not accepted.
    pub(super) fn order(self, kind: SpotKind, common: Common, names: Names) -> Reply<SpotOrder> {
        self.check(kind, common.amount, names)?;
        let tif = match (kind, self.tif) {
            (SpotKind::LimitMaker, _) => Some(TimeInForce::Gtx),
            (_, Some(TimeInForce::Gtx | TimeInForce::GteGtc)) => {
                return Err(SandboxFailure::refused(-1115, "Invalid timeInForce."));
            }
            (_, tif) => tif,
        };
        let mut order = NewOrder::market(common.market, common.side, Decimal::ZERO);
        order.kind = kind.engine();
        order.tif = tif;
        order.amount = common.amount;
        order.quote_amount = self.quote_amount;
        order.price = self.price;
        order.trigger_price = self.stop_price;
        order.client_id = self.client_id;
        let options = SpotOptions { self_trade_prevention: common.prevention, ..self.options };
        Ok(SpotOrder { order, options })
    }

    fn check(&self, kind: SpotKind, amount: Option<Decimal>, names: Names) -> Reply<()> {
        let needs = |present: bool, name: &str| {
            if present { Ok(()) } else { Err(SandboxFailure::missing(&names.of(name))) }
        };
        let lacks = |absent: bool, name: &str| {
            if absent { Ok(()) } else { Err(SandboxFailure::not_required(&names.of(name))) }
        };
        if kind != SpotKind::Market {
            lacks(self.quote_amount.is_none(), "quoteOrderQty")?;
        } else if amount.is_some() && self.quote_amount.is_some() {
            return Err(SandboxFailure::refused(-1128, "Combination of optional parameters invalid."));
        }
        needs(amount.is_some() || self.quote_amount.is_some(), "quantity")?;
        if kind.priced() {
            needs(self.price.is_some(), "price")?;
        } else {
            lacks(self.price.is_none(), "price")?;
            lacks(self.options.iceberg.is_none(), "icebergQty")?;
        }
        if kind.timed() {
            needs(self.tif.is_some(), "timeInForce")?;
        } else {
            lacks(self.tif.is_none(), "timeInForce")?;
        }
        if !kind.waits() {
            lacks(self.stop_price.is_none(), "stopPrice")?;
            lacks(self.options.trailing_delta.is_none(), "trailingDelta")?;
        } else if self.stop_price.is_none() && self.options.trailing_delta.is_none() {
            let (stop, delta) = (names.of("stopPrice"), names.of("trailingDelta"));
            let msg = format!("Param '{stop}' or '{delta}' must be sent, but both were empty/null!");
            return Err(SandboxFailure::refused(-1102, msg));
        }
        self.check_iceberg(kind, names)
    }

    /// An iceberg order must be good till cancelled.
    fn check_iceberg(&self, kind: SpotKind, names: Names) -> Reply<()> {
        if self.options.iceberg.is_none() || !kind.timed() || self.tif == Some(TimeInForce::Gtc) {
            return Ok(());
        }
        if names.0.is_empty() {
            return Err(SandboxFailure::refused(-1014, "Unsupported order combination."));
        }
        let (part, tif) = (names.of("icebergQty"), names.of("timeInForce"));
        Err(SandboxFailure::refused(
            -1160,
            format!("Parameter '{part}' is not supported if '{tif}' is not GTC."),
        ))
    }
}

/// The parameter `strategyType` of one order.
pub(super) fn strategy_type(params: &Params, names: Names) -> Reply<Option<u64>> {
    match params.integer::<u64>(&names.of("strategyType"))? {
        Some(number) if number < LEAST_STRATEGY_TYPE => {
            Err(SandboxFailure::refused(-1134, "strategyType was less than 1000000."))
        }
        other => Ok(other),
    }
}

/// The parameter `selfTradePreventionMode`.
pub(super) fn prevention(params: &Params) -> Reply<Option<SelfTradePrevention>> {
    const NAME: &str = "selfTradePreventionMode";
    let Some(word) = params.text(NAME)? else { return Ok(None) };
    let mode = SelfTradePrevention::parse(word).ok_or_else(|| SandboxFailure::not_valid(NAME))?;
    if SelfTradePrevention::ALLOWED.contains(&mode) {
        return Ok(Some(mode));
    }
    let msg = "This symbol does not allow the specified self-trade prevention mode.";
    Err(SandboxFailure::refused(-1013, msg))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_take_the_prefix_of_their_order() {
        assert_eq!(Names::PLAIN.of("stopPrice"), "stopPrice");
        assert_eq!(Names::PLAIN.of("clientOrderId"), "newClientOrderId");
        assert_eq!(Names("above").of("stopPrice"), "aboveStopPrice");
        assert_eq!(Names("pendingBelow").of("clientOrderId"), "pendingBelowClientOrderId");
    }
}
