//! Shared market state: order books, mark prices, id counters, the counterparty ledger and pending events.

use super::{
    AccountId, CounterpartyLedger, Event, Order, TriggerRejection, deadline::Deadline, funding_rate,
    ids::Ids, market_status::Changed, prints::Prints, ruleset, terms::is_default,
};
use crate::market::{
    Beat, Book, BookTicker, FundingPoint, Level, MarkPrice, MarketId, Pair, PublicTrade, Tape, noise, to_tick,
};
use domain::{Decimal, Micros, Side};
use serde::{Deserialize, Serialize};
use std::{
    cmp::Ordering,
    collections::{BTreeSet, VecDeque},
};

/// How many public trades are kept per market.
const TRADES: usize = 500;

/// A resting order's key, sorted in matching priority: best price first, then oldest. An amended order counts as
/// old as its amendment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RestingOrder {
    /// The price for sells, the negated price for buys.
    rank: Decimal,
    pub(super) id: u64,
    pub(super) account: AccountId,
    /// The place in the queue that an amendment has given it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queue: Option<u64>,
}

impl RestingOrder {
    fn priority(&self) -> (Decimal, u64, u64, AccountId) {
        (self.rank, self.queue.unwrap_or(self.id), self.id, self.account)
    }
}

impl Ord for RestingOrder {
    fn cmp(&self, other: &Self) -> Ordering {
        self.priority().cmp(&other.priority())
    }
}

impl PartialOrd for RestingOrder {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl RestingOrder {
    pub(super) fn of(order: &Order, account: AccountId) -> Self {
        let price = order.price.unwrap_or_default();
        let rank = if order.side == Side::Buy { -price } else { price };
        Self { rank, id: order.id, account, queue: order.queue }
    }

    /// Whether a trade at `price` has gone strictly through this order's price.
    pub(super) fn passed(&self, side: Side, price: Decimal) -> bool {
        match side {
            Side::Buy => price < -self.rank,
            Side::Sell => price > self.rank,
        }
    }
}

/// The state of one market.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct BookState {
    pub(super) beat: Beat,
    /// Amounts that users have taken from the asks and from the bids since the last beat (a step of the
    /// replay).
    pub(super) taken: (Decimal, Decimal),
    pub(super) update_id: u64,
    pub(super) trades: VecDeque<PublicTrade>,
    pub(super) bids: BTreeSet<RestingOrder>,
    pub(super) asks: BTreeSet<RestingOrder>,
    /// Waiting conditional orders, by id and account.
    pub(super) algos: BTreeSet<(u64, AccountId)>,
    /// How the market differs from its initial configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) changed: Option<Box<Changed>>,
    /// The users' latest fills.
    #[serde(default)]
    pub(super) prints: Prints,
    /// Trades not yet published. Empty between steps, so not serialized.
    #[serde(skip)]
    pub(super) fresh: Vec<PublicTrade>,
}

impl BookState {
    const fn new(beat: Beat) -> Self {
        Self {
            beat,
            taken: (Decimal::ZERO, Decimal::ZERO),
            update_id: 1,
            trades: VecDeque::new(),
            bids: BTreeSet::new(),
            asks: BTreeSet::new(),
            algos: BTreeSet::new(),
            changed: None,
            prints: Prints::new(),
            fresh: Vec::new(),
        }
    }

    pub(super) const fn resting(&mut self, side: Side) -> &mut BTreeSet<RestingOrder> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.asks,
        }
    }

    const fn taken(&self, side: Side) -> Decimal {
        match side {
            Side::Buy => self.taken.0,
            Side::Sell => self.taken.1,
        }
    }
}

/// Mark price and funding state of one perpetual.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Perp {
    pub(super) mark: Decimal,
    /// Smoothed premium of the last price over the mark price.
    pub(super) premium: Decimal,
    pub(super) next_funding: Micros,
    pub(super) paid: VecDeque<FundingPoint>,
}

impl Perp {
    fn new(pair: Pair, beat: Beat, at: Micros) -> Self {
        Self {
            mark: to_tick(beat.price, MarketId::futures(pair)),
            premium: Decimal::ZERO,
            next_funding: funding_rate::next(at),
            paid: VecDeque::new(),
        }
    }
}

/// State shared by all accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MarketState {
    pub(super) now: Micros,
    seed: u64,
    pub(super) tape: Tape,
    #[serde(rename = "shelves")]
    books: Vec<BookState>,
    perps: Vec<Perp>,
    pub(super) ids: Ids,
    #[serde(rename = "house")]
    pub(super) counterparty: CounterpartyLedger,
    /// The version of the rules. State written under the first version has no number.
    #[serde(default)]
    pub(super) ruleset: u32,
    /// Injected rejections of triggered orders.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) rejections: Vec<TriggerRejection>,
    /// Deadlines of orders and timers, soonest first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(super) deadlines: BTreeSet<Deadline>,
    #[serde(skip)]
    pub(super) events: Vec<Event>,
    /// Markets whose book users have changed without an update published yet. Empty between steps, so not
    /// serialized.
    #[serde(skip)]
    pub(super) touched: BTreeSet<MarketId>,
    /// Accounts changed by the current step. Empty between steps, so not serialized.
    #[serde(skip)]
    pub(super) noted: BTreeSet<AccountId>,
}

