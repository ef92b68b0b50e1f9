//! Live operation of strategies and their records; on both databases.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test fails")]

mod feed;
mod own;
mod past;

use ::strategy::{Bar, Costs, Decision, Definition, Price, Series, Ticks, backtest};
use domain::{
    Candle, Decimal, Frame, Micros, Role, Side, StrategyId,
    signal::{Action, Source},
    strategy::{Exit, Interval, Kind, Strategy, Trade},
    time::{MINUTE, SECOND},
    validation::Problem,
};
use feed::{Feed, START};
use past::pages_do_not_move_while_trading_goes_on;
use service::{
    Actor, Error, Origin, SharedDesk,
    following::strategy::{self, Imported, Live, NewStrategy, SignalRequest, StrategyChange},
    identity::{account, session},
    testing::{Setup, desk_with},
};
use std::{net::IpAddr, sync::Arc};
use store::{signal::Signal, testing::TestDb};

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn desk(db: &TestDb, feed: &Feed) -> SharedDesk {
    let setup = Setup { exchange: Arc::new(feed.clone()), clock: Arc::new(feed.clone()), ..Setup::default() };
    desk_with((**db).clone(), setup)
}

fn origin() -> Origin {
    Origin::new(IpAddr::from([127, 0, 0, 1]), "test")
}

async fn admin(desk: &SharedDesk) -> Actor {
    let new = account::sign_up(desk, origin(), "ada@example.org", "correct horse battery").await.unwrap();
    account::make_admin(desk, "ada@example.org").await.unwrap();
    session::find(desk, &new.token, &origin()).await.unwrap().unwrap()
}

/// Returns `count` one-minute candles of a random walk, the same for every run.
fn wander(count: usize) -> Vec<Candle> {
    let (mut state, mut price) = (0x9e37_79b9_7f4a_7c15_u64, 200_000_i64);
    let mut random = move |below: i64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        i64::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let tenths = |units: i64| Decimal::new(units, 1);
    (0..count)
        .map(|minute| {
            let at = i64::try_from(minute).unwrap();
            let open = price;
            // Trends of some hours under the noise, so that each strategy finds a trade.
            let drift = if (at / 90) % 2 == 0 { 60 } else { -60 };
            price = (price + drift + random(801) - 400).max(50_000);
            let (high, low) = (open.max(price) + random(300), open.min(price) - random(300));
            Candle {
                start: START.plus(at * MINUTE),
                open: tenths(open),
                high: tenths(high),
                low: tenths(low),
                close: tenths(price),
                volume: Decimal::from(random(50) + 1),
            }
        })
        .collect()
}

/// The content of a signal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SentSignal {
    bar_at: Micros,
    action: Action,
    side: Option<Side>,
    stop: Option<Decimal>,
    targets: Vec<Decimal>,
}

impl SentSignal {
    fn stored(signal: &Signal) -> Self {
        Self {
            bar_at: signal.bar_at.unwrap(),
            action: signal.action,
            side: signal.side,
            stop: signal.stop.map(|text| text.0),
            targets: serde_json::from_str(&signal.targets).unwrap(),
        }
    }

    fn decided((bar_at, decision): &(Micros, Decision)) -> Self {
        let (side, stop, targets) = match decision {
            Decision::Exit => (None, None, vec![]),
            Decision::Enter { side, stop, targets } => (
                Some(side.opening()),
                stop.map(Price::decimal),
                targets.iter().map(|t| t.decimal()).collect(),
            ),
        };
        let action = if side.is_some() { Action::Enter } else { Action::Exit };
        Self { bar_at: *bar_at, action, side, stop, targets }
    }
}

async fn signals(desk: &SharedDesk, id: StrategyId) -> Vec<Signal> {
    let mut all = store::signal::list_by_strategy(&desk.db, id, None, 10_000).await.unwrap();
    all.sort_by_key(|signal| (signal.bar_at, signal.id));
    all
}

async fn live_trades(desk: &SharedDesk, id: StrategyId) -> Vec<Trade> {
    let mut all = store::strategy_trade::list_newest(&desk.db, id, Kind::Live, 10_000).await.unwrap();
    all.reverse();
    all
}

