//! Spot endpoints under `/api/v3`.

mod account;
mod fields;
mod lists;
mod orders;
mod replace;
mod tickers;
mod usage;

use super::{
    call::Endpoint,
    data::{self, named_pair},
    failure::{Reply, SandboxFailure},
    listen_calls,
    shape::info,
};
use crate::{
    market::{MarketId, Pair},
    protocol::call::Call,
};
use http::Method;
use serde_json::json;
use std::sync::LazyLock;

/// The path of the listen keys, which Binance has retired.
pub(crate) const LISTEN_KEY: &str = "/api/v3/userDataStream";

/// The weights of a book's levels.
static BOOK: [(u32, u32); 4] = [(100, 5), (500, 25), (1_000, 50), (5_000, 250)];

/// The endpoints, with Binance's weights.
pub(crate) static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let mut all = vec![
        Endpoint::public("/api/v3/ping", 1, data::ping),
        Endpoint::public("/api/v3/time", 1, data::time),
        Endpoint::public("/api/v3/exchangeInfo", 20, exchange_info),
        Endpoint::public("/api/v3/depth", 5, data::depth).by_rows(&BOOK),
        Endpoint::public("/api/v3/trades", 25, data::trades),
        Endpoint::public("/api/v3/aggTrades", 4, data::agg_trades),
        Endpoint::public("/api/v3/historicalTrades", 25, data::historical_trades),
        Endpoint::public("/api/v3/klines", 2, data::klines),
        Endpoint::public("/api/v3/uiKlines", 2, data::klines),
        Endpoint::public("/api/v3/avgPrice", 2, data::average_price),
        Endpoint::public("/api/v3/ticker/24hr", 2, data::day_ticker).all(80),
        Endpoint::public("/api/v3/ticker/price", 2, data::price_ticker).all(4),
        Endpoint::public("/api/v3/ticker/bookTicker", 2, data::book_ticker).all(4),
        Endpoint::signed(Method::GET, "/api/v3/account", 20, account::account),
        Endpoint::signed(Method::GET, "/api/v3/account/commission", 20, account::commission),
        Endpoint::signed(Method::POST, "/api/v3/order", 1, orders::place).orders(),
        Endpoint::signed(Method::GET, "/api/v3/order", 4, orders::get),
        Endpoint::signed(Method::DELETE, "/api/v3/order", 1, orders::cancel),
        Endpoint::signed(Method::GET, "/api/v3/openOrders", 6, orders::open).all(80),
        Endpoint::signed(Method::DELETE, "/api/v3/openOrders", 1, orders::cancel_all),
        Endpoint::signed(Method::GET, "/api/v3/allOrders", 20, orders::all),
        Endpoint::signed(Method::GET, "/api/v3/myTrades", 20, orders::fills),
        Endpoint::keyed(Method::POST, LISTEN_KEY, 2, listen_calls::open),
        Endpoint::keyed(Method::PUT, LISTEN_KEY, 2, listen_calls::keep),
        Endpoint::keyed(Method::DELETE, LISTEN_KEY, 2, listen_calls::close),
    ];
    all.extend(tickers::endpoints());
    all.extend(usage::endpoints());
    all
});

fn exchange_info(call: &mut Call<'_>) -> Reply {
    let bad_combination = || SandboxFailure::refused(-1128, "Combination of optional parameters invalid.");
    let (symbol, symbols) = (call.params.text("symbol")?, call.params.text("symbols")?);
    let named = symbol.is_some() || symbols.is_some();
    let (permissions, status) = (call.params.text("permissions")?, call.params.text("symbolStatus")?);
    if named && (permissions.is_some() || status.is_some()) {
        return Err(bad_combination());
    }
    let mut pairs = match (symbol, symbols) {
        (Some(_), Some(_)) => return Err(bad_combination()),
        (Some(symbol), None) => vec![named_pair(symbol)?],
        (None, Some(text)) => {
            let names: Vec<String> =
                serde_json::from_str(text).map_err(|_| SandboxFailure::not_valid("symbols"))?;
            data::each_pair_once(&names)?
        }
        (None, None) => Pair::ALL.to_vec(),
    };
    // All markets have the permission SPOT only. The parameter is one word or a list.
    if permissions.is_some_and(|text| !text.split(|c: char| !c.is_ascii_alphanumeric()).any(|w| w == "SPOT"))
    {
        pairs.clear();
    }
    if let Some(word) = status {
        let status = data::trading_status(call.venue, word)?;
        let matching = call.read(|engine| {
            let is = |pair: &Pair| engine.market(MarketId::spot(*pair)).1 == status;
            pairs.iter().copied().filter(is).collect()
        })?;
        pairs = matching;
    }
    let sets = call.params.flag("showPermissionSets")?.unwrap_or(true);
    let mut info = call.read(|engine| info::spot(engine, &pairs, &call.shared.budget.limits, call.now))?;
    if !sets {
        let symbols = info["symbols"].as_array_mut().into_iter().flatten();
        symbols.for_each(|symbol| symbol["permissionSets"] = json!([]));
    }
    Ok(info)
}
