//! Strategies, their candles and their records.

use crate::samples::{NOW, id, person, write};
use domain::{
    Candle, Decimal, ExchangeId, Micros, Side, SignalId, StrategyId, StrategyTradeId,
    signal::{Action, Source},
    strategy::{Exit, Kind as Of, Trade},
    time::MINUTE,
};
use store::{
    DecimalText, StoreErrorKind,
    candle::{self, CandleSeries},
    signal::{self, Signal},
    strategy::{self, Strategy},
    strategy_trade::{self, Entered, Exited},
    testing::TestDb,
};

fn line(timeframe_s: i64) -> CandleSeries {
    CandleSeries { exchange_id: ExchangeId::Binance, symbol: "BTC/USDT".parse().unwrap(), timeframe_s }
}

fn candles(count: i64) -> Vec<Candle> {
    let price = |n: i64| Decimal::new(100_000 + n, 1);
    let candle = |n: i64| Candle {
        start: Micros(n * MINUTE),
        open: price(n),
        high: price(n + 2),
        low: price(n - 2),
        close: price(n + 1),
        volume: Decimal::new(5, 8),
    };
    (0..count).map(candle).collect()
}

async fn candles_are_kept_once_and_read_in_order(db: &TestDb) {
    let all = candles(2_500);
    let (minutes, hours) = (line(60), line(3_600));
    let kept = write(db, async |tx| candle::insert_all(tx, &minutes, &all).await).await.unwrap();
    assert_eq!(kept, 2_500);
    let again = write(db, async |tx| candle::insert_all(tx, &minutes, &all[..10]).await).await.unwrap();
    assert_eq!(again, 0);
    write(db, async |tx| candle::insert_all(tx, &hours, &all[..3]).await).await.unwrap();
    assert_eq!(candle::after(&**db, &minutes, Micros(-1), 10_000).await.unwrap(), all);
    let some = candle::after(&**db, &minutes, Micros(2 * MINUTE), 2).await.unwrap();
    assert_eq!(some, all[3..5]);
    assert_eq!(candle::newest_at(&**db, &minutes).await.unwrap(), Some(all[2_499].start));
    assert_eq!(candle::newest_at(&**db, &line(300)).await.unwrap(), None);
    assert_eq!(candle::oldest_at(&**db, &minutes).await.unwrap(), Some(all[0].start));
    assert_eq!(candle::oldest_at(&**db, &line(300)).await.unwrap(), None);
    assert_eq!(candle::newest(&**db, &minutes).await.unwrap(), Some(all[2_499]));
    assert_eq!(candle::newest(&**db, &line(300)).await.unwrap(), None);
    assert_eq!(candle::nth_newest(&**db, &hours, 3).await.unwrap(), Some(all[0].start));
    assert_eq!(candle::nth_newest(&**db, &hours, 4).await.unwrap(), None);
}

fn row(number: u128, name: &str) -> Strategy {
    Strategy {
        id: StrategyId(id(number)),
        name: name.into(),
        description: Some("What it does".into()),
        exchange_id: ExchangeId::Binance,
        symbol: "BTC/USDT".parse().unwrap(),
        timeframe_s: 60,
        definition: Some("{}".into()),
        active: true,
        position: i64::try_from(number).unwrap(),
        created_at: NOW,
        updated_at: NOW,
    }
}

