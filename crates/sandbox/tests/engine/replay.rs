//! Determinism: the same seed, commands and ticks give the same events, also across a snapshot in the middle.

use crate::desk::{BTC, BTC_SPOT, MORNING, conditional, d, new_account, trailing};
use domain::{MarginMode, OrderType, Side};
use proptest::prelude::*;
use sandbox::{
    engine::{
        AccountId, Amend, Command, Engine, Event, FuturesRequest, FuturesTerms, KeyState, MarketChange,
        MarketStatus, NewOrder, OrderRef, PositionSlot, PriceMatch, Reject, Rights, TriggerRejection, Which,
    },
    market::{DEFAULT_START, MarketId, Pair, Tick},
};
use std::sync::LazyLock;

/// One step of a random scenario.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Do(Command),
    Beats(usize),
    /// Seconds without a beat, and then one.
    Wait(u16),
}

fn order(account: AccountId) -> impl Strategy<Value = Command> {
    let shape = (0_u8..8, any::<bool>(), 1_i64..2_000, -60_i64..60, any::<bool>(), 0..Pair::ALL.len());
    shape.prop_map(move |(kind, buy, lots, away, reduce, pair)| {
        let side = if buy { Side::Buy } else { Side::Sell };
        let pair = Pair::ALL[pair];
        let market = if kind < 2 { MarketId::spot(pair) } else { MarketId::futures(pair) };
        let rules = market.rules();
        let amount = domain::Decimal::from(lots) * rules.lot;
        let anchor = anchor(pair);
        let price = anchor + anchor * domain::Decimal::new(away, 3);
        let price = domain::money::round_to(price, rules.tick);
        let mut order = match kind {
            0 | 2 => NewOrder::market(market, side, amount),
            1 | 3 | 4 => NewOrder::limit(market, side, amount, price),
            5 => NewOrder { market, ..conditional(OrderType::StopMarket, side, "1", &price.to_string()) },
            6 => {
                NewOrder { market, ..conditional(OrderType::TakeProfitMarket, side, "1", &price.to_string()) }
            }
            _ => NewOrder { market, ..trailing(side, "1", "0.3", None) },
        };
        if kind >= 2 {
            // A seventh of the orders have a date, another takes its price from the book.
            order.terms = FuturesTerms::of(slot(account, reduce == buy));
            order.terms.good_till = (lots % 7 == 0).then(|| MORNING.plus(700_000_000 + lots * 10_000_000));
            order.terms.price_match = (lots % 7 == 1 && kind > 2 && kind < 5).then_some(PriceMatch::Queue5);
        }
        order.amount = Some(amount);
        order.reduce_only = reduce && kind >= 2;
        if kind == 5 && reduce {
            (order.amount, order.reduce_only, order.close_position) = (None, false, true);
        }
        Command::Place { account, order }
    })
}

/// The position of an order: account 2 begins in hedge mode.
fn slot(account: AccountId, long: bool) -> PositionSlot {
    match (account, long) {
        (AccountId(2), true) => PositionSlot::Long,
        (AccountId(2), false) => PositionSlot::Short,
        _ => PositionSlot::Both,
    }
}

/// Random amendments of early orders, and timers.
fn request() -> impl Strategy<Value = FuturesRequest> {
    let pair = || prop::sample::select(Pair::ALL.to_vec());
    let amend = (pair(), 1_u64..60, any::<bool>(), 1_i64..2_000, -60_i64..60);
    prop_oneof![
        4 => amend.prop_map(|(pair, id, buy, lots, away)| {
            let market = MarketId::futures(pair);
            let anchor = anchor(pair);
            let price = anchor + anchor * domain::Decimal::new(away, 3);
            FuturesRequest::Amend(Amend {
                market,
                order: OrderRef::Id(id),
                side: if buy { Side::Buy } else { Side::Sell },
                amount: domain::Decimal::from(lots) * market.rules().lot,
                price: Some(domain::money::round_to(price, market.rules().tick)),
                price_match: None,
            })
        }),
        1 => (pair(), 0_u64..5_000).prop_map(|(pair, millis)| FuturesRequest::Countdown { pair, millis }),
        1 => any::<bool>().prop_map(FuturesRequest::FeeBurn),
    ]
}

