//! USD-margined futures endpoints, `/fapi/v1` to `v3`.

mod account;
mod algo;
mod amend;
mod batch;
mod config;
mod market;
mod orders;
mod terms;

use super::{
    call::{Call, Endpoint},
    data,
    failure::Reply,
    listen_calls,
    shape::info,
};
use http::Method;
use std::sync::LazyLock;

/// The weight of a request for an order book, as pairs: up to this many levels, this weight.
static BOOK: [(u32, u32); 4] = [(50, 2), (100, 5), (500, 10), (1_000, 20)];
/// The weight of a request for candles, as pairs: up to this many candles, this weight.
static CANDLES: [(u32, u32); 4] = [(99, 1), (499, 2), (1_000, 5), (1_500, 10)];

/// The endpoints, with Binance's weights.
pub(crate) static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let mut all = market_data();
    all.extend(statistics());
    all.extend(trading());
    all.extend(amending());
    all.extend(account_data());
    all
});

fn market_data() -> Vec<Endpoint> {
    vec![
        Endpoint::public("/fapi/v1/ping", 1, data::ping),
        Endpoint::public("/fapi/v1/time", 1, data::time),
        Endpoint::public("/fapi/v1/exchangeInfo", 1, exchange_info),
        Endpoint::public("/dapi/v1/exchangeInfo", 1, coin_exchange_info),
        Endpoint::public("/fapi/v1/depth", 10, data::depth).by_rows(&BOOK),
        Endpoint::public("/fapi/v1/trades", 5, data::trades),
        Endpoint::public("/fapi/v1/aggTrades", 20, data::agg_trades),
        Endpoint::public("/fapi/v1/klines", 5, data::klines).by_rows(&CANDLES),
        Endpoint::public("/fapi/v1/continuousKlines", 5, market::continuous_klines).by_rows(&CANDLES),
        Endpoint::public("/fapi/v1/indexPriceKlines", 5, market::index_klines).by_rows(&CANDLES),
        Endpoint::public("/fapi/v1/markPriceKlines", 5, market::mark_klines).by_rows(&CANDLES),
        Endpoint::public("/fapi/v1/premiumIndexKlines", 5, market::premium_klines).by_rows(&CANDLES),
        Endpoint::keyed(Method::GET, "/fapi/v1/historicalTrades", 20, data::historical_trades),
        Endpoint::public("/fapi/v1/ticker/24hr", 1, data::day_ticker).all(40),
        Endpoint::public("/fapi/v1/ticker/price", 1, data::price_ticker).all(2),
        Endpoint::public("/fapi/v2/ticker/price", 1, data::price_ticker).all(2),
        Endpoint::public("/fapi/v1/ticker/bookTicker", 2, data::book_ticker).all(5),
        Endpoint::public("/fapi/v1/premiumIndex", 1, data::premium_index).all(10),
        Endpoint::public("/fapi/v1/fundingRate", 1, data::funding_rates),
        Endpoint::public("/fapi/v1/fundingInfo", 1, data::funding_info),
    ]
}

fn statistics() -> Vec<Endpoint> {
    vec![
        Endpoint::public("/fapi/v1/openInterest", 1, market::open_interest),
        Endpoint::public("/fapi/v1/constituents", 2, market::constituents),
        Endpoint::public("/fapi/v1/indexInfo", 1, market::nothing).all(10),
        Endpoint::public("/fapi/v1/symbolAdlRisk", 1, market::adl_risk),
        Endpoint::public("/futures/data/openInterestHist", 0, market::open_interest_history),
        Endpoint::public("/futures/data/topLongShortPositionRatio", 0, market::top_position_ratio),
        Endpoint::public("/futures/data/topLongShortAccountRatio", 0, market::top_account_ratio),
        Endpoint::public("/futures/data/globalLongShortAccountRatio", 0, market::global_account_ratio),
        Endpoint::public("/futures/data/takerlongshortRatio", 0, market::taker_ratio),
        Endpoint::public("/futures/data/basis", 0, market::basis),
        Endpoint::public("/futures/data/delivery-price", 0, market::nothing),
    ]
}

fn amending() -> Vec<Endpoint> {
    vec![
        Endpoint::signed(Method::PUT, "/fapi/v1/order", 1, amend::modify).orders(),
        Endpoint::signed(Method::GET, "/fapi/v1/orderAmendment", 1, amend::history),
        Endpoint::signed(Method::POST, "/fapi/v1/batchOrders", 5, batch::place).orders(),
        Endpoint::signed(Method::PUT, "/fapi/v1/batchOrders", 5, batch::modify).orders(),
        Endpoint::signed(Method::DELETE, "/fapi/v1/batchOrders", 1, batch::cancel),
        Endpoint::signed(Method::POST, "/fapi/v1/countdownCancelAll", 10, orders::countdown),
        Endpoint::signed(Method::POST, "/fapi/v1/order/test", 0, orders::test),
        Endpoint::signed(Method::GET, "/fapi/v1/forceOrders", 20, orders::forced).all(50),
        Endpoint::signed(Method::GET, "/fapi/v1/rateLimit/order", 1, config::order_limits),
    ]
}

