//! Our responses against the document's own examples: the same keys in the same order, the same JSON types,
//! the same digits.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

use domain::{
    ApiKeyStatus, Balance, Decimal, ExchangeId, ExchangeKey, Fee, Funds, MarginMode, Micros, Order,
    OrderStatus, OrderType, Plan, Position, PositionSide, Side, StrategyType, Ticker, TimeInForce, Trade,
    TradeType, plan::Limits,
};
use domain::{
    Frame, Symbol,
    follow::{Copying, Follow, PastTrade, RiskProfile},
    profile::{Language, Profile},
    strategy::{Figures, Range, Strategy},
    ticket::StopType,
};
use serde::Serialize;
use serde_json::Value;
use server::rest::mudawyl::present;
use service::{following::trade_history::TradeHistoryPage, trading::balance_history::Day};

/// The example without whitespace between its tokens.
fn compact(example: &str) -> String {
    let (mut out, mut quoted, mut escaped) = (String::new(), false, false);
    for c in example.chars() {
        if quoted || !c.is_whitespace() {
            out.push(c);
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    out
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

macro_rules! example {
    ($name:literal) => {
        compact(include_str!(concat!("../src/rest/mudawyl/examples/", $name, ".json")))
    };
}

fn d(text: &str) -> Decimal {
    domain::money::parse(text).unwrap()
}

fn some(text: &str) -> Option<Decimal> {
    Some(d(text))
}

fn at(millis: i64) -> Micros {
    Micros::from_millis(millis)
}

/// An order to vary: the stop of "Create Manual Order".
fn stop() -> Order {
    Order {
        id: "3235803335".into(),
        client_order_id: "x-xcKtGhcu38390bc18aa54d72be7b44".into(),
        at: at(1_665_522_363_762),
        symbol: "BTC/USDT".parse().unwrap(),
        kind: OrderType::Stop,
        time_in_force: TimeInForce::GteGtc,
        post_only: false,
        reduce_only: true,
        side: Side::Sell,
        price: some("19000"),
        stop_price: some("19000"),
        callback_rate: None,
        amount: some("0.05"),
        cost: d("0"),
        average: None,
        filled: d("0"),
        remaining: some("0.05"),
        status: OrderStatus::Open,
        position_side: domain::PositionSlot::Both,
    }
}

#[test]
fn a_ticker() {
    let ticker = Ticker {
        symbol: "BTC/USDT:USDT".parse().unwrap(),
        at: at(1_663_340_989_057),
        high: d("19947.56"),
        low: d("19442.76"),
        vwap: d("19749.02184908"),
        open: d("19693.41"),
        last: d("19669.28"),
        change: d("-24.13"),
        percentage: d("-0.123"),
        base_volume: d("280360.89577"),
        quote_volume: d("5536853456.188337"),
    };
    assert_eq!(json(&present::Ticker::from(&ticker)), example!("ticker"));
}

#[test]
fn the_public_plans() {
    let plan = |id: &str, name: &str, price, balance, keys| Plan {
        id: id.parse().unwrap(),
        name: name.into(),
        public: true,
        monthly_price_usd: price,
        limits: Limits {
            max_balance_usd: Some(balance),
            max_api_key: Some(keys),
            strategy_automated: true,
            manual_keys: false,
        },
    };
    let plans = vec![
        plan("336e0577-784d-4482-8a37-46649118aa51", "BASIC", 20, 2500, 2),
        plan("eedb6709-40be-4425-bc8c-3f27b0f16606", "ADVANCED", 40, 5000, 3),
        plan("d6e3155b-caed-449c-b95b-857f1b765040", "PROFESSIONAL", 60, 10000, 5),
    ];
    assert_eq!(json(&present::Plans::from(plans)), example!("plans"));
}

fn key(id: &str, name: &str, api_key: &str) -> ExchangeKey {
    ExchangeKey {
        id: id.parse().unwrap(),
        exchange_id: ExchangeId::Binance,
        trade_type: TradeType::Futures,
        strategy_type: StrategyType::Automated,
        active: true,
        name: name.into(),
        api_key: api_key.into(),
        status: ApiKeyStatus::Authorized,
        sandbox: false,
        ip_restricted: true,
        account_mode: domain::AccountMode::OneWay,
        may_withdraw: false,
        expires_at: None,
        traded_elsewhere: false,
        created_at: at(1_662_688_656_304),
        updated_at: at(1_662_688_656_304),
    }
}

#[test]
fn keys() {
    let spot = ExchangeKey {
        trade_type: TradeType::Spot,
        strategy_type: StrategyType::Manual,
        ..key(
            "46a19fb1-4e90-4736-b820-257c947fd694",
            "Manul spot account",
            "t32hMggmL26nkyFPoPkqWe5U7vMRpu3y2wdWCz4CWFHd3dq7W9xyxHoZ73CsqHZhZ",
        )
    };
    let futures = ExchangeKey {
        updated_at: at(1_662_688_894_123),
        ..key(
            "c8a716b6-b6e6-4e16-b364-1b3647198d64",
            "My strategy test account",
            "91QNhDuErgHajrzLnfWaJ9phe7UevjtD9JGGGG06VtfB7dRu13j0KrtLBKVJgsM5D",
        )
    };
    assert_eq!(json(&present::Keys::from(vec![spot, futures])), example!("keys"));
}

#[test]
fn a_created_and_a_renamed_key() {
    let api_key = "gwkoDxyKVqm0JsGKAH7Bfy8e542kAVh5iMNz6Xy4sybMZwoWejUoXfEfk7CTdHnbV";
    let created = ExchangeKey {
        created_at: at(1_662_688_935_567),
        updated_at: at(1_662_688_935_567),
        ..key("63d3aa7c-3fb0-4a4e-9249-4e1fee947de2", "Default", api_key)
    };
    assert_eq!(json(&present::Key::from(created.clone())), example!("key"));
    let renamed =
        ExchangeKey { name: "Change to different name".into(), updated_at: at(1_662_699_683_456), ..created };
    assert_eq!(json(&present::Key::from(renamed)), example!("updated_key"));
}

#[test]
fn balances() {
    let held = |total: &str| Funds { free: d(total), used: d("0"), total: d(total) };
    let assets = [("BNB", "0"), ("USDT", "2383.52587258"), ("BUSD", "0")];
    let assets = assets.map(|(name, total)| (name.to_owned(), held(total))).into();
    let ours = json(&present::Assets::from(&Balance { assets, ..Balance::default() }));
    // The assets and their order are data: ours are in alphabetical order.
    let same = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    assert_eq!(same(&ours), same(&example!("balance")));
    let sorted = r#"{"free":{"BNB":0,"BUSD":0,"USDT":2383.52587258},"used":{"BNB":0,"BUSD":0,"USDT":0},"#;
    assert!(ours.starts_with(sorted), "{ours}");

    let total = present::TotalBalance { usd: present::Num(d("12345.12")) };
    assert_eq!(json(&total), example!("total_balance"));
}

#[test]
fn each_leg_of_a_created_order() {
    let entry = Order {
        id: "3235803329".into(),
        client_order_id: "x-xcKtGhcu909cf9b2fc6b4c51ac850f".into(),
        kind: OrderType::Market,
        time_in_force: TimeInForce::Gtc,
        reduce_only: false,
        side: Side::Buy,
        price: some("19191.90"),
        stop_price: None,
        cost: d("959.595"),
        average: some("19191.9"),
        filled: d("0.05"),
        remaining: some("0"),
        status: OrderStatus::Closed,
        ..stop()
    };
    let target = |id: &str, client: &str, millis, price| Order {
        id: id.into(),
        client_order_id: client.into(),
        at: at(millis),
        kind: OrderType::TakeProfit,
        time_in_force: TimeInForce::Gtc,
        price: some(price),
        stop_price: some(price),
        amount: some("0.025"),
        remaining: some("0.025"),
        ..stop()
    };
    let legs = [
        entry,
        target("3235803331", "x-xcKtGhcu9b8bbbd2662543eb9373b2", 1_665_522_363_069, "19250"),
        target("3235803333", "x-xcKtGhcu7624aa8d23e6407c96d89c", 1_665_522_363_272, "19300"),
        stop(),
    ];
    assert_eq!(json(&legs.map(present::Created::from)), example!("created_orders"));
}

#[test]
fn a_waiting_entry_has_nulls() {
    let waiting =
        Order { kind: OrderType::Limit, reduce_only: false, stop_price: None, average: None, ..stop() };
    let ours: Value = serde_json::from_str(&json(&present::Created::from(waiting))).unwrap();
    assert_eq!(ours["average"], Value::Null);
    assert!(ours.get("timestamp").is_none() && ours.get("stopPrice").is_none());
}

#[test]
fn a_trailing_entry_is_a_conditional_leg() {
    let trailing = Order { kind: OrderType::TrailingStopMarket, price: None, ..stop() };
    let ours: Value = serde_json::from_str(&json(&present::Created::from(trailing))).unwrap();
    assert_eq!((&ours["type"], &ours["price"]), (&"trailing_stop_market".into(), &Value::Null));
    assert_eq!(ours["stopPrice"].to_string(), "19000");
}

#[test]
fn open_orders() {
    let waiting = |id: &str, client: &str, millis, trigger| Order {
        id: id.into(),
        client_order_id: client.into(),
        at: at(millis),
        kind: OrderType::TakeProfitMarket,
        price: None,
        stop_price: some(trigger),
        amount: None,
        remaining: None,
        ..stop()
    };
    let orders = [
        Order {
            kind: OrderType::StopMarket,
            ..waiting("3228535237", "x-xcKtGhcu75fd06b90f5c4de6acbda7", 1_664_912_244_092, "19850")
        },
        Order {
            time_in_force: TimeInForce::Gtc,
            amount: some("0.076"),
            remaining: some("0.076"),
            ..waiting("3228535241", "x-xcKtGhcued11523814b6445fac8196", 1_664_912_244_294, "20100")
        },
        waiting("3228535243", "x-xcKtGhcu8e14158aa9a645a9902b83", 1_664_912_244_491, "20150"),
    ];
    assert_eq!(json(&orders.map(present::Listed::from)), example!("open_orders"));
}

#[test]
fn order_history() {
    let filled = |id: &str, client: &str, millis, price, cost| Order {
        id: id.into(),
        client_order_id: client.into(),
        at: at(millis),
        kind: OrderType::Market,
        time_in_force: TimeInForce::Gtc,
        price: some(price),
        average: some(price),
        amount: some("0.153"),
        cost: d(cost),
        filled: d("0.153"),
        remaining: some("0"),
        status: OrderStatus::Closed,
        ..stop()
    };
    let out =
        filled("3228535237", "x-xcKtGhcu75fd06b90f5c4de6acbda7", 1_664_912_244_092, "19846.3", "3036.4839");
    let into =
        filled("3228535232", "x-xcKtGhcud59a08d8fb494077871bae", 1_664_912_243_681, "20001.2", "3060.1836");
    let orders = [
        Order { stop_price: some("19850"), ..out },
        Order { stop_price: None, side: Side::Buy, reduce_only: false, ..into },
    ];
    assert_eq!(json(&orders.map(present::Listed::from)), example!("order_history"));
}

#[test]
fn trade_history() {
    let fill = |id: &str, amount, cost, fee| Trade {
        id: id.into(),
        order: "3228535237".into(),
        symbol: "BTC/USDT".parse().unwrap(),
        at: at(1_664_914_106_289),
        side: Side::Sell,
        maker: false,
        price: d("19846.30"),
        amount: d(amount),
        cost: d(cost),
        fee: Fee { cost: d(fee), currency: "USDT".into() },
        realized: d("-20.5"),
        position_side: domain::PositionSlot::Both,
    };
    let trades = [
        fill("243302234", "0.132", "2619.7116", "1.04788463"),
        fill("243302233", "0.021", "416.7723", "0.16670892"),
    ];
    assert_eq!(json(&trades.map(present::Trade::from)), example!("trade_history"));
}

#[test]
fn a_position() {
    let position = Position {
        symbol: "BTC/USDT".parse().unwrap(),
        contracts: d("0.1"),
        unrealized_pnl: d("-9.43149184"),
        leverage: 4,
        liquidation_price: some("7930.83500535"),
        collateral: d("1218.83733447"),
        notional: d("1994.55850815"),
        mark_price: d("19945.58508151"),
        entry_price: d("20039.9"),
        initial_margin: d("498.63962703"),
        initial_margin_percentage: d("0.25"),
        maintenance_margin: d("19.9455850815"),
        maintenance_margin_percentage: d("0.01"),
        margin_ratio: some("0.0164"),
        at: at(1_664_901_896_193),
        margin_mode: MarginMode::Crossed,
        side: PositionSide::Long,
        percentage: d("-1.89"),
        position_side: domain::PositionSlot::Both,
    };
    assert_eq!(json(&present::Position::from(position)), example!("position"));
    assert_eq!(json(&None::<Position>.map(present::Position::from)), "null");
}

fn iso(text: &str) -> Micros {
    Micros::from_iso(text).unwrap()
}

fn btc() -> Symbol {
    "BTC/USDT".parse().unwrap()
}

fn strategy(id: &str, name: &str, created: &str) -> Strategy {
    Strategy {
        id: id.parse().unwrap(),
        active: true,
        name: name.into(),
        description: None,
        exchange_id: ExchangeId::Binance,
        symbol: btc(),
        frame: Frame::M1,
        outside: false,
        created_at: iso(created),
        updated_at: iso(created),
    }
}

fn profile(id: &str, name: &str, percentage: &str, created: &str) -> RiskProfile {
    RiskProfile {
        id: id.parse().unwrap(),
        name: name.into(),
        percentage: d(percentage),
        created_at: iso(created),
        updated_at: iso(created),
    }
}

#[test]
fn strategies_and_their_ranges() {
    let strategies = vec![
        strategy("b9f67eb2-1d6e-4a47-a735-d0d9039c9b08", "STRATEGY #1", "2022-09-09T01:57:36.304Z"),
        strategy("b762dad3-b720-4ddd-a515-32ae48e39f94", "STRATEGY #2", "2022-09-09T01:58:45.678Z"),
        strategy("fa142ba2-9a7f-48ab-b182-4e47a1f242b6", "STRATEGY #3", "2022-09-09T01:59:56.789Z"),
        strategy("f330861a-464a-436e-872a-d82d95666d80", "STRATEGY #4", "2022-09-09T02:01:23.456Z"),
    ];
    assert_eq!(json(&present::Strategies::from(strategies)), example!("strategies"));
    let profiles = vec![
        profile("ab00673a-cd19-44d4-a7c4-05c63e309663", "CONSERVATIVE", "1.5", "2022-09-09T01:57:36.304Z"),
        profile("3dc38f3d-4b4e-43b3-a102-e250b7cd3551", "MODERATE", "2", "2022-09-09T01:58:12.344Z"),
        profile("9234a512-48d0-4fa9-8b77-fdaec0fd3e00", "AGGRESSIVE", "3", "2022-09-09T01:59:23.456Z"),
    ];
    assert_eq!(json(&present::Profiles::from(profiles)), example!("risk_profiles"));

    let figures = Figures {
        net_profit_percent: some("-5.62505875"),
        win_rate: some("0.25"),
        max_draw_down: some("0.05625059"),
        trades: 4,
        long: 4,
        short: 0,
    };
    assert_eq!(json(&present::Performance::from(figures)), example!("strategy_performance"));
    let day = |date: &str, end: &str, figures| Range {
        start: Micros::from_date(date).unwrap(),
        end: Micros::from_date(end).unwrap(),
        figures,
    };
    let days = vec![
        day("2022-10-19", "2022-10-20", figures),
        day("2022-10-18", "2022-10-19", Figures::default()),
        day("2022-10-17", "2022-10-18", Figures::default()),
    ];
    assert_eq!(json(&present::Ranges::from(days)), example!("strategy_history"));
}

#[test]
fn follows() {
    let at = "2022-09-09T01:57:36.304Z";
    let follow = |of: &str, profile: RiskProfile| Follow {
        id: "6737fbf1-308e-44fc-9518-92df4036ab86".parse().unwrap(),
        key: "46a19fb1-4e90-4736-b820-257c947fd694".parse().unwrap(),
        key_name: "Test".into(),
        strategy: strategy(of, "STRATEGY #1", at),
        profile,
        active: true,
        paused: None,
        blocked: None,
        max_leverage: Some(7),
        daily_loss_limit_usd: None,
        in_position: false,
        last_copy_at: None,
        stopped_at: None,
        created_at: iso(at),
        updated_at: iso(at),
    };
    let first = || {
        let careful = profile("ab00673a-cd19-44d4-a7c4-05c63e309663", "CONSERVATIVE", "1.5", at);
        follow("b9f67eb2-1d6e-4a47-a735-d0d9039c9b08", careful)
    };
    assert_eq!(json(&present::FollowItem::from(first())), example!("follow"));
    assert_eq!(json(&present::Follows::from(vec![first()])), example!("follows"));
    let moderate = profile("3dc38f3d-4b4e-43b3-a102-e250b7cd3551", "MODERATE", "2", at);
    let changed = follow("b762dad3-b720-4ddd-a515-32ae48e39f94", moderate);
    assert_eq!(json(&present::FollowItem::from(changed)), example!("updated_follow"));
}

/// An entry to vary: the first of "List Strategy Automated History".
fn entry() -> PastTrade {
    PastTrade {
        order_id: "3237790823".into(),
        key: "46a19fb1-4e90-4736-b820-257c947fd694".parse().unwrap(),
        key_name: None,
        symbol: btc(),
        side: Side::Sell,
        price: some("19580.1"),
        amount: d("0.121"),
        cost: d("2369.1921"),
        stop: some("19650"),
        stop_type: Some(StopType::Market),
        take_profit: vec![d("19400"), d("19500")],
        trailing_trigger_price: None,
        callback_rate: None,
        leverage: Some(7),
        risk_percent: some("2"),
        at: iso("2022-10-14T14:03:45.064Z"),
        strategy: Some(Copying {
            id: "b9f67eb2-1d6e-4a47-a735-d0d9039c9b08".parse().unwrap(),
            name: "strategy #1".into(),
            exchange_id: ExchangeId::Binance,
        }),
        exit: None,
        profit_usd: None,
    }
}

#[test]
fn history_of_trades() {
    let second = PastTrade {
        order_id: "3237478932".into(),
        price: some("19160"),
        amount: d("0.247"),
        cost: d("4732.52"),
        stop: some("19300"),
        take_profit: vec![d("19100"), d("19150")],
        leverage: Some(11),
        at: iso("2022-10-14T00:33:35.359Z"),
        ..entry()
    };
    let page = TradeHistoryPage { items: vec![entry(), second], next: None };
    assert_eq!(json(&present::StrategyTrades::from(page)), example!("strategy_trades"));

    let by_hand = |order_id: &str, price: &str, cost: &str, at: &str| PastTrade {
        order_id: order_id.into(),
        price: some(price),
        amount: d("0.05"),
        cost: d(cost),
        stop: some("19000"),
        stop_type: Some(StopType::Limit),
        take_profit: vec![d("19250"), d("19300")],
        trailing_trigger_price: some("19000"),
        risk_percent: None,
        at: iso(at),
        strategy: None,
        ..entry()
    };
    let items = vec![
        by_hand("3237885588", "19205.3", "960.265", "2022-10-14T19:37:43.229Z"),
        by_hand("3237884228", "19203.8", "960.19", "2022-10-14T19:32:26.059Z"),
    ];
    assert_eq!(
        json(&present::ManualTrades::from(TradeHistoryPage { items, next: None })),
        example!("manual_trades")
    );
}

#[test]
fn paid_plans() {
    let id = domain::PlanId("eefffe05-5d1d-4be8-a300-20c7c39c9fef".parse().unwrap());
    let limits = Limits {
        max_balance_usd: Some(2_500),
        max_api_key: Some(3),
        strategy_automated: true,
        manual_keys: false,
    };
    let plan = Plan { id, name: "BASIC".into(), public: true, monthly_price_usd: 20, limits };
    let held = service::identity::plan::UserPlans { paid: Some(plan), given: None };
    assert_eq!(json(&present::HeldPlan::of(held)), example!("subscription"));
    let (start, end) = (at(1_664_022_008_000), at(1_666_614_008_000));
    let reported = domain::subscription::Subscription {
        id: "sub_1".into(),
        item: "si_1".into(),
        plan: Some(id),
        state: domain::subscription::State::Active,
        amount: 2_000,
        currency: "usd".into(),
        interval: domain::subscription::Interval::Month,
        trial_period_days: None,
        period_start: start,
        period_end: end,
        cancel_at_period_end: true,
        cancel_at: Some(end),
        trial_start: None,
        trial_end: None,
        created_at: start,
    };
    assert_eq!(json(&present::StripeSubscription::from(reported)), example!("stripe_subscription"));
    let invoice = domain::subscription::Invoice {
        number: "AF046ED1-0001".into(),
        currency: "usd".into(),
        amount_paid: 2_000,
        period_start: Some(start),
        period_end: Some(start),
        hosted_url: "https://invoice.stripe.com/i/...".into(),
        pdf: "https://pay.stripe.com/invoice/...".into(),
        created_at: start,
    };
    assert_eq!(json(&vec![present::InvoiceItem::from(invoice)]), example!("billing_history"));
    let opened = present::OpenedCheckout {
        url: "https://checkout.stripe.com/c/pay/...".into(),
        success_url: "https://example.com/account/subscription".into(),
        cancel_url: "https://example.com/account/subscription".into(),
    };
    assert_eq!(json(&opened), example!("checkout"));
}

#[test]
fn a_profile() {
    let iso = |text: &str| Micros::from_iso(text).unwrap();
    let reported = |text: &str| Some(text.to_owned());
    let profile = |language, created_at: &str| Profile {
        last_name: reported("John"),
        first_name: reported("Doe"),
        country: reported("CA"),
        language: Some(language),
        time_zone: reported("America/Toronto"),
        created_at: iso(created_at),
        updated_at: iso("2022-09-09T01:57:36.304Z"),
    };
    let shown = present::ProfileItem::from(profile(Language::English, "2022-09-09T01:57:36.304Z"));
    assert_eq!(json(&shown), example!("profile"));
    let updated = present::ProfileItem::from(profile(Language::Arabic, "2022-09-09T00:12:34.567Z"));
    assert_eq!(json(&updated), example!("updated_profile"));
}

#[test]
fn balance_history() {
    let day = |date: &str, usd: &str| Day { day: Micros::from_date(date).unwrap(), total_usd: d(usd) };
    let items = vec![day("2022-09-13", "12345"), day("2022-09-12", "12345"), day("2022-09-11", "12340")];
    let page = service::trading::balance_history::BalanceHistoryPage { items, next: None };
    assert_eq!(json(&present::BalanceDays::from(page)), example!("balance_history"));
}