/// The main property: a day as it happened, with a restart in the middle and occasionally two bars closing
/// together, yields exactly the decisions and profits of a backtest over the same candles.
async fn a_live_day_is_what_a_backtest_finds(db: &TestDb) {
    const BEFORE: usize = 300;
    let all = wander(BEFORE + 720);
    let (feed, later) = (Feed::new(), &all[BEFORE..]);
    all[..BEFORE].iter().for_each(|candle| feed.minute(*candle));
    let desk = desk(db, &feed);
    strategy::seed(&desk).await.unwrap();
    let mut live = Live::default();
    live.round(&desk).await.unwrap();
    for (minute, candle) in later.iter().enumerate() {
        feed.minute(*candle);
        if minute % 7 == 3 {
            continue;
        }
        if minute % 100 == 50 {
            live = Live::default();
        }
        live.round(&desk).await.unwrap();
    }
    let series: Series = all.iter().map(|candle| Bar::from_candle(candle).unwrap()).collect();
    let (ticks, costs) = (Ticks::new(d("0.1")).unwrap(), Costs::PERPETUAL);
    let mut traded = 0;
    for strategy in store::strategy::list_strategies(&desk.db).await.unwrap() {
        let definition = Definition::from_json(strategy.definition.as_deref().unwrap()).unwrap();
        let decided = backtest::signals(&definition, ticks, costs, &series).unwrap();
        // The day begins with the bars that closed so shortly before the desk started that they were not too
        // late.
        let first = all[BEFORE - 2].start;
        let expected: Vec<_> =
            decided.iter().filter(|(at, _)| *at >= first).map(SentSignal::decided).collect();
        let said = signals(&desk, strategy.id).await;
        assert!(said.iter().all(|signal| signal.source == Source::Evaluator));
        assert_eq!(said.iter().map(SentSignal::stored).collect::<Vec<_>>(), expected, "{}", strategy.name);

        let start = Price::from_decimal(d("10000")).unwrap();
        let report = backtest::run(&definition, ticks, costs, start, &series).unwrap();
        let of_the_day = report.trades.iter().filter(|trade| trade.entered_at > first);
        let expected: Vec<_> = of_the_day
            .filter(|trade| trade.reason != Exit::End)
            .map(|t| {
                (
                    t.side.opening(),
                    t.entered_at,
                    t.entry.decimal(),
                    Some(t.exited_at),
                    Some(t.profit.percent()),
                )
            })
            .collect();
        let kept = live_trades(&desk, strategy.id).await;
        let kept: Vec<_> = kept
            .iter()
            .filter(|trade| trade.exited_at.is_some())
            .map(|t| (t.side, t.entered_at, t.entry_price, t.exited_at, t.profit_percent))
            .collect();
        assert_eq!(kept, expected, "{}", strategy.name);
        traded += kept.len();
    }
    assert!(traded > 12, "a day on which {traded} trades ended shows little");
}

/// Long above 100, exit below it; stop 10 % away.
const ABOVE: &str = r#"{"entry":{"long":{"crossesAbove":[{"price":"close"},{"constant":"100"}]}},
    "exit":{"long":{"crossesBelow":[{"price":"close"},{"constant":"100"}]}},"stop":{"percent":"10"}}"#;

fn new(definition: Option<&str>) -> NewStrategy {
    NewStrategy {
        name: "Above a hundred".to_owned(),
        description: None,
        symbol: "BTC/USDT".parse().unwrap(),
        frame: Frame::M1,
        definition: definition.map(ToOwned::to_owned),
        active: true,
    }
}

