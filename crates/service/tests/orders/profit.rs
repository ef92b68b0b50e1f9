//! One definition of profit: closed trades and reports reconcile, and open positions reach the dashboard.

use super::{ENTRY, STOP, TARGET, World, btc, d, limit, ticket};
use crate::keys::{person, still};
use domain::{
    Decimal, Fee, LedgerAccountId, Micros, Side, Trade, TradeType, TransferId,
    closed_trade::{ExitReason, SortBy, Source},
    ledger::{MovementKind, TransferStatus, Units},
    live::{ClientMessage, LiveMessage, Portfolio},
    profit::{self, Profit},
    report::Period,
    time::{DAY, HOUR},
};
use exchange::{AccountEvent, Funding};
use service::{
    following::{
        closed_trades::{self, ClosedTradePage, Filter, Sorting},
        report,
        trade_history::{self, TradeHistoryRequest, Which},
    },
    trading::{key, live},
};
use std::time::Duration;
use store::{equity::Point, ledger::TransferRow, testing::TestDb};
use tokio::sync::mpsc::Receiver;

/// The price of BNB all month, in USDT.
const BNB: &str = "612.37";

struct Filled<'a> {
    number: i64,
    order: &'a str,
    at: Micros,
    side: Side,
    price: &'a str,
    amount: &'a str,
    realized: &'a str,
    fee_bnb: &'a str,
}

impl Filled<'_> {
    fn trade(&self) -> Trade {
        Trade {
            id: self.number.to_string(),
            order: self.order.to_owned(),
            symbol: btc(),
            at: self.at,
            side: self.side,
            maker: false,
            price: d(self.price),
            amount: d(self.amount),
            cost: d(self.price) * d(self.amount),
            fee: Fee { cost: d(self.fee_bnb), currency: "BNB".into() },
            realized: d(self.realized),
            position_side: domain::PositionSlot::Both,
        }
    }
}

/// A position that is closed in two parts, by a take profit and by the stop, and a later one that is still open.
fn trade_for_a_month(world: &World, start: Micros) {
    let order = |leg| world.fake.placed(leg).last().unwrap().id.clone();
    let (entry, target, stop) = (order(ENTRY), order(TARGET), order(STOP));
    let day = |days: i64| start.plus(days * DAY);
    let (buy, sell) = (Side::Buy, Side::Sell);
    let fills = [
        (1, entry.as_str(), day(1), buy, "20000.1", "0.05", "0", "0.00081637"),
        (2, target.as_str(), day(6), sell, "20950.7", "0.02", "19.012", "0.00034209"),
        (3, stop.as_str(), day(9), sell, "18999.3", "0.03", "-30.024", "0.00046538"),
        (4, "elsewhere", day(25), buy, "19500.9", "0.01", "0", "0.00015923"),
    ];
    let mut state = world.fake.state.lock().unwrap();
    state.bnb_price = Some(d(BNB));
    for (number, order, at, side, price, amount, realized, fee_bnb) in fills {
        state.trades.push(Filled { number, order, at, side, price, amount, realized, fee_bnb }.trade());
    }
    for (id, at, paid) in
        [("1", day(2), "0.10000050"), ("2", day(7), "-0.04312077"), ("3", day(26), "0.0195009")]
    {
        state.funding.push(Funding { id: id.into(), at, paid: d(paid) });
    }
}

/// Moves funds to the account, or from it if negative.
async fn transfer(world: &World, number: u128, units: i64, at: Micros) {
    let (account, id) =
        (LedgerAccountId(uuid::Uuid::from_u128(7)), TransferId(uuid::Uuid::from_u128(number)));
    let known = store::ledger::by_currency(&world.desk.db, world.actor.user, "USDT").await.unwrap();
    let mut tx = world.desk.db.begin().await.unwrap();
    if known.is_none() {
        store::ledger::insert(&mut tx, account, "acc_7", world.actor.user, "USDT", at).await.unwrap();
    }
    let kind = if units < 0 { MovementKind::FromExchange } else { MovementKind::ToExchange };
    let row = TransferRow {
        id,
        user_id: world.actor.user,
        account_id: account,
        exchange_key_id: world.key,
        api_key: "key".into(),
        trade_type: TradeType::Futures,
        kind,
        amount: Units(units.abs()),
        hold_id: None,
        status: TransferStatus::Working,
        created_at: at,
    };
    store::ledger::insert_transfer(&mut tx, &row, at).await.unwrap();
    store::ledger::settle_transfer(&mut tx, id, TransferStatus::Done, at).await.unwrap();
    tx.commit().await.unwrap();
}

async fn worth(world: &World, at: Micros, total_usd: Decimal) {
    let mut tx = world.desk.db.begin().await.unwrap();
    store::equity::insert(&mut tx, &Point { key: world.key, at, total_usd }).await.unwrap();
    tx.commit().await.unwrap();
}

