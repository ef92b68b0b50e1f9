//! Live prices and account events for the pages' streams: one upstream per market and account, any number of
//! viewers.

mod account_feed;
mod event_feed;
mod feeds;
mod market_feed;
mod portfolio_feed;
mod socket;

pub(crate) use account_feed::AccountFeed;
pub use event_feed::{MOST_EVENTS, follow_events, list_events};
pub(crate) use market_feed::MarketFeed;
pub use portfolio_feed::{OpenAccount, list_open};
pub use socket::attach;

use crate::{
    error::Result,
    trading::{SharedTrading, Trading},
};
use domain::{Decimal, ExchangeKeyId, Micros, Symbol, Ticker, UserId};
use feeds::{BACKLOG, locked};
use portfolio_feed::PortfolioFeed;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, Weak},
};
use store::event::ListenerMessage;
use tokio::sync::broadcast;

/// Registry of live feeds, shared by all viewers. A feed ends when its last holder drops it.
pub struct Hub {
    markets: Mutex<HashMap<Symbol, Weak<MarketFeed>>>,
    accounts: Mutex<HashMap<(ExchangeKeyId, Symbol), Weak<AccountFeed>>>,
    portfolios: Mutex<HashMap<UserId, Weak<PortfolioFeed>>>,
    kept: Mutex<Vec<Arc<MarketFeed>>>,
    news: broadcast::Sender<News>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            markets: Mutex::default(),
            accounts: Mutex::default(),
            portfolios: Mutex::default(),
            kept: Mutex::default(),
            news: broadcast::channel(BACKLOG).0,
        }
    }
}

impl Hub {
    /// Returns the last pushed ticker if it was pushed at `since` or later.
    pub(crate) fn ticker(&self, symbol: &Symbol, since: Micros) -> Option<Ticker> {
        let feed = locked(&self.markets).get(symbol)?.upgrade()?;
        feed.ticker().filter(|t| t.at >= since)
    }

    /// Returns the last pushed mark price of a market, while prices arrive.
    pub(crate) fn mark(&self, symbol: &Symbol) -> Option<Decimal> {
        let feed = locked(&self.markets).get(symbol)?.upgrade()?;
        feed.mark()
    }

    /// Returns the feed of a market, starting it if needed. The market must exist.
    pub(crate) fn market(&self, desk: &SharedTrading, symbol: &Symbol) -> Arc<MarketFeed> {
        let mut markets = locked(&self.markets);
        markets.retain(|_, feed| feed.strong_count() > 0);
        let place = markets.entry(symbol.clone()).or_default();
        place.upgrade().unwrap_or_else(|| {
            let feed = MarketFeed::start(desk, symbol.clone());
            *place = Arc::downgrade(&feed);
            feed
        })
    }

    /// Returns the feed of one market of one account, starting it if needed.
    pub(crate) fn account(
        &self,
        desk: &SharedTrading,
        row: &store::key::KeyRow,
        symbol: &Symbol,
    ) -> Result<Arc<AccountFeed>> {
        let mut accounts = locked(&self.accounts);
        accounts.retain(|_, feed| feed.strong_count() > 0);
        let place = accounts.entry((row.key.id, symbol.clone())).or_default();
        if let Some(feed) = place.upgrade() {
            return Ok(feed);
        }
        let feed = AccountFeed::start(desk, row, symbol.clone())?;
        *place = Arc::downgrade(&feed);
        Ok(feed)
    }

    /// Returns the feed of all of a user's accounts, starting it if needed.
    pub(crate) fn portfolio(&self, desk: &SharedTrading, user: UserId) -> Arc<PortfolioFeed> {
        let mut portfolios = locked(&self.portfolios);
        portfolios.retain(|_, feed| feed.strong_count() > 0);
        let place = portfolios.entry(user).or_default();
        place.upgrade().unwrap_or_else(|| {
            let feed = PortfolioFeed::start(desk, user);
            *place = Arc::downgrade(&feed);
            feed
        })
    }

    /// Asks the feeds of users with this account to read a market again, or all of them.
    fn refresh_portfolios(&self, key: ExchangeKeyId, symbol: Option<&Symbol>) {
        let feeds = locked(&self.portfolios);
        feeds.values().filter_map(Weak::upgrade).for_each(|feed| feed.request_refresh(key, symbol));
    }

    /// Asks an account's feed, if there is one, to read its state again.
    pub(crate) fn request_refresh(&self, key: ExchangeKeyId, symbol: &Symbol) {
        self.refresh_portfolios(key, Some(symbol));
        if let Some(feed) = locked(&self.accounts).get(&(key, symbol.clone())).and_then(Weak::upgrade) {
            feed.request_refresh();
        }
    }

    /// Does the same as [`Hub::request_refresh`] for every market of an account.
    pub(crate) fn request_refresh_of_key(&self, key: ExchangeKeyId) {
        self.refresh_portfolios(key, None);
        let accounts = locked(&self.accounts);
        accounts
            .iter()
            .filter(|(place, _)| place.0 == key)
            .filter_map(|(_, feed)| feed.upgrade())
            .for_each(|f| f.request_refresh());
    }

    /// Time of the last price on the markets that always stream.
    pub(crate) fn last_price_at(&self) -> Option<Micros> {
        locked(&self.kept).iter().filter_map(|feed| feed.last_price_at()).max()
    }

    fn subscribe(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }
}

/// Keeps the front page's market streaming even without viewers.
///
/// # Errors
/// If the exchange has no such market or cannot be reached.
pub async fn keep_streaming(desk: &SharedTrading, symbol: &Symbol) -> Result<()> {
    crate::trading::market::find_market(desk, domain::TradeType::Futures, symbol).await?;
    let feed = desk.hub.market(desk, symbol);
    locked(&desk.hub.kept).push(feed);
    Ok(())
}

/// The users whose tabs should check for new events.
#[derive(Clone, Copy)]
enum News {
    Of(UserId),
    /// Everyone: some events may have been missed.
    All,
}

/// Forwards notices of events written by any instance to this instance's tabs, until the database is closed.
///
/// # Errors
/// If the database cannot be listened to.
pub async fn listen(desk: &Trading) -> Result<()> {
    let mut listener = store::event::listen(&desk.db).await?;
    while let Some(received) = listener.next().await {
        let news = match received {
            ListenerMessage::Event(appended) => News::Of(appended.user),
            ListenerMessage::Gap => News::All,
        };
        // An error only means that no tab is attached.
        let _ = desk.hub.news.send(news);
    }
    Ok(())
}
