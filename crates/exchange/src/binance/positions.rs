//! Positions, leverage and margin mode.

use super::{
    Binance, BinanceState,
    cache::Cached,
    call::Call,
    num::{self, Num, cut, divide, nonzero, plain},
    orders::words::slot,
    prices::pair,
};
use crate::{Credentials, ExchangeFailure, ExchangeResult, Positions, Urgency, Validity};
use async_trait::async_trait;
use domain::{
    Decimal, MarginMode, Micros, Position, PositionSide, PositionSlot, Symbol, TradeType, dec, time,
};
use serde::{Deserialize, de::IgnoredAny};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// How long an account's leverage brackets are cached.
const KEPT: i64 = time::HOUR;
/// How many accounts' brackets are cached; beyond that they are fetched again.
const ACCOUNTS: usize = 1_000;
/// Binance's "No need to change margin type."
const UNCHANGED: i64 = -4046;

/// Leverage brackets by account, because Binance may grant an account its own.
#[derive(Default)]
pub(super) struct BracketCache(Mutex<HashMap<String, Arc<Cached<Brackets>>>>);

/// Notional floor and maintenance margin rate of each bracket, by Binance's market name.
type Brackets = HashMap<String, Vec<(Decimal, Decimal)>>;

#[async_trait]
impl Positions for Binance {
    async fn positions(&self, who: &Credentials, symbol: Option<&Symbol>) -> ExchangeResult<Vec<Position>> {
        self.shared.open_positions(who, symbol, Urgency::Last).await
    }

    async fn positions_for_stop(&self, who: &Credentials, symbol: &Symbol) -> ExchangeResult<Vec<Position>> {
        self.shared.open_positions(who, Some(symbol), Urgency::Protection).await
    }

    async fn leverage(&self, who: &Credentials, symbol: &Symbol) -> ExchangeResult<(u16, MarginMode)> {
        let risks = self.shared.risks(who, Some(symbol), Urgency::Last).await?;
        let risk = risks.first().ok_or(ExchangeFailure::UnknownSymbol)?;
        if risk.margin_type.is_empty() {
            // Taken for crossed, an isolated market would not be changed before an entry.
            return Err(ExchangeFailure::Unknown("a market without its margin mode".into()));
        }
        Ok((risk.leverage(), risk.margin_mode()))
    }

    async fn set_leverage(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        leverage: u16,
        validity: Validity,
    ) -> ExchangeResult<()> {
        // An entry waits for this, so it goes before take-profits.
        let call = Call::post("/fapi/v1/leverage", Urgency::First)
            .params(pair(symbol).with("leverage", leverage))
            .signed(who)
            .valid(validity);
        self.shared.futures.ask::<IgnoredAny>(call).await.map(drop)
    }

