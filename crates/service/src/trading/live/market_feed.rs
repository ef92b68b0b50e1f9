//! Feed of one market's prices, from one upstream to all viewers.

use super::feeds::{BACKLOG, locked};
use crate::trading::SharedTrading;
use domain::{Candle, Decimal, Micros, Symbol, Ticker, live::LiveMessage};
use exchange::MarketEvent;
use std::sync::{Arc, Mutex, Weak};
use tokio::sync::broadcast;

/// The latest data of a market, and its viewers.
pub(crate) struct MarketFeed {
    symbol: Symbol,
    latest: Mutex<Latest>,
    viewers: broadcast::Sender<LiveMessage>,
}

#[derive(Default)]
struct Latest {
    live: bool,
    ticker: Option<Ticker>,
    mark: Option<Decimal>,
    candle: Option<Candle>,
    /// Time of the last price.
    last_price_at: Option<Micros>,
}

impl MarketFeed {
    /// Starts the upstream. It ends when the last holder drops the feed.
    pub(super) fn start(desk: &SharedTrading, symbol: Symbol) -> Arc<Self> {
        let feed = Arc::new(Self {
            symbol: symbol.clone(),
            latest: Mutex::default(),
            viewers: broadcast::channel(BACKLOG).0,
        });
        let mut events = desk.exchange.market_stream(vec![symbol]);
        let (weak, clock): (Weak<Self>, _) = (Arc::downgrade(&feed), Arc::clone(&desk.clock));
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                let Some(feed) = weak.upgrade() else { break };
                feed.take(event, clock.now());
            }
        });
        feed
    }

    /// Returns the current state as messages, and a receiver for all later ones.
    pub(crate) fn watch(&self) -> (Vec<LiveMessage>, broadcast::Receiver<LiveMessage>) {
        let receiver = self.viewers.subscribe();
        (self.present(), receiver)
    }

    /// Returns the current state as messages.
    pub(super) fn present(&self) -> Vec<LiveMessage> {
        let latest = locked(&self.latest);
        let symbol = || self.symbol.clone();
        let mut all = vec![LiveMessage::Upstream { live: latest.live }];
        all.extend(latest.ticker.clone().map(LiveMessage::Price));
        all.extend(latest.mark.map(|price| LiveMessage::Mark { symbol: symbol(), price }));
        all.extend(latest.candle.map(|candle| LiveMessage::Candle { symbol: symbol(), candle }));
        all
    }

    pub(super) fn ticker(&self) -> Option<Ticker> {
        locked(&self.latest).ticker.clone()
    }

    /// The last mark price, while prices arrive.
    pub(super) fn mark(&self) -> Option<Decimal> {
        let latest = locked(&self.latest);
        latest.mark.filter(|_| latest.live)
    }

    /// Time of the last price.
    pub(super) fn last_price_at(&self) -> Option<Micros> {
        locked(&self.latest).last_price_at
    }

    fn take(&self, event: MarketEvent, now: Micros) {
        let message = {
            let mut latest = locked(&self.latest);
            // Connection events do not count as prices, so that a reconnect loop does not count as alive.
            if !matches!(event, MarketEvent::Connected | MarketEvent::Disconnected) {
                latest.last_price_at = Some(now);
            }
            match event {
                MarketEvent::Connected => {
                    latest.live = true;
                    LiveMessage::Upstream { live: true }
                }
                MarketEvent::Disconnected => {
                    latest.live = false;
                    // After an outage it is old, and a trailing stop must not take it for a peak.
                    latest.mark = None;
                    LiveMessage::Upstream { live: false }
                }
                MarketEvent::Ticker(ticker) => {
                    latest.ticker = Some(ticker.clone());
                    LiveMessage::Price(ticker)
                }
                MarketEvent::Mark { symbol, price, .. } => {
                    latest.mark = Some(price);
                    LiveMessage::Mark { symbol, price }
                }
                MarketEvent::Candle { symbol, candle, .. } => {
                    latest.candle = Some(candle);
                    LiveMessage::Candle { symbol, candle }
                }
            }
        };
        // An error only means that there are no viewers.
        let _ = self.viewers.send(message);
    }
}