impl MarketState {
    pub(super) fn new(seed: u64, at: Micros, start: Micros) -> Self {
        let mut tape = Tape::new(seed, at, start);
        tape.play(at);
        let books = MarketId::all().map(|id| BookState::new(tape.beat(id.pair))).collect();
        let perps = Pair::ALL.map(|pair| Perp::new(pair, tape.beat(pair), at));
        let mut markets = Self {
            now: at,
            seed,
            tape,
            books,
            perps: perps.into(),
            ids: Ids::default(),
            counterparty: CounterpartyLedger::default(),
            ruleset: ruleset::CURRENT,
            rejections: Vec::new(),
            deadlines: BTreeSet::new(),
            events: Vec::new(),
            touched: BTreeSet::new(),
            noted: BTreeSet::new(),
        };
        for market in MarketId::all() {
            markets.show_beat(market);
            // No subscriber existed yet.
            markets.book_mut(market).fresh.clear();
        }
        markets
    }

    /// Adds the markets that a release of fewer markets did not have.
    pub(super) fn complete(&mut self) {
        let known = self.perps.len();
        if known >= Pair::ALL.len() {
            return;
        }
        self.tape.complete();
        // Spot markets come first.
        let futures = self.books.split_off(known.min(self.books.len()));
        let mut added = Vec::new();
        for pair in Pair::ALL.into_iter().skip(known) {
            let beat = self.tape.beat(pair);
            added.push(BookState::new(beat));
            self.perps.push(Perp::new(pair, beat, self.now));
        }
        self.books.extend(added.iter().cloned());
        self.books.extend(futures);
        self.books.extend(added);
    }

    pub(super) const fn seed(&self) -> u64 {
        self.seed
    }

    // `new` creates one book state per market number and one perpetual per pair number, so indexing cannot fail.

    pub(super) fn book(&self, market: MarketId) -> &BookState {
        &self.books[market.number()]
    }

    pub(super) fn book_mut(&mut self, market: MarketId) -> &mut BookState {
        &mut self.books[market.number()]
    }

    pub(super) fn perp(&self, pair: Pair) -> &Perp {
        &self.perps[pair.number()]
    }

    pub(super) fn perp_mut(&mut self, pair: Pair) -> &mut Perp {
        &mut self.perps[pair.number()]
    }

    pub(super) fn price(&self, market: MarketId) -> Decimal {
        to_tick(self.book(market).beat.price, market)
    }

    pub(super) fn mark(&self, pair: Pair) -> Decimal {
        self.perp(pair).mark
    }

    pub(super) fn mark_price(&self, pair: Pair) -> MarkPrice {
        let perp = self.perp(pair);
        MarkPrice {
            mark: perp.mark,
            index: self.price(MarketId::spot(pair)),
            funding_rate: funding_rate::rate(perp.premium),
            next_funding: perp.next_funding,
        }
    }

    /// The levels that a taker on `side` can execute against now, best first.
    pub(super) fn levels(&self, market: MarketId, side: Side) -> impl Iterator<Item = Level> + use<> {
        let book = self.book(market);
        Book::new(market, &book.beat, self.tape.book_key(market)).against(side, book.taken(side))
    }

    pub(super) fn book_ticker(&self, market: MarketId) -> BookTicker {
        let price = self.price(market);
        let best = |side| self.levels(market, side).next().unwrap_or(no_level(price));
        BookTicker { update_id: self.book(market).update_id, bid: best(Side::Sell), ask: best(Side::Buy) }
    }

    /// Applies the beat that the replay has just played: its trade, and a fresh book.
    pub(super) fn show_beat(&mut self, market: MarketId) {
        let beat = self.tape.beat(market.pair);
        self.show(market, beat);
        if beat.volume > 0 {
            let Level { price, amount } = traded(market, &beat);
            self.print_beat(market, price, amount, beat.buyer);
        }
    }

    /// Applies a price jump, which is a trade beside the beats.
    pub(super) fn show_jump(&mut self, market: MarketId, beat: Beat) {
        self.show(market, beat);
        if beat.volume > 0 {
            self.print_fill(market, traded(market, &beat), !beat.buyer);
        }
    }

    fn show(&mut self, market: MarketId, beat: Beat) {
        let book = self.book_mut(market);
        book.beat = beat;
        book.taken = (Decimal::ZERO, Decimal::ZERO);
        book.update_id += 1;
    }

    /// Executes a user's taker fill against the book. The liquidity is gone until the next beat, and the fill
    /// is published as a trade. Returns its id.
    pub(super) fn take(&mut self, market: MarketId, side: Side, level: Level) -> u64 {
        let book = self.book_mut(market);
        match side {
            Side::Buy => book.taken.0 += level.amount,
            Side::Sell => book.taken.1 += level.amount,
        }
        book.update_id += 1;
        self.touched.insert(market);
        self.print_fill(market, level, side == Side::Sell)
    }

    pub(super) fn print(&mut self, market: MarketId, trade: PublicTrade) {
        let book = self.book_mut(market);
        if book.trades.len() == TRADES {
            book.trades.pop_front();
        }
        book.trades.push_back(trade.clone());
        book.fresh.push(trade);
    }

    /// Generates a client id for an order without one: 22 letters and digits, as on Binance.
    pub(super) fn client_id(&self, order: u64) -> String {
        const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let letter = |place: u64| {
            let drawn = usize::try_from(noise(self.seed, &[0x1D, order, place]) % 62).unwrap_or(0);
            LETTERS.get(drawn).copied().map_or('0', char::from)
        };
        (0..22).map(letter).collect()
    }
}

/// The trade of a beat.
fn traded(market: MarketId, beat: &Beat) -> Level {
    let amount = Decimal::new(beat.volume, market.pair.volume_scale());
    Level { price: to_tick(beat.price, market), amount }
}

/// An empty level, for an exhausted side of the book.
const fn no_level(price: Decimal) -> Level {
    Level { price, amount: Decimal::ZERO }
}