    async fn set_margin_mode(
        &self,
        who: &Credentials,
        symbol: &Symbol,
        mode: MarginMode,
        validity: Validity,
    ) -> ExchangeResult<()> {
        let call = Call::post("/fapi/v1/marginType", Urgency::Second)
            .params(pair(symbol).with("marginType", mode))
            .signed(who)
            .valid(validity);
        match self.shared.futures.ask::<IgnoredAny>(call).await {
            Ok(_) | Err(ExchangeFailure::Refused { code: UNCHANGED, .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }
}

impl BinanceState {
    async fn open_positions(
        &self,
        who: &Credentials,
        symbol: Option<&Symbol>,
        urgency: Urgency,
    ) -> ExchangeResult<Vec<Position>> {
        let mut risks = self.risks(who, symbol, urgency).await?;
        risks.retain(RawPosition::is_open);
        if risks.is_empty() {
            return Ok(Vec::new());
        }
        let brackets = self.brackets_for(who, urgency).await?;
        // A position of the requested market counts even if the list of markets lacks it, as after a delisting.
        let markets = match symbol {
            Some(symbol) if risks.iter().all(|risk| risk.symbol == symbol.joined()) => None,
            _ => Some(self.markets(TradeType::Futures).await?),
        };
        let named = |name: &str| {
            let requested = symbol.filter(|symbol| symbol.joined() == name);
            requested.or_else(|| markets.as_ref()?.named(name)).cloned()
        };
        let known = risks.into_iter().filter_map(|risk| {
            let symbol = named(&risk.symbol)?;
            let rate = risk.maintenance_rate(&brackets);
            Some(risk.into_position(symbol, rate))
        });
        Ok(known.collect())
    }

    /// The brackets for displaying a position. A decision about a stop does not need them, so it does not wait for
    /// them to become readable.
    async fn brackets_for(&self, who: &Credentials, urgency: Urgency) -> ExchangeResult<Arc<Brackets>> {
        match self.brackets(who, urgency).await {
            Err(failure) if urgency == Urgency::Protection && failure != ExchangeFailure::Unauthorized => {
                tracing::warn!(%failure, "could not read the leverage brackets; the maintenance margin is unknown");
                Ok(Arc::default())
            }
            answer => answer,
        }
    }

    async fn risks(
        &self,
        who: &Credentials,
        symbol: Option<&Symbol>,
        urgency: Urgency,
    ) -> ExchangeResult<Vec<RawPosition>> {
        let params = symbol.map(pair).unwrap_or_default();
        let call = Call::get("/fapi/v2/positionRisk", 5).params(params).urgent(urgency).signed(who);
        self.futures.ask(call).await
    }

    async fn brackets(&self, who: &Credentials, urgency: Urgency) -> ExchangeResult<Arc<Brackets>> {
        let cached = self.brackets.of(&who.api_key);
        let fetch = async {
            let call = Call::get("/fapi/v1/leverageBracket", 1).urgent(urgency).signed(who);
            let all: Vec<RawBrackets> = self.futures.ask(call).await?;
            Ok(all.into_iter().map(RawBrackets::into_steps).collect())
        };
        cached.get(self.clock.now(), KEPT, fetch).await
    }
}

impl BracketCache {
    fn of(&self, api_key: &str) -> Arc<Cached<Brackets>> {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= ACCOUNTS && !accounts.contains_key(api_key) {
            accounts.clear();
        }
        accounts.entry(api_key.to_owned()).or_default().clone()
    }
}

#[derive(Deserialize)]
struct RawBrackets {
    symbol: String,
    #[serde(default, deserialize_with = "num::readable")]
    brackets: Vec<RawBracket>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawBracket {
    notional_floor: Num,
    maint_margin_ratio: Num,
}

impl RawBrackets {
    fn into_steps(self) -> (String, Vec<(Decimal, Decimal)>) {
        let step = |b: RawBracket| (plain(b.notional_floor), plain(b.maint_margin_ratio));
        let mut steps: Vec<_> = self.brackets.into_iter().map(step).collect();
        steps.sort_by_key(|(floor, _)| *floor);
        (self.symbol, steps)
    }
}

/// A row of `/fapi/v2/positionRisk`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawPosition {
    symbol: String,
    #[serde(default, deserialize_with = "num::text")]
    position_side: String,
    position_amt: Num,
    entry_price: Num,
    #[serde(default, deserialize_with = "num::maybe")]
    mark_price: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    un_realized_profit: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    liquidation_price: Option<Num>,
    leverage: Num,
    #[serde(default, deserialize_with = "num::text")]
    margin_type: String,
    #[serde(default, deserialize_with = "num::maybe")]
    isolated_margin: Option<Num>,
    #[serde(default, deserialize_with = "num::maybe")]
    notional: Option<Num>,
    #[serde(default, deserialize_with = "num::whole")]
    update_time: Option<i64>,
}

impl RawPosition {
    /// Whether there is a position. Its entry price does not matter: a position without one needs its stop, too.
    fn is_open(&self) -> bool {
        !self.position_amt.0.is_zero()
    }

    fn leverage(&self) -> u16 {
        self.leverage.0.try_into().unwrap_or(1)
    }

    fn margin_mode(&self) -> MarginMode {
        if self.margin_type.eq_ignore_ascii_case("isolated") {
            MarginMode::Isolated
        } else {
            MarginMode::Crossed
        }
    }

    /// The absolute notional, at the mark price if it was not reported.
    fn notional(&self) -> Decimal {
        let reported = self.notional.map(plain);
        let computed =
            || plain(self.position_amt).checked_mul(plain(self.mark_price.unwrap_or(self.entry_price)));
        reported.or_else(computed).unwrap_or_default().abs()
    }

    /// The rate of the bracket that the position's notional has reached.
    fn maintenance_rate(&self, brackets: &Brackets) -> Decimal {
        let notional = self.notional();
        let steps = brackets.get(&self.symbol).map(Vec::as_slice).unwrap_or_default();
        steps
            .iter()
            .take_while(|(floor, _)| *floor <= notional)
            .last()
            .map_or(Decimal::ZERO, |(_, rate)| *rate)
    }

    /// Adds the values that ccxt derives, with the same truncations and order of operations.
    fn into_position(self, symbol: Symbol, rate: Decimal) -> Position {
        let margin_mode = self.margin_mode();
        let leverage = self.leverage().max(1);
        let contracts = plain(self.position_amt).abs();
        let notional = self.notional();
        let position_side = slot(&self.position_side);
        let side = match position_side {
            PositionSlot::Long => PositionSide::Long,
            PositionSlot::Short => PositionSide::Short,
            PositionSlot::Both if self.position_amt.0 < Decimal::ZERO => PositionSide::Short,
            PositionSlot::Both => PositionSide::Long,
        };
        let liquidation_price = nonzero(self.liquidation_price).filter(|price| *price > Decimal::ZERO);
        let collateral = match margin_mode {
            MarginMode::Isolated => self.isolated_margin.map(plain).unwrap_or_default(),
            MarginMode::Crossed => liquidation_price
                .and_then(|price| crossed_collateral(price, rate, plain(self.entry_price), contracts, side))
                .unwrap_or_default(),
        };
        let maintenance_margin = (rate * notional).normalize();
        let initial_margin_percentage =
            divide(Decimal::ONE, Decimal::from(leverage), 8).unwrap_or(Decimal::ONE);
        let initial_margin = cut(notional * initial_margin_percentage, 8);
        let unrealized_pnl = self.un_realized_profit.map(plain).unwrap_or_default();
        // ccxt rounds the ratio to four places by adding half a unit before truncating.
        let margin_ratio =
            divide(maintenance_margin, collateral, 18).map(|ratio| cut(ratio + dec!(0.00005), 4));
        let percentage = divide(unrealized_pnl, initial_margin, 4).unwrap_or_default() * Decimal::ONE_HUNDRED;
        Position {
            symbol,
            contracts,
            unrealized_pnl,
            leverage,
            liquidation_price,
            collateral,
            notional,
            mark_price: plain(self.mark_price.unwrap_or(self.entry_price)),
            entry_price: plain(self.entry_price),
            initial_margin,
            initial_margin_percentage,
            maintenance_margin,
            maintenance_margin_percentage: rate,
            margin_ratio,
            at: Micros::from_millis(self.update_time.unwrap_or_default()),
            margin_mode,
            side,
            percentage: percentage.normalize(),
            position_side,
        }
    }
}

/// The collateral of a cross position, derived from its liquidation price: `(liquidation price x (rate -+ 1)
/// +- entry price) x size`.
fn crossed_collateral(
    liquidation: Decimal,
    rate: Decimal,
    entry: Decimal,
    contracts: Decimal,
    side: PositionSide,
) -> Option<Decimal> {
    let per_contract = match side {
        PositionSide::Long => liquidation.checked_mul(rate - Decimal::ONE)?.checked_add(entry)?,
        PositionSide::Short => liquidation.checked_mul(rate + Decimal::ONE)?.checked_sub(entry)?,
    };
    per_contract.checked_mul(contracts).map(|collateral| cut(collateral, 8))
}