async fn a_missed_entry_is_not_sent_late_but_a_missed_exit_is(db: &TestDb) {
    let feed = Feed::new();
    let desk = desk(db, &feed);
    let ada = admin(&desk).await;
    let id = strategy::create_strategy(&desk, &ada, new(Some(ABOVE))).await.unwrap().strategy.id;
    feed.closes(&["98", "99", "98"]);
    let mut live = Live::default();
    live.round(&desk).await.unwrap();
    feed.closes(&["101"]);
    live.round(&desk).await.unwrap();
    feed.closes(&["103"]);
    live.round(&desk).await.unwrap();
    let entered = live_trades(&desk, id).await;
    assert_eq!((entered.len(), entered[0].stop, entered[0].exited_at), (1, Some(d("90.9")), None));

    // The desk is down while the strategy exits, enters and exits again.
    feed.closes(&["97", "97", "105", "105", "96"]);
    feed.closes(&["96"; 40]);
    let mut restarted = Live::default();
    restarted.round(&desk).await.unwrap();
    let said: Vec<_> = signals(&desk, id).await.into_iter().map(|s| (s.action, s.bar_at.unwrap())).collect();
    let last = feed.candles().last().unwrap().start;
    assert_eq!(said, [(Action::Enter, START.plus(3 * MINUTE)), (Action::Exit, last)]);
    restarted.round(&desk).await.unwrap();
    assert_eq!(signals(&desk, id).await.len(), 2, "sent once");

    feed.closes(&["96.5"]);
    restarted.round(&desk).await.unwrap();
    let trades = live_trades(&desk, id).await;
    assert_eq!((trades.len(), trades[0].exit), (1, Some(Exit::Signal)));
    assert_eq!(trades[0].exited_at, Some(last.plus(MINUTE)));
}

async fn a_strategy_of_an_unknown_timeframe_stops_no_other(db: &TestDb) {
    let feed = Feed::new();
    let desk = desk(db, &feed);
    let ada = admin(&desk).await;
    let broken = NewStrategy { name: "Broken".to_owned(), ..new(Some(ABOVE)) };
    let broken = strategy::create_strategy(&desk, &ada, broken).await.unwrap().strategy.id;
    let sound = strategy::create_strategy(&desk, &ada, new(Some(ABOVE))).await.unwrap().strategy.id;
    db.execute("update strategies set timeframe_s = 7 where name = 'Broken'").await;
    feed.closes(&["98", "99", "98"]);
    let mut live = Live::default();
    live.round(&desk).await.unwrap();
    feed.closes(&["101"]);
    live.round(&desk).await.unwrap();
    let said: Vec<_> = signals(&desk, sound).await.into_iter().map(|signal| signal.action).collect();
    assert_eq!(said, [Action::Enter]);
    assert!(signals(&desk, broken).await.is_empty());
}

async fn two_instances_send_and_record_everything_once(db: &TestDb) {
    let feed = Feed::new();
    let (desk, other) = (desk(db, &feed), desk(db, &feed));
    let ada = admin(&desk).await;
    let id = strategy::create_strategy(&desk, &ada, new(Some(ABOVE))).await.unwrap().strategy.id;
    feed.closes(&["98", "99"]);
    let (mut here, mut there) = (Live::default(), Live::default());
    for close in ["98", "101", "102", "99", "99", "103", "104", "92", "80", "80"] {
        feed.closes(&[close]);
        let (a, b) = tokio::join!(here.round(&desk), there.round(&other));
        a.unwrap();
        b.unwrap();
    }
    // One may have updated its record before it read the other's signal: another bar settles it.
    feed.closes(&["80", "80"]);
    here.round(&desk).await.unwrap();
    let said: Vec<_> = signals(&desk, id).await.into_iter().map(|s| s.action).collect();
    assert_eq!(said, [Action::Enter, Action::Exit, Action::Enter]);
    let exits: Vec<_> = live_trades(&desk, id).await.into_iter().map(|trade| trade.exit).collect();
    assert_eq!(exits, [Some(Exit::Signal), Some(Exit::Stop)]);
}

fn manual_signal(side: Side, stop: &str, targets: &[&str]) -> SignalRequest {
    SignalRequest {
        action: Action::Enter,
        side: Some(side),
        price: None,
        stop: Some(d(stop)),
        targets: targets.iter().map(|target| d(target)).collect(),
    }
}