async fn closed(world: &World, filter: Filter) -> ClosedTradePage {
    closed_trades::page(&world.desk, &world.actor, &filter, Sorting::default(), 1).await.unwrap()
}

pub(crate) async fn trades_and_reports_reconcile_to_the_last_digit(db: &TestDb) {
    let (world, clock) = still(db).await;
    let start = world.desk.clock.now();
    world.place(&ticket()).await.unwrap();
    trade_for_a_month(&world, start);
    clock.advance(HOUR);
    let found = closed(&world, Filter::default()).await;
    assert!(found.complete);
    assert_eq!((found.items.len(), found.total, found.pages), (1, 1, 1), "the second position is open");
    let trade = &found.items[0];
    assert_eq!((trade.source, trade.exit, trade.amount), (Source::Manual, ExitReason::Stop, d("0.05")));
    assert_eq!((trade.opened_at, trade.closed_at), (start.plus(DAY), start.plus(9 * DAY)));
    let bnb = d(BNB);
    let expected = Profit {
        realized: d("-11.012"),
        unrealized: d("0"),
        fees: (d("0.00081637") + d("0.00034209") + d("0.00046538")) * bnb,
        funding: d("0.05687973"),
    };
    assert_eq!((trade.profit, found.profit), (expected, expected));
    assert!(trade.result_in_r().unwrap() < d("-0.2"), "the stop was at 19,000");

    // The same month as the exchange keeps the account: wallets, transfers, and the open position at its mark price.
    let before = d("10612.37");
    let open = Profit {
        realized: d("0"),
        unrealized: profit::unrealized(domain::PositionSide::Long, d("0.01"), d("19500.9"), d("19777.7")),
        fees: d("0.00015923") * bnb,
        funding: d("0.0195009"),
    };
    let (deposit, withdrawal) = (50_012_345_678, -20_025_000_001);
    transfer(&world, 1, deposit, start.plus(12 * DAY)).await;
    transfer(&world, 2, withdrawal, start.plus(20 * DAY)).await;
    let moved = Units(deposit).decimal() + Units(withdrawal).decimal();
    let wallet = before + moved + d("-11.012") - d("0.05687973") - d("0.0195009") + open.unrealized;
    let fees_bnb = d("0.00081637") + d("0.00034209") + d("0.00046538") + d("0.00015923");
    worth(&world, start, before).await;
    worth(&world, start.plus(30 * DAY), wallet - fees_bnb * bnb).await;
    clock.advance(31 * DAY);
    report::run_due(&world.desk).await.unwrap();
    let reports = report::list_reports(&world.desk, &world.actor).await.unwrap();
    let month = reports.into_iter().map(|made| made.report).find(|r| r.period == Period::Month).unwrap();
    let trades = expected.net() + open.net();
    assert_eq!(month.total.profit(), trades);
    let mut both = expected;
    both += open;
    assert_eq!(profit::reconciled(month.total.profit(), &both, Decimal::ZERO), Decimal::ZERO);
    assert_eq!(month.fees, fees_bnb * bnb);
}

pub(crate) async fn closed_trades_are_filtered_sorted_and_exported(db: &TestDb) {
    let (world, clock) = still(db).await;
    let start = world.desk.clock.now();
    world.place(&limit("19000.5")).await.unwrap();
    let days = TradeHistoryRequest { days: 30, ..TradeHistoryRequest::default() };
    let entries = async || {
        let all = trade_history::Filter::default();
        trade_history::page(&world.desk, &world.actor, Which::Manual, &days, &all).await.unwrap().items.len()
    };
    assert_eq!(entries().await, 1, "it waits");
    world.place(&ticket()).await.unwrap();
    assert_eq!(entries().await, 1, "the first one was cancelled and never filled");
    trade_for_a_month(&world, start);
    {
        let mut state = world.fake.state.lock().unwrap();
        let end = Filled {
            number: 5,
            order: "elsewhere too",
            at: start.plus(27 * DAY),
            side: Side::Sell,
            price: "19600.9",
            amount: "0.01",
            realized: "1",
            fee_bnb: "0",
        };
        state.trades.push(end.trade());
    }
    clock.advance(HOUR);
    let all = closed(&world, Filter::default()).await;
    let shown: Vec<_> = all.items.iter().map(|t| (t.source, t.exit)).collect();
    let (ours, foreign) = ((Source::Manual, ExitReason::Stop), (Source::Elsewhere, ExitReason::Elsewhere));
    assert_eq!(shown, [foreign, ours], "the newest first");
    let funding_reads = world.fake.state.lock().unwrap().funding_reads;
    let by = |source| Filter { source: Some(source), ..Filter::default() };
    assert_eq!(closed(&world, by(Source::Manual)).await.items.len(), 1);
    assert_eq!(closed(&world, by(Source::Strategy)).await.items.len(), 0);
    let days =
        Filter { from: Some(start.plus(10 * DAY)), until: Some(start.plus(28 * DAY)), ..Filter::default() };
    assert_eq!(closed(&world, days).await.items[0].source, Source::Elsewhere);
    let other = Filter { symbol: Some("ETH/USDT".parse().unwrap()), ..Filter::default() };
    assert_eq!(closed(&world, other).await.total, 0);
    let sorting = Sorting { by: SortBy::Result, ascending: true };
    let worst_first =
        closed_trades::page(&world.desk, &world.actor, &Filter::default(), sorting, 9).await.unwrap();
    assert_eq!((worst_first.number, worst_first.items[0].source), (1, Source::Manual));
    assert_eq!(world.fake.state.lock().unwrap().funding_reads, funding_reads, "they are of this minute");
    clock.advance(HOUR);
    assert_eq!(closed(&world, Filter::default()).await.total, 2);
    assert_eq!(world.fake.state.lock().unwrap().funding_reads, funding_reads + 1);
    let file = closed_trades::csv(&world.desk, &world.actor, &Filter::default(), sorting).await.unwrap();
    let lines: Vec<_> = file.lines().collect();
    assert_eq!(lines.len(), 3, "{file}");
    assert!(lines[0].starts_with("opened,closed,duration seconds,key,source"), "{file}");
    assert!(lines[1].contains(",Test,MANUAL,,BTC/USDT,long,0.05,"), "{file}");
    assert!(lines[1].ends_with(",USDT,STOP") && lines[2].ends_with(",USDT,ELSEWHERE"), "{file}");
}

