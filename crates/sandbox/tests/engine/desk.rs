//! A test fixture: an engine with one account, and short helpers for common actions.

use domain::{Decimal, Micros, OrderType, Side, TimeInForce};
use sandbox::{
    engine::{
        AccountId, AlgoOrder, ApiSecret, Command, CommandResult, Engine, Event, EventKind, NewAccount,
        NewOrder, Order, OrderRef, PositionView, Reject, Rights, Which, WorkingType,
    },
    market::{DEFAULT_START, MarketId, Pair, Tick},
};

pub(crate) const BTC: MarketId = MarketId::futures(Pair::BtcUsdt);
pub(crate) const BTC_SPOT: MarketId = MarketId::spot(Pair::BtcUsdt);
/// 2026-11-21T10:00Z, the start of a minute.
pub(crate) const MORNING: Micros = Micros(1_795_255_200_000_000);

pub(crate) fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn new_account(n: u64) -> Command {
    Command::OpenAccount(NewAccount {
        api_key: format!("key{n}"),
        secret: ApiSecret("secret".into()),
        rights: Rights::default(),
        spot_funds: d("10000"),
        futures_funds: d("10000"),
    })
}

pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) who: AccountId,
    pub(crate) at: Micros,
    pub(crate) events: Vec<Event>,
}

impl Desk {
    /// Creates an account, with BTC at 20,000 and the other pairs at their starting prices.
    pub(crate) fn new() -> Self {
        let mut engine = Engine::new(7, MORNING, DEFAULT_START);
        let (answer, _) = engine.apply(MORNING, new_account(1)).unwrap();
        let CommandResult::Account(who) = answer else { panic!("{answer:?}") };
        let mut desk = Self { engine, who, at: MORNING, events: Vec::new() };
        desk.jump("20000");
        desk
    }

    pub(crate) fn apply(&mut self, command: Command) -> Result<CommandResult, Reject> {
        let (answer, events) = self.engine.apply(self.at, command)?;
        self.events.extend(events);
        Ok(answer)
    }

    pub(crate) fn try_place(&mut self, order: NewOrder) -> Result<Order, Reject> {
        match self.apply(Command::Place { account: self.who, order })? {
            CommandResult::Order { order, .. } => Ok(order),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn place(&mut self, order: NewOrder) -> Order {
        self.try_place(order).unwrap()
    }

    pub(crate) fn refuse(&mut self, order: NewOrder) -> i32 {
        let before = serde_json::to_string(&self.engine).unwrap();
        let code = self.apply(Command::Place { account: self.who, order }).unwrap_err().code;
        assert_eq!(serde_json::to_string(&self.engine).unwrap(), before, "a refusal changes nothing");
        code
    }

    pub(crate) fn algo(&mut self, order: NewOrder) -> AlgoOrder {
        match self.apply(Command::Place { account: self.who, order }).unwrap() {
            CommandResult::Algo(algo) => algo,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn cancel(
        &mut self,
        market: MarketId,
        which: Which,
        id: u64,
    ) -> Result<CommandResult, Reject> {
        let (account, order) = (self.who, OrderRef::Id(id));
        self.apply(Command::Cancel { account, market, which, order, cancel_id: None })
    }

    pub(crate) fn jump(&mut self, price: &str) {
        self.apply(Command::SetPrice { pair: Pair::BtcUsdt, price: d(price) }).unwrap();
    }

    pub(crate) fn step(&mut self, beats: usize) {
        for _ in 0..beats {
            self.at = self.at.plus(250_000);
            let events = self.engine.tick(Tick::step(self.at));
            self.events.extend(events);
        }
    }

    pub(crate) fn order(&self, order: &Order) -> Order {
        let account = self.engine.account(self.who).unwrap();
        account.orders(order.market.kind).find(&OrderRef::Id(order.id)).unwrap().clone()
    }

    pub(crate) fn algo_now(&self, algo: &AlgoOrder) -> AlgoOrder {
        self.engine.account(self.who).unwrap().algos().find(&OrderRef::Id(algo.id)).unwrap().clone()
    }

    pub(crate) fn position(&self) -> PositionView {
        self.engine.futures(self.who).unwrap().positions.remove(Pair::BtcUsdt.number())
    }

    pub(crate) fn wallet(&self) -> Decimal {
        self.engine.futures(self.who).unwrap().wallet
    }

    pub(crate) fn available(&self) -> Decimal {
        self.engine.futures(self.who).unwrap().available
    }

    pub(crate) fn spot(&self, asset: &str) -> (Decimal, Decimal) {
        let account = self.engine.account(self.who).unwrap();
        let found = account.spot_balances().into_iter().find(|b| b.asset == asset);
        found.map_or((Decimal::ZERO, Decimal::ZERO), |b| (b.free, b.locked))
    }

    /// The events of this order so far, in Binance's terms.
    pub(crate) fn story(&self, of: &Order) -> Vec<&'static str> {
        let reported = self.events.iter().filter_map(|e| match &e.kind {
            EventKind::Order { order, execution, .. } if order.id == of.id => Some(execution.word()),
            _ => None,
        });
        reported.collect()
    }

    /// The events of this conditional order so far, in Binance's terms.
    pub(crate) fn algo_story(&self, of: &AlgoOrder) -> Vec<&'static str> {
        let reported = self.events.iter().filter_map(|e| match &e.kind {
            EventKind::Algo(algo) if algo.id == of.id => Some(algo.status.word()),
            _ => None,
        });
        reported.collect()
    }
}

pub(crate) fn market(side: Side, amount: &str) -> NewOrder {
    NewOrder::market(BTC, side, d(amount))
}

pub(crate) fn limit(side: Side, amount: &str, price: &str, tif: TimeInForce) -> NewOrder {
    let mut order = NewOrder::limit(BTC, side, d(amount), d(price));
    order.tif = Some(tif);
    order
}

pub(crate) fn reduce(mut order: NewOrder) -> NewOrder {
    order.reduce_only = true;
    order
}

pub(crate) fn conditional(kind: OrderType, side: Side, amount: &str, trigger: &str) -> NewOrder {
    let mut order = market(side, amount);
    order.kind = kind;
    order.trigger_price = Some(d(trigger));
    order
}

/// A conditional order that closes the whole position.
pub(crate) fn closing(kind: OrderType, side: Side, trigger: &str) -> NewOrder {
    let mut order = conditional(kind, side, "1", trigger);
    order.amount = None;
    order.close_position = true;
    order
}

pub(crate) fn trailing(side: Side, amount: &str, rate: &str, activation: Option<&str>) -> NewOrder {
    let mut order = market(side, amount);
    order.kind = OrderType::TrailingStopMarket;
    order.callback_rate = Some(d(rate));
    order.activation_price = activation.map(d);
    order
}

pub(crate) fn by_mark(mut order: NewOrder) -> NewOrder {
    order.working_type = WorkingType::Mark;
    order
}