async fn an_external_signal_source_has_a_record_by_the_same_rules(db: &TestDb) {
    let feed = Feed::new();
    let desk = desk(db, &feed);
    let ada = admin(&desk).await;
    let id = strategy::create_strategy(&desk, &ada, new(None)).await.unwrap().strategy.id;
    feed.closes(&["100", "100"]);
    let mut live = Live::default();
    live.round(&desk).await.unwrap();
    strategy::send(&desk, &ada, id, manual_signal(Side::Buy, "95", &["110", "105"])).await.unwrap();
    feed.closes(&["101"]);
    live.round(&desk).await.unwrap();
    feed.closes(&["106", "106"]);
    live.round(&desk).await.unwrap();
    let open = &live_trades(&desk, id).await[0];
    let given = START.plus(2 * MINUTE + SECOND);
    assert_eq!((open.side, open.entered_at), (Side::Buy, given));
    assert_eq!(open.exited_at, None, "half of it is left after the first target");
    // A second entry on the same side changes nothing, as for a follower in a position.
    strategy::send(&desk, &ada, id, manual_signal(Side::Buy, "100", &[])).await.unwrap();
    feed.closes(&["107"]);
    live = Live::default();
    live.round(&desk).await.unwrap();
    // An entry on the other side closes it and enters.
    strategy::send(&desk, &ada, id, manual_signal(Side::Sell, "120", &[])).await.unwrap();
    feed.closes(&["107", "108", "125"]);
    live.round(&desk).await.unwrap();
    let trades = live_trades(&desk, id).await;
    let ended: Vec<_> = trades.iter().map(|trade| (trade.side, trade.exit.unwrap())).collect();
    assert_eq!(ended, [(Side::Buy, Exit::Signal), (Side::Sell, Exit::Stop)]);
    // Entered at 100 plus a tick of slippage; half closed at 105, half at 107, less fees and slippage: about
    // 5.7 %.
    let won = trades[0].profit_percent.unwrap();
    assert!(won > d("5.5") && won < d("5.85"), "{won}");
    assert!(trades[1].profit_percent.unwrap() < d("-12"));

    let history = strategy::history(&desk, id, Kind::Live, Interval::Day, 2).await.unwrap();
    assert_eq!((history[0].figures.trades, history[0].figures.long, history[0].figures.short), (2, 1, 1));
    assert_eq!(history[0].start, START.day());
    assert_eq!((history[1].figures.trades, history[1].figures.net_profit_percent), (0, None));
    let total = strategy::performance(&desk, id, Kind::Live, Interval::Month, 1).await.unwrap();
    assert_eq!((total.trades, total.win_rate), (2, Some(d("0.5"))));
    let untested = strategy::performance(&desk, id, Kind::Backtest, Interval::Month, 1000).await.unwrap();
    assert_eq!((untested.trades, untested.win_rate), (0, None));
}

async fn a_manual_signal_is_stored_with_its_audit_entry_or_not_at_all(db: &TestDb) {
    let feed = Feed::new();
    let desk = desk(db, &feed);
    let ada = admin(&desk).await;
    let id = strategy::create_strategy(&desk, &ada, new(None)).await.unwrap().strategy.id;
    feed.closes(&["100", "100"]);
    let given = strategy::send(&desk, &ada, id, manual_signal(Side::Buy, "95", &[])).await.unwrap();
    let subjects = db.texts("select subject from audit where action = 'signal-given'").await;
    assert_eq!(subjects, [given.id.to_string()]);
    // The audit entry cannot be written.
    db.execute("alter table audit rename to lost_audit").await;
    strategy::send(&desk, &ada, id, manual_signal(Side::Buy, "95", &[])).await.unwrap_err();
    assert_eq!(signals(&desk, id).await.len(), 1, "no copy is traded on a signal that was not sent");
}