/// The next state of the portfolio that `fits`.
async fn next(received: &mut Receiver<Box<LiveMessage>>, fits: impl Fn(&Portfolio) -> bool) -> Portfolio {
    let found = async {
        loop {
            if let LiveMessage::Portfolio(state) = *received.recv().await.unwrap()
                && fits(&state)
            {
                return *state;
            }
        }
    };
    // Long before the sweep that would find it.
    tokio::time::timeout(Duration::from_secs(20), found).await.expect("the portfolio has changed")
}

pub(crate) async fn a_position_reaches_the_dashboard_without_a_reload(db: &TestDb) {
    let world = super::world(db).await;
    let (asks, mut received) = live::attach(world.desk.trading(), Some(world.actor.clone()));
    asks.send(Box::new(ClientMessage::Portfolio)).await.unwrap();
    let before = next(&mut received, |state| state.complete).await;
    assert_eq!((before.positions.len(), before.unrealized), (0, Decimal::ZERO));
    world.place(&ticket()).await.unwrap();
    let after = next(&mut received, |state| state.positions.len() == 1).await;
    assert_ne!(after.revision, before.revision, "the page has to read the rows again");
    assert_eq!((after.positions[0].key, after.positions[0].symbol.clone()), (world.key, btc()));
    // Without a user there are no accounts.
    let (strangers, mut nothing) = live::attach(world.desk.trading(), None);
    strangers.send(Box::new(ClientMessage::Portfolio)).await.unwrap();
    let quiet = tokio::time::timeout(Duration::from_millis(200), nothing.recv()).await;
    assert!(quiet.is_err(), "{quiet:?}");
}

pub(crate) async fn pages_take_the_positions_from_the_feed(db: &TestDb) {
    let world = super::world(db).await;
    world.place(&ticket()).await.unwrap();
    let (trading, keys) = (world.desk.trading(), key::list_keys(&world.desk, &world.actor).await.unwrap());
    let whole_reads = || world.fake.state.lock().unwrap().whole_reads;
    let before = whole_reads();
    let open = live::list_open(&trading, &world.actor, &keys).await;
    assert_eq!(open[&world.key].positions.len(), 1);
    assert!(!open[&world.key].orders.is_empty(), "the stop and the take profits");
    assert_eq!(whole_reads(), before + 1);

    let (asks, mut received) = live::attach(world.desk.trading(), Some(world.actor.clone()));
    asks.send(Box::new(ClientMessage::Portfolio)).await.unwrap();
    let first = next(&mut received, |state| state.positions.len() == 1).await;
    world.fake.state.lock().unwrap().position = d("0.03");
    let event = AccountEvent::Account { balance: None, positions: vec![btc()], change: None };
    world.fake.emit(event).await;
    next(&mut received, |state| state.revision != first.revision).await;
    let open = live::list_open(&trading, &world.actor, &keys).await;
    assert_eq!(open[&world.key].positions[0].contracts, d("0.03"));
    assert_eq!(whole_reads(), before + 1, "only the market of the event was read, and nothing for the page");

    // Another user gets nothing, not even with these keys.
    let eve = person(&world.desk, "eve").await;
    assert!(live::list_open(&trading, &eve, &keys).await.is_empty());
}