static FIRST_PRICES: LazyLock<Vec<domain::Decimal>> = LazyLock::new(|| {
    let engine = Engine::new(7, MORNING, DEFAULT_START);
    Pair::ALL.map(|pair| engine.price(MarketId::spot(pair))).into()
});

fn anchor(pair: Pair) -> domain::Decimal {
    match pair {
        Pair::BtcUsdt => d("20000"),
        Pair::EthUsdt => d("1800"),
        Pair::SolUsdt => d("90"),
        Pair::XrpUsdt => d("0.52"),
        other => FIRST_PRICES[other.number()],
    }
}

/// Random market changes: halting, settling, closing, reopening, changing steps.
fn changes() -> impl Strategy<Value = MarketChange> {
    let status = prop::sample::select(MarketStatus::ALL.to_vec());
    let change = (prop::sample::select(Pair::ALL.to_vec()), status, 1_i64..4, any::<bool>());
    change.prop_map(|(pair, status, steps, thin)| {
        let market = MarketId::futures(pair);
        let (rules, steps) = (market.rules(), domain::Decimal::from(steps));
        MarketChange {
            market,
            // Mostly trading, since otherwise nothing would happen.
            status: Some(if thin { status } else { MarketStatus::Trading }),
            tick: Some(rules.tick * steps),
            lot: Some(rules.lot * steps),
            thin: Some(thin),
        }
    })
}

fn rejection(account: AccountId, pair: Pair, left: Option<u32>) -> TriggerRejection {
    let reason = Reject { code: -2027, message: "Too large.".into() };
    TriggerRejection { account: Some(account), pair: Some(pair), left, reason }
}

/// A random sequence of steps of accounts 1 and 2.
pub(crate) fn life() -> impl Strategy<Value = Vec<Step>> {
    let account = prop_oneof![Just(AccountId(1)), Just(AccountId(2))];
    let step = account.prop_flat_map(|account| {
        let pair = || prop::sample::select(Pair::ALL.to_vec());
        let kind = prop::sample::select(vec![domain::TradeType::Spot, domain::TradeType::Futures]);
        prop_oneof![
            10 => order(account).prop_map(Step::Do),
            4 => (1_usize..20).prop_map(Step::Beats),
            1 => (17_000_i64..23_000).prop_map(|p| {
                Step::Do(Command::SetPrice { pair: Pair::BtcUsdt, price: p.into() })
            }),
            1 => (pair(), 1_u16..100).prop_map(move |(pair, leverage)| {
                Step::Do(Command::SetLeverage { account, pair, leverage })
            }),
            1 => (pair(), any::<bool>()).prop_map(move |(pair, isolated)| {
                let mode = if isolated { MarginMode::Isolated } else { MarginMode::Crossed };
                Step::Do(Command::SetMarginMode { account, pair, mode })
            }),
            1 => (kind.clone(), 1_i64..5_000).prop_map(move |(from, amount)| {
                Step::Do(Command::Transfer { account, from, asset: "USDT".into(), amount: amount.into() })
            }),
            1 => (kind, -9_000_i64..9_000, 0_u8..9).prop_map(move |(wallet, amount, reference)| {
                let (amount, reference) = (amount.into(), reference.to_string());
                Step::Do(Command::Fund { account, wallet, amount, reference })
            }),
            1 => (pair(), any::<bool>()).prop_map(move |(pair, algo)| {
                let which = if algo { Which::Algo } else { Which::Plain };
                let market = MarketId::futures(pair);
                Step::Do(Command::CancelAll { account, market, which, cancel_id: None })
            }),
            1 => (pair(), -200_i64..200, any::<bool>()).prop_map(move |(pair, amount, long)| {
                let slot = slot(account, long);
                Step::Do(Command::AdjustMargin { account, pair, amount: amount.into(), slot })
            }),
            2 => request().prop_map(move |request| Step::Do(Command::Futures { account, request })),
            1 => Just(Step::Do(Command::ResetAccount { account })),
            1 => changes().prop_map(|change| Step::Do(Command::ChangeMarket(change))),
            1 => (pair(), prop::option::of(0_u32..3)).prop_map(move |(pair, left)| {
                Step::Do(Command::RejectTriggers(rejection(account, pair, left)))
            }),
            1 => (any::<Option<bool>>(), any::<Option<bool>>()).prop_map(move |(dual, multi_assets)| {
                Step::Do(Command::SetModes { account, dual, multi_assets, forced: false })
            }),
        ]
    });
    prop::collection::vec(step, 1..60)
}