/// An exit accepted after the clock was set back ends the trade of the entry before it.
async fn the_record_keeps_the_order_of_signals_when_the_clock_goes_back(db: &TestDb) {
    let feed = Feed::new();
    let desk = desk(db, &feed);
    let ada = admin(&desk).await;
    let id = strategy::create_strategy(&desk, &ada, new(None)).await.unwrap().strategy.id;
    feed.closes(&["100", "100"]);
    let mut live = Live::default();
    live.round(&desk).await.unwrap();
    feed.quote("101");
    strategy::send(&desk, &ada, id, manual_signal(Side::Buy, "95", &[])).await.unwrap();
    feed.set_back(3);
    let leave =
        SignalRequest { action: Action::Exit, side: None, stop: None, ..manual_signal(Side::Buy, "95", &[]) };
    strategy::send(&desk, &ada, id, leave).await.unwrap();
    feed.closes(&["110"]);
    live.round(&desk).await.unwrap();
    let kept = live_trades(&desk, id).await;
    assert_eq!((kept.len(), kept[0].exit), (1, Some(Exit::Signal)), "{kept:?}");
}

/// Round trips of one minute that lose money, as for every follower.
async fn rounds_of_one_minute_are_all_in_the_record(db: &TestDb) {
    let feed = Feed::new();
    let desk = desk(db, &feed);
    let ada = admin(&desk).await;
    let id = strategy::create_strategy(&desk, &ada, new(None)).await.unwrap().strategy.id;
    feed.closes(&["100", "100"]);
    let mut live = Live::default();
    live.round(&desk).await.unwrap();
    let leave =
        SignalRequest { action: Action::Exit, side: None, stop: None, ..manual_signal(Side::Buy, "95", &[]) };
    for (bought, sold) in [("101", "100"), ("102", "101"), ("103", "101")] {
        feed.quote(bought);
        let given = strategy::send(&desk, &ada, id, manual_signal(Side::Buy, "95", &[])).await.unwrap();
        assert_eq!(given.price, Some(d(bought)), "the operator sees what the market paid");
        feed.quote(sold);
        strategy::send(&desk, &ada, id, leave.clone()).await.unwrap();
    }
    feed.closes(&["110"]);
    live.round(&desk).await.unwrap();
    let kept = live_trades(&desk, id).await;
    let prices: Vec<_> = kept.iter().map(|trade| trade.entry_price.round()).collect();
    assert_eq!(prices, [d("101"), d("102"), d("103")]);
    assert!(kept.iter().all(|trade| trade.exit == Some(Exit::Signal)));
    assert!(kept.iter().all(|trade| trade.profit_percent.unwrap() < Decimal::ZERO), "{kept:?}");
    // A restart produces the same.
    feed.closes(&["110"]);
    Live::default().round(&desk).await.unwrap();
    assert_eq!(live_trades(&desk, id).await, kept);
}

