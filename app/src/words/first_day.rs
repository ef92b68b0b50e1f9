//! Texts about the first-day limits of exchange keys.

use super::table;

table! {
    /// The limits on the page of exchange keys and on the trade page.
    FirstDay, first_day {
        title: "First-day limits",
        on_market(cap, market): "Orders up to {cap} USD on {market} only. Stop losses and closing aren't limited.",
        on_first_market(cap): "Orders up to {cap} USD on one market: the market of the first order. Stop losses and closing aren't limited.",
        ends_at(time): around { "The limits end automatically on {time} UTC." },
        stays: "The limits stay until you end them.",
        end: "End the limits",
        end_sure: "End the first-day limits? Slipstream then sends orders of any size on any market for this account.",
        notice_on_market(cap, market): "First-day limit: orders up to {cap} USD on {market}.",
        notice_on_first_market(cap): "First-day limit: orders up to {cap} USD on one market, the market of your first order.",
        notice_end: "End the limits on the Exchange keys page",
        new_key(cap): "The key starts with limits: orders up to {cap} USD on one market. You can end them at any time.",
        market: "First market (optional)",
        market_hint: "Such as BTC/USDT. Leave it empty for the market of your first order.",
        ends: "End the limits automatically",
        ends_no: "No",
        ends_yes: "After 24 hours",
    }
}
