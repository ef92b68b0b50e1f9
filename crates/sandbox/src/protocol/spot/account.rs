//! Spot account endpoints.

use crate::{
    engine::SPOT_FEE,
    protocol::{call::Call, data, failure::Reply, number::asset, orders, shape::spot as shape},
};
use domain::{Decimal, Micros};
use serde_json::{Value, json};

pub(super) fn account(call: &mut Call<'_>) -> Reply {
    let hide_empty = call.params.flag("omitZeroBalances")?.unwrap_or(false);
    orders::account(call, |account| {
        let mut balances = account.spot_balances();
        balances.retain(|b| !(hide_empty && b.free.is_zero() && b.locked.is_zero()));
        let updated: Option<Micros> = account.fills().next_back().map(|fill| fill.at);
        shape::account(account, &balances, updated.or(Some(account.opened)))
    })
}

pub(super) fn commission(call: &mut Call<'_>) -> Reply {
    let market = data::market(call)?;
    let zero = || asset(Decimal::ZERO);
    let none = json!({ "maker": zero(), "taker": zero(), "buyer": zero(), "seller": zero() });
    Ok(json!({
        "symbol": market.pair.joined(),
        "standardCommission": {
            "maker": asset(SPOT_FEE), "taker": asset(SPOT_FEE), "buyer": zero(), "seller": zero(),
        },
        "specialCommission": none.clone(),
        "taxCommission": none,
        "discount": {
            "enabledForAccount": false, "enabledForSymbol": false, "discountAsset": "BNB", "discount": zero(),
        },
    }))
}

/// The commission rates of an order, which are the same for each.
pub(super) fn rates_of_order() -> Value {
    let zero = || asset(Decimal::ZERO);
    let standard = json!({ "maker": asset(SPOT_FEE), "taker": asset(SPOT_FEE) });
    let none = json!({ "maker": zero(), "taker": zero() });
    json!({
        "standardCommissionForOrder": standard,
        "specialCommissionForOrder": none.clone(),
        "taxCommissionForOrder": none,
        "discount": {
            "enabledForAccount": false, "enabledForSymbol": false, "discountAsset": "BNB", "discount": zero(),
        },
    })
}