async fn a_fresh_install_is_backtested_once(db: &TestDb) {
    let feed = Feed::new();
    wander(1_700).into_iter().for_each(|candle| feed.minute(candle));
    let (desk, other) = (desk(db, &feed), desk(db, &feed));
    let (a, b) = tokio::join!(strategy::seed(&desk), strategy::seed(&other));
    a.unwrap();
    b.unwrap();
    let (a, b) = tokio::join!(strategy::run_due(&desk), strategy::run_due(&other));
    a.unwrap();
    b.unwrap();
    let all = strategy::list_strategies(&desk).await.unwrap();
    let names: Vec<_> = all.iter().map(|strategy| strategy.name.as_str()).collect();
    assert_eq!(names, ["EMA cross", "Donchian breakout", "RSI reversal", "Supertrend"]);
    let stored = store::candle::after(&desk.db, &line(), Micros(0), 5_000).await.unwrap();
    assert_eq!(stored, feed.candles(), "every candle that closed, paged back, and no open one");
    let cards = strategy::cards(&desk).await.unwrap();
    for card in &cards {
        let Strategy { id, active, .. } = card.strategy;
        let trades = strategy::trades(&desk, id, Kind::Backtest, 500).await.unwrap();
        assert!(
            active && card.backtest.total.trades > 0 && !card.backtest.curve.is_empty(),
            "{}",
            card.strategy.name
        );
        assert_eq!(trades.len(), usize::try_from(card.backtest.total.trades).unwrap());
        let (metrics, first, last) = (card.backtest.metrics, stored[0], stored[stored.len() - 1]);
        assert_eq!((metrics.start, metrics.end), (Some(first.start), Some(last.start.plus(MINUTE))));
        let held = (last.close - first.open) * Decimal::ONE_HUNDRED / first.open;
        assert_eq!(metrics.hold_percent, Some(held.round_dp(8)));
        assert!(metrics.exposure.is_some() && metrics.average_trade_percent.is_some());
        assert_eq!(card.live.metrics, domain::strategy::Metrics::default(), "it has given no signal");
        assert!(trades.iter().all(|trade| trade.stop.is_some() && trade.exited_at.is_some()));
        assert_eq!((card.live.total.trades, card.live.months.len()), (0, 0), "a backtest is no live result");
    }
    let request = feed.requests();
    strategy::seed(&desk).await.unwrap();
    strategy::run_due(&desk).await.unwrap();
    assert_eq!(
        (strategy::list_strategies(&desk).await.unwrap().len(), feed.requests()),
        (4, request),
        "nothing is due"
    );

    // Imported candles make it due again.
    let older = Candle { start: START.plus(-MINUTE), ..feed.candles()[0] };
    let symbol = "BTC/USDT".parse().unwrap();
    let changed = Candle { volume: Decimal::from(777), ..feed.candles()[0] };
    let imported = strategy::import(&desk, &symbol, Frame::M1, &[older, changed]).await.unwrap();
    assert_eq!(imported, Imported { new: 1, differing: 1, strategies: 4 });
    let nobodys = strategy::import(&desk, &symbol, Frame::H1, &[older]).await.unwrap();
    assert_eq!((nobodys.new, nobodys.strategies), (1, 0));
    let unborn = Candle { start: START.plus(10_000 * MINUTE), ..older };
    assert!(matches!(strategy::import(&desk, &symbol, Frame::M1, &[unborn]).await, Err(Error::Fields(_))));

    assert_eq!(store::strategy::backtest_due(&desk.db).await.unwrap().len(), 4);
    strategy::run_due(&desk).await.unwrap();
    assert!(store::strategy::backtest_due(&desk.db).await.unwrap().is_empty());
}

/// A first backtest covers ten days, because its candles are there soon. The older ones follow, a few pages in each run, and
/// the backtest is repeated once they are complete.
async fn a_backtest_is_repeated_over_all_candles_of_the_exchange(db: &TestDb) {
    let feed = Feed::new();
    wander(21_100).into_iter().for_each(|candle| feed.minute(candle));
    let desk = desk(db, &feed);
    strategy::seed(&desk).await.unwrap();
    strategy::run_due(&desk).await.unwrap();
    let due = async || store::strategy::backtest_due(&desk.db).await.unwrap().len();
    let id = strategy::list_strategies(&desk).await.unwrap()[0].id;
    let bars = async || store::backtest::get_span(&desk.db, id).await.unwrap().unwrap().bars;
    let stored = async || store::candle::after(&desk.db, &line(), Micros(0), 30_000).await.unwrap();
    assert_eq!((bars().await, due().await, stored().await.len()), (14_999, 4, 20_999));
    strategy::run_due(&desk).await.unwrap();
    assert_eq!((bars().await, due().await), (14_999, 4), "older candles were still missing");
    assert_eq!(stored().await, feed.candles());
    strategy::run_due(&desk).await.unwrap();
    assert_eq!((bars().await, due().await), (21_100, 0));
    let requests = feed.requests();
    strategy::run_due(&desk).await.unwrap();
    assert_eq!(feed.requests(), requests, "the exchange has no older ones");
}

fn line() -> store::candle::CandleSeries {
    store::candle::CandleSeries {
        exchange_id: domain::ExchangeId::Binance,
        symbol: "BTC/USDT".parse().unwrap(),
        timeframe_s: 60,
    }
}