async fn strategies_keep_their_names_and_their_place(db: &TestDb) {
    assert_eq!(strategy::next_position(&**db).await.unwrap(), 0);
    let (one, two) = (row(1, "One"), row(2, "Two"));
    assert!(write(db, async |tx| strategy::insert_missing(tx, &one).await).await.unwrap());
    assert!(!write(db, async |tx| strategy::insert_missing(tx, &one).await).await.unwrap());
    let namesake = Strategy { id: two.id, ..one.clone() };
    assert!(!write(db, async |tx| strategy::insert_missing(tx, &namesake).await).await.unwrap());
    let taken = write(db, async |tx| strategy::insert(tx, &namesake).await).await;
    assert_eq!(taken.unwrap_err().kind(), StoreErrorKind::Unique);
    write(db, async |tx| strategy::insert(tx, &two).await).await.unwrap();
    assert_eq!(strategy::next_position(&**db).await.unwrap(), 3);
    assert_eq!(strategy::list_strategies(&**db).await.unwrap(), [one.clone(), two.clone()]);

    let token = [7_u8; 32];
    let (shown_to, stranger) = (person(db, 1).await, person(db, 2).await);
    let set = async |hook: Option<&store::TokenHash>, by| {
        write(db, async |tx| strategy::set_hook(tx, two.id, hook, by, NOW).await).await.unwrap()
    };
    assert!(set(Some(&token), Some(shown_to)).await);
    assert_eq!(strategy::by_hook(&**db, &token).await.unwrap().map(|s| s.id), Some(two.id));
    assert_eq!(strategy::list_with_webhook(&**db).await.unwrap(), [two.id]);
    // A webhook is removed with any user who was shown its token; one whose token holder is unknown is removed with
    // any admin.
    let close = async |who, unnamed| {
        write(db, async |tx| strategy::close_hooks_of(tx, who, unnamed, NOW).await).await.unwrap()
    };
    assert_eq!(close(stranger, true).await, 0);
    assert_eq!(strategy::count_hooks_of(&**db, shown_to, false).await.unwrap(), 1);
    assert_eq!(close(shown_to, false).await, 1);
    assert_eq!(strategy::by_hook(&**db, &token).await.unwrap(), None);
    assert!(set(Some(&token), None).await);
    assert_eq!((close(stranger, false).await, close(stranger, true).await), (0, 1));
    assert!(set(Some(&token), Some(shown_to)).await && set(None, None).await);
    assert_eq!(strategy::by_hook(&**db, &token).await.unwrap(), None);
    let nobodys = StrategyId(id(9));
    let set = write(db, async |tx| strategy::set_hook(tx, nobodys, Some(&token), None, NOW).await).await;
    assert!(!set.unwrap());
    assert!(strategy::count_followers(&**db).await.unwrap().is_empty());
}