pub(crate) fn begin(seed: u64) -> Engine {
    let mut engine = Engine::new(seed, MORNING, DEFAULT_START);
    for n in [1, 2] {
        engine.apply(MORNING, new_account(n)).unwrap();
    }
    let hedged =
        Command::SetModes { account: AccountId(2), dual: Some(true), multi_assets: None, forced: false };
    engine.apply(MORNING, hedged).unwrap();
    engine.apply(MORNING, Command::SetPrice { pair: Pair::BtcUsdt, price: d("20000") }).unwrap();
    engine
}

/// Executes one step and returns its events.
pub(crate) fn live(engine: &mut Engine, step: &Step) -> Vec<Event> {
    let at = engine.now();
    match step {
        Step::Do(command) => engine.apply(at, command.clone()).map_or_else(|_| Vec::new(), |done| done.1),
        Step::Beats(beats) => {
            (1..=*beats).flat_map(|n| engine.tick(Tick::step(at.plus(250_000 * n as i64)))).collect()
        }
        Step::Wait(seconds) => engine.tick(Tick::step(at.plus(1_000_000 * i64::from(*seconds)))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn a_life_repeats_itself(seed: u64, steps in life(), cut in 0_usize..60) {
        let (mut first, mut second) = (begin(seed), begin(seed));
        for (n, step) in steps.iter().enumerate() {
            if n == cut {
                second = serde_json::from_str(&serde_json::to_string(&second).unwrap()).unwrap();
            }
            prop_assert_eq!(live(&mut first, step), live(&mut second, step));
        }
        prop_assert_eq!(serde_json::to_string(&first).unwrap(), serde_json::to_string(&second).unwrap());
    }
}

#[test]
fn commands_survive_the_journal() {
    let commands = [
        new_account(1),
        Command::Place {
            account: AccountId(1),
            order: NewOrder::limit(BTC_SPOT, Side::Buy, d("0.1"), d("19000.5")),
        },
        Command::CancelAll { account: AccountId(1), market: BTC, which: Which::Algo, cancel_id: None },
        Command::Cancel {
            account: AccountId(1),
            market: BTC_SPOT,
            which: Which::Plain,
            order: OrderRef::Id(1),
            cancel_id: Some("cancel-1".into()),
        },
        Command::SetPrice { pair: Pair::XrpUsdt, price: d("0.5") },
        Command::SetRights {
            account: AccountId(1),
            rights: Rights { state: KeyState::Deleted, ..Rights::default() },
        },
        Command::SetModes { account: AccountId(1), dual: Some(true), multi_assets: None, forced: true },
        Command::ChangeMarket(MarketChange {
            market: BTC,
            status: Some(MarketStatus::PreSettle),
            tick: Some(d("0.5")),
            lot: None,
            thin: Some(true),
        }),
        Command::RejectTriggers(rejection(AccountId(1), Pair::SolUsdt, None)),
        Command::SetRules { version: 1 },
        Command::Futures {
            account: AccountId(1),
            request: FuturesRequest::Amend(Amend {
                market: BTC,
                order: OrderRef::Client("mine".into()),
                side: Side::Sell,
                amount: d("0.1"),
                price: None,
                price_match: Some(PriceMatch::Opponent),
            }),
        },
        Command::AdjustMargin {
            account: AccountId(1),
            pair: Pair::BtcUsdt,
            amount: d("-5"),
            slot: PositionSlot::Short,
        },
    ];
    for command in commands {
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
    }
}

#[test]
fn another_seed_is_another_market() {
    let mut desks = [1, 2].map(begin);
    let reported = desks.each_mut().map(|engine| live(engine, &Step::Beats(50)));
    assert_ne!(reported[0], reported[1]);
}