async fn the_operator_alone_makes_strategies_and_only_sound_ones(db: &TestDb) {
    let feed = Feed::new();
    let desk = desk(db, &feed);
    let ada = admin(&desk).await;
    let trader = Actor { role: Role::Trader, ..ada.clone() };
    assert!(matches!(strategy::create_strategy(&desk, &trader, new(None)).await, Err(Error::Forbidden)));
    let fields = |result: Result<_, Error>| match result {
        Err(Error::Fields(all)) => all.into_iter().map(|p| (p.field, p.problem)).collect::<Vec<_>>(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was taken"),
    };
    let field = |name: &str, problem| (name.to_owned(), problem);
    let silly = NewStrategy {
        name: " ".to_owned(),
        description: Some("x".repeat(2_001)),
        ..new(Some(r#"{"entry":{"long":{"above":[{"ema":{"length":0}},{"price":"close"}]}}}"#))
    };
    let found = fields(strategy::create_strategy(&desk, &ada, silly).await);
    assert_eq!(found[..2], [field("name", Problem::Required), field("description", Problem::TextTooLong)]);
    assert!(found[2].0.starts_with("definition.entry.long"), "{found:?}");
    assert!(found[2..].iter().all(|(_, problem)| *problem == Problem::NotDefinition));
    let elsewhere = NewStrategy { symbol: "NOPE/USDT".parse().unwrap(), ..new(None) };
    assert!(matches!(strategy::create_strategy(&desk, &ada, elsewhere).await, Err(Error::Refused(_))));

    let made = strategy::create_strategy(&desk, &ada, new(Some(ABOVE))).await.unwrap();
    assert_eq!(
        fields(strategy::create_strategy(&desk, &ada, new(None)).await),
        [field("name", Problem::NameTaken)]
    );
    let id = made.strategy.id;
    feed.closes(&["99", "101", "102"]);
    strategy::run_due(&desk).await.unwrap();
    let renamed =
        StrategyChange { name: Some("Renamed".into()), active: Some(false), ..StrategyChange::default() };
    let renamed = strategy::update_strategy(&desk, &ada, id, renamed).await.unwrap();
    assert_eq!((renamed.strategy.name.as_str(), renamed.strategy.active), ("Renamed", false));
    assert!(store::strategy::backtest_due(&desk.db).await.unwrap().is_empty(), "its rules are the same");
    let other = ABOVE.replace("100", "101");
    let change = StrategyChange { definition: Some(Some(other)), ..StrategyChange::default() };
    strategy::update_strategy(&desk, &ada, id, change).await.unwrap();
    assert_eq!(store::strategy::backtest_due(&desk.db).await.unwrap().len(), 1);

    feed.closes(&["99", "102"]);
    Live::default().round(&desk).await.unwrap();
    assert_eq!(signals(&desk, id).await.len(), 0, "an inactive strategy says nothing");
    match strategy::send(&desk, &ada, id, manual_signal(Side::Buy, "95", &[])).await {
        Err(Error::Fields(all)) => assert_eq!(all[0].problem, Problem::StrategyInactive),
        other => panic!("{other:?}"),
    }
    let leave =
        SignalRequest { action: Action::Exit, side: None, stop: None, ..manual_signal(Side::Buy, "95", &[]) };
    let left = strategy::send(&desk, &ada, id, leave).await.unwrap();
    assert_eq!(left.action, Action::Exit, "who is in a position is let out of it");
}

store::each_engine![
    a_live_day_is_what_a_backtest_finds,
    a_missed_entry_is_not_sent_late_but_a_missed_exit_is,
    a_strategy_of_an_unknown_timeframe_stops_no_other,
    two_instances_send_and_record_everything_once,
    an_external_signal_source_has_a_record_by_the_same_rules,
    rounds_of_one_minute_are_all_in_the_record,
    a_manual_signal_is_stored_with_its_audit_entry_or_not_at_all,
    the_record_keeps_the_order_of_signals_when_the_clock_goes_back,
    a_fresh_install_is_backtested_once,
    a_backtest_is_repeated_over_all_candles_of_the_exchange,
    the_operator_alone_makes_strategies_and_only_sound_ones,
    pages_do_not_move_while_trading_goes_on,
];