fn trading() -> Vec<Endpoint> {
    vec![
        Endpoint::signed(Method::POST, "/fapi/v1/order", 0, orders::place).orders(),
        Endpoint::signed(Method::GET, "/fapi/v1/order", 1, orders::get),
        Endpoint::signed(Method::DELETE, "/fapi/v1/order", 1, orders::cancel),
        Endpoint::signed(Method::GET, "/fapi/v1/openOrder", 1, orders::get_open),
        Endpoint::signed(Method::GET, "/fapi/v1/openOrders", 1, orders::open).all(40),
        Endpoint::signed(Method::DELETE, "/fapi/v1/allOpenOrders", 1, orders::cancel_all),
        Endpoint::signed(Method::GET, "/fapi/v1/allOrders", 5, orders::all),
        Endpoint::signed(Method::GET, "/fapi/v1/userTrades", 5, orders::fills),
        Endpoint::signed(Method::POST, "/fapi/v1/algoOrder", 0, algo::place).orders(),
        Endpoint::signed(Method::GET, "/fapi/v1/algoOrder", 1, algo::get),
        Endpoint::signed(Method::DELETE, "/fapi/v1/algoOrder", 1, algo::cancel),
        Endpoint::signed(Method::GET, "/fapi/v1/openAlgoOrders", 1, algo::open).all(40),
        Endpoint::signed(Method::GET, "/fapi/v1/allAlgoOrders", 5, algo::all),
        Endpoint::signed(Method::DELETE, "/fapi/v1/algoOpenOrders", 1, algo::cancel_all),
    ]
}

fn account_data() -> Vec<Endpoint> {
    vec![
        Endpoint::signed(Method::GET, "/fapi/v2/account", 5, account::account_v2),
        Endpoint::signed(Method::GET, "/fapi/v3/account", 5, account::account_v3),
        Endpoint::signed(Method::GET, "/fapi/v2/balance", 5, account::balance),
        Endpoint::signed(Method::GET, "/fapi/v3/balance", 5, account::balance),
        Endpoint::signed(Method::GET, "/fapi/v2/positionRisk", 5, account::positions_v2),
        Endpoint::signed(Method::GET, "/fapi/v3/positionRisk", 5, account::positions_v3),
        Endpoint::signed(Method::GET, "/fapi/v1/income", 30, account::income),
        Endpoint::signed(Method::GET, "/fapi/v1/leverageBracket", 1, account::brackets),
        Endpoint::signed(Method::GET, "/fapi/v1/commissionRate", 20, account::commission),
        Endpoint::signed(Method::GET, "/fapi/v1/accountConfig", 5, config::account_config),
        Endpoint::signed(Method::GET, "/fapi/v1/symbolConfig", 5, config::symbol_config),
        Endpoint::signed(Method::POST, "/fapi/v1/leverage", 1, config::leverage),
        Endpoint::signed(Method::POST, "/fapi/v1/marginType", 1, config::margin_type),
        Endpoint::signed(Method::POST, "/fapi/v1/positionMargin", 1, config::position_margin),
        Endpoint::signed(Method::GET, "/fapi/v1/positionMargin/history", 1, config::position_margin_history),
        Endpoint::signed(Method::GET, "/fapi/v1/adlQuantile", 5, account::adl_quantile),
        Endpoint::signed(Method::GET, "/fapi/v1/apiTradingStatus", 1, account::trading_status).all(10),
        Endpoint::signed(Method::GET, "/fapi/v1/feeBurn", 30, config::fee_burn),
        Endpoint::signed(Method::POST, "/fapi/v1/feeBurn", 1, config::set_fee_burn),
        Endpoint::signed(Method::GET, "/fapi/v1/positionSide/dual", 30, config::position_mode),
        Endpoint::signed(Method::POST, "/fapi/v1/positionSide/dual", 1, config::set_position_mode),
        Endpoint::signed(Method::GET, "/fapi/v1/multiAssetsMargin", 30, config::multi_assets),
        Endpoint::signed(Method::POST, "/fapi/v1/multiAssetsMargin", 1, config::set_multi_assets),
        Endpoint::keyed(Method::POST, "/fapi/v1/listenKey", 1, listen_calls::open),
        Endpoint::keyed(Method::PUT, "/fapi/v1/listenKey", 1, listen_calls::keep),
        Endpoint::keyed(Method::DELETE, "/fapi/v1/listenKey", 1, listen_calls::close),
    ]
}

fn exchange_info(call: &mut Call<'_>) -> Reply {
    call.read(|engine| info::futures(engine, &call.shared.budget.limits, call.now))
}

fn coin_exchange_info(call: &mut Call<'_>) -> Reply {
    Ok(info::coin_futures(&call.shared.budget.limits, call.now))
}