async fn a_backtest_is_due_until_it_is_done(db: &TestDb) {
    let (one, outside) = (row(1, "One"), Strategy { definition: None, ..row(2, "Outside") });
    write(db, async |tx| strategy::insert(tx, &one).await).await.unwrap();
    write(db, async |tx| strategy::insert(tx, &outside).await).await.unwrap();
    let due = async || {
        let rows = strategy::backtest_due(&**db).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(due().await, [one.id]);
    let done = async |rules: &str| {
        write(db, async |tx| strategy::set_backtested(tx, one.id, rules, NOW).await).await
    };
    assert!(!done("other rules").await.unwrap(), "it changed while it was computed");
    assert!(done("{}").await.unwrap());
    assert!(!done("{}").await.unwrap(), "another instance was faster");
    assert!(due().await.is_empty());
    write(db, async |tx| strategy::request_backtest(tx, one.id).await).await.unwrap();
    assert_eq!(due().await, [one.id]);
    done("{}").await.unwrap();
    let (exchange, symbol) = (ExchangeId::Binance, one.symbol.clone());
    let came = async |timeframe| {
        write(db, async |tx| strategy::request_backtests(tx, exchange, &symbol, timeframe).await)
            .await
            .unwrap()
    };
    assert_eq!((came(3_600).await, came(60).await), (0, 1));
    assert_eq!(due().await, [one.id]);
}

fn trade(number: i64, percent: &str) -> Trade {
    Trade {
        side: Side::Sell,
        entered_at: NOW.plus(number * MINUTE),
        entry_price: Decimal::new(200_005, 1),
        stop: Some(Decimal::from(20_100)),
        exited_at: Some(NOW.plus((number + 1) * MINUTE)),
        exit_price: Some(Decimal::from(19_900)),
        exit: Some(Exit::Target),
        profit_percent: Some(percent.parse().unwrap()),
    }
}

async fn records_are_kept_apart_and_a_signal_is_traded_once(db: &TestDb) {
    let strategy = row(1, "One");
    write(db, async |tx| strategy::insert(tx, &strategy).await).await.unwrap();
    let trades = |from: u128, count: i64, percent: &str| -> Vec<_> {
        let trade = |n: i64| (StrategyTradeId(id(from + u128::try_from(n).unwrap())), trade(n, percent));
        (0..count).map(trade).collect()
    };
    for (from, count, percent) in [(100, 2_100, "0.5"), (5_000, 3, "-0.25")] {
        let new = trades(from, count, percent);
        write(db, async |tx| strategy_trade::replace_backtest(tx, strategy.id, &new).await).await.unwrap();
        let kept = strategy_trade::list_ended(&**db, strategy.id, Of::Backtest, Micros(0)).await.unwrap();
        assert_eq!(kept, new.into_iter().map(|(_, trade)| trade).collect::<Vec<_>>());
    }
    assert!(strategy_trade::list_ended(&**db, strategy.id, Of::Live, Micros(0)).await.unwrap().is_empty());

    let said = Signal {
        id: SignalId(id(1)),
        strategy_id: strategy.id,
        source: Source::Hand,
        action: Action::Enter,
        side: Some(Side::Sell),
        price: None,
        market_price: None,
        stop: Some(DecimalText(Decimal::from(20_100))),
        targets: "[]".into(),
        external_id: None,
        bar_at: None,
        at: NOW,
        fanned_out_at: None,
        seq: 1,
    };
    write(db, async |tx| signal::insert_signal(tx, &said).await).await.unwrap();
    assert_eq!(signal::list_signals(&**db, None, 5).await.unwrap(), std::slice::from_ref(&said));
    assert!(signal::list_signals(&**db, Some(said.id), 5).await.unwrap().is_empty());
    let entered = |number| Entered {
        id: StrategyTradeId(id(number)),
        strategy: strategy.id,
        signal: said.id,
        side: Side::Sell,
        at: NOW,
        price: Decimal::from(20_000),
        stop: Decimal::from(20_100),
    };
    assert!(write(db, async |tx| strategy_trade::insert_entry(tx, &entered(1)).await).await.unwrap());
    assert!(!write(db, async |tx| strategy_trade::insert_entry(tx, &entered(2)).await).await.unwrap());
    let open = strategy_trade::open_trade(&**db, strategy.id).await.unwrap().unwrap();
    assert_eq!((open.signal_id, open.exited_at), (Some(said.id), None));
    let how = Exited {
        at: NOW.plus(MINUTE),
        price: Decimal::from(20_100),
        exit: Exit::Stop,
        profit_percent: "-0.61".parse().unwrap(),
    };
    assert!(write(db, async |tx| strategy_trade::end_trade(tx, said.id, &how).await).await.unwrap());
    assert!(!write(db, async |tx| strategy_trade::end_trade(tx, said.id, &how).await).await.unwrap());
    assert_eq!(strategy_trade::open_trade(&**db, strategy.id).await.unwrap(), None);
    let newest = strategy_trade::newest_live(&**db, strategy.id).await.unwrap().unwrap();
    assert_eq!((newest.exit_reason, newest.exited_at), (Some(Exit::Stop), Some(how.at)));
    assert_eq!(strategy_trade::list_newest(&**db, strategy.id, Of::Live, 9).await.unwrap().len(), 1);
    assert_eq!(strategy_trade::list_newest(&**db, strategy.id, Of::Backtest, 2).await.unwrap().len(), 2);
}

store::each_engine!(
    candles_are_kept_once_and_read_in_order,
    strategies_keep_their_names_and_their_place,
    a_backtest_is_due_until_it_is_done,
    records_are_kept_apart_and_a_signal_is_traded_once,
);
