//! The prices that trailing stops follow: what the market's stream has sent since the last round, and the current price.

use crate::{
    error::Result,
    trading::{SharedTrading, Trading, live::MarketFeed, market},
};
use domain::{Decimal, Symbol, TradeType, live::LiveMessage, trade::PriceSource};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};
use store::automation::ActiveAutomation;
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

/// The prices of a market since the last round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) low: Decimal,
    pub(super) high: Decimal,
    /// The current price.
    pub(super) now: Decimal,
}

/// The prices of the markets with trailing stops.
pub(super) struct Prices(HashMap<Place, Seen>);

/// A market, and the one of its prices that triggers stops.
type Place = (TradeType, Symbol, PriceSource);

/// The streams of these markets. They stay open while there are trailing stops.
#[derive(Default)]
pub(super) struct Feeds(HashMap<Symbol, Feed>);

struct Feed {
    /// Keeps the stream open.
    _market: Arc<MarketFeed>,
    messages: Receiver<LiveMessage>,
    last: Option<(Decimal, Decimal)>,
    mark: Option<(Decimal, Decimal)>,
}

impl Prices {
    /// Reads the prices that the trailing stops of these trades follow. A price that cannot be read is left out.
    pub(super) async fn read(
        desk: &SharedTrading,
        rows: &[ActiveAutomation],
        feeds: Option<&mut Feeds>,
    ) -> Self {
        let trailing = rows.iter().filter(|row| row.trailing_percent.is_some());
        let wanted: BTreeSet<Place> = trailing.map(place_of).collect();
        let mut ranges = HashMap::new();
        if let Some(feeds) = feeds {
            feeds.keep_open(desk, &wanted);
            ranges = feeds.drain();
        }
        let mut prices = HashMap::new();
        for place in wanted {
            match current(desk, &place).await {
                Ok(now) => {
                    let (low, high) = ranges.get(&place).copied().unwrap_or((now, now));
                    prices.insert(place, Seen { low: low.min(now), high: high.max(now), now });
                }
                Err(error) => tracing::debug!(symbol = %place.1, %error, "could not read a price"),
            }
        }
        Self(prices)
    }

    /// Returns the prices that a trade follows; `None` if they could not be read.
    pub(super) fn of(&self, row: &ActiveAutomation) -> Option<Seen> {
        self.0.get(&place_of(row)).copied()
    }
}

fn place_of(row: &ActiveAutomation) -> Place {
    (row.trade_type, row.symbol.clone(), row.price_source)
}

async fn current(desk: &Trading, (kind, symbol, source): &Place) -> Result<Decimal> {
    match source {
        PriceSource::Last => market::last_price(desk, *kind, symbol).await,
        PriceSource::Mark => match desk.hub.mark(symbol) {
            Some(price) => Ok(price),
            None => Ok(desk.exchange.mark_price(TradeType::Futures, symbol).await?),
        },
    }
}

impl Feeds {
    /// Opens the streams of these markets, and closes all others.
    fn keep_open(&mut self, desk: &SharedTrading, wanted: &BTreeSet<Place>) {
        // Streams are those of futures. The prices of spot are read once a round.
        let streamed = || wanted.iter().filter(|(kind, ..)| *kind == TradeType::Futures);
        self.0.retain(|symbol, _| streamed().any(|(_, kept, _)| kept == symbol));
        for (_, symbol, _) in streamed() {
            self.0.entry(symbol.clone()).or_insert_with(|| Feed::open(desk, symbol));
        }
    }

    /// Returns the lowest and the highest prices since the last call.
    fn drain(&mut self) -> HashMap<Place, (Decimal, Decimal)> {
        let mut ranges = HashMap::new();
        for (symbol, feed) in &mut self.0 {
            feed.receive();
            let place = |source| (TradeType::Futures, symbol.clone(), source);
            let last = feed.last.take().map(|range| (place(PriceSource::Last), range));
            let mark = feed.mark.take().map(|range| (place(PriceSource::Mark), range));
            ranges.extend(last.into_iter().chain(mark));
        }
        ranges
    }
}

impl Feed {
    fn open(desk: &SharedTrading, symbol: &Symbol) -> Self {
        let market = desk.hub.market(desk, symbol);
        let (_, messages) = market.watch();
        Self { _market: market, messages, last: None, mark: None }
    }

    fn receive(&mut self) {
        loop {
            match self.messages.try_recv() {
                Ok(LiveMessage::Price(ticker)) => self.last = Some(widened(self.last, ticker.last)),
                Ok(LiveMessage::Mark { price, .. }) => self.mark = Some(widened(self.mark, price)),
                // Of those that were missed, the newest ones follow.
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }
}

fn widened(range: Option<(Decimal, Decimal)>, price: Decimal) -> (Decimal, Decimal) {
    range.map_or((price, price), |(low, high)| (low.min(price), high.max(price)))
}
