//! One tab's stream: the markets and account it subscribed to, and its events in order.

use super::{AccountFeed, News, market_feed::MarketFeed, portfolio_feed::PortfolioFeed};
use crate::{
    actor::Actor,
    error::Result,
    trading::{SharedTrading, market},
};
use domain::{
    ExchangeKeyId, Symbol, TradeType,
    live::{ClientMessage, LiveEvent, LiveMessage, Results},
};
use futures::{StreamExt as _, stream::SelectAll};
use std::sync::Arc;
use tokio::sync::{
    broadcast::{self, error::RecvError},
    mpsc,
};
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

/// Messages that may wait for a slow tab before it is dropped.
const QUEUE: usize = 256;
/// Largest number of markets per tab.
const MOST_SYMBOLS: usize = 8;
/// If more events than this were missed, the tab receives a reload request instead.
const MOST_MISSED: i64 = 200;

type Feed = BroadcastStream<LiveMessage>;

/// Attaches one tab. Messages are boxed, because a channel reserves room for some dozens of them, for each of
/// thousands of tabs. Without an actor it only receives prices. The stream ends when either end is dropped.
#[must_use]
pub fn attach(
    desk: SharedTrading,
    actor: Option<Actor>,
) -> (mpsc::Sender<Box<ClientMessage>>, mpsc::Receiver<Box<LiveMessage>>) {
    let (to_us, from_tab) = mpsc::channel(16);
    let (to_tab, from_us) = mpsc::channel(QUEUE);
    let (markets, feeds) = (Vec::new(), SelectAll::new());
    let results = Results::default();
    let tab = Tab { desk, actor, to_tab, seen: 0, markets, account: None, portfolio: None, feeds, results };
    tokio::spawn(tab.run(from_tab));
    (to_us, from_us)
}

struct Tab {
    desk: SharedTrading,
    actor: Option<Actor>,
    to_tab: mpsc::Sender<Box<LiveMessage>>,
    seen: i64,
    // Held to keep their upstreams alive.
    markets: Vec<Arc<MarketFeed>>,
    account: Option<Arc<AccountFeed>>,
    portfolio: Option<Arc<PortfolioFeed>>,
    feeds: SelectAll<Feed>,
    /// The fills of orders whose events the tab has received.
    results: Results,
}

/// The tab is gone, or too slow to be served.
struct Gone;

impl Tab {
    async fn run(mut self, mut from_tab: mpsc::Receiver<Box<ClientMessage>>) {
        let mut news = self.desk.hub.subscribe();
        loop {
            // Boxed futures exist only while they run; inline, they would be most of the memory of an idle tab.
            let step = tokio::select! {
                message = from_tab.recv() => match message {
                    Some(message) => Box::pin(self.watch(*message)).await,
                    None => Err(Gone),
                },
                Some(item) = self.feeds.next() => self.pass_on(item),
                received = news.recv() => Box::pin(self.on_news(received)).await,
                () = self.to_tab.closed() => Err(Gone),
            };
            if step.is_err() {
                return;
            }
        }
    }

    async fn watch(&mut self, message: ClientMessage) -> std::result::Result<(), Gone> {
        let ClientMessage::Watch { symbols, account, after } = message else { return self.watch_portfolio() };
        if let Some(feed) = self.portfolio.take() {
            // The tab asks for it again right after this message.
            feed.linger();
        }
        self.feeds = SelectAll::new();
        self.markets.clear();
        self.greet(after).await?;
        for symbol in symbols.into_iter().take(MOST_SYMBOLS) {
            // A market that does not exist has no feed; the page has already reported it.
            if market::find_market(&self.desk, TradeType::Futures, &symbol).await.is_ok() {
                let feed = self.desk.hub.market(&self.desk, &symbol);
                self.follow(feed.watch())?;
                self.markets.push(feed);
            }
        }
        self.account = self.account_feed(account).await.unwrap_or_else(|error| {
            tracing::info!(%error, "could not open the user-data stream");
            None
        });
        match self.account.clone() {
            Some(feed) => self.follow(feed.watch()),
            None => Ok(()),
        }
    }

    /// Follows the positions of all the user's accounts. Without a user there are none.
    fn watch_portfolio(&mut self) -> std::result::Result<(), Gone> {
        let Some(user) = self.actor.as_ref().map(|actor| actor.user) else { return Ok(()) };
        // A repeated request changes nothing.
        if self.portfolio.is_some() {
            return Ok(());
        }
        let feed = self.desk.hub.portfolio(&self.desk, user);
        self.portfolio = Some(Arc::clone(&feed));
        self.follow(feed.watch())
    }

    async fn account_feed(
        &self,
        wanted: Option<(ExchangeKeyId, Symbol)>,
    ) -> Result<Option<Arc<AccountFeed>>> {
        let (Some(actor), Some((id, symbol))) = (&self.actor, wanted) else { return Ok(None) };
        let row = crate::trading::key::find_key(&self.desk, actor, id).await?;
        market::find_market(&self.desk, row.key.trade_type, &symbol).await?;
        self.desk.hub.account(&self.desk, &row, &symbol).map(Some)
    }

    /// Sends the current event sequence number, then replays the events that the tab missed.
    async fn greet(&mut self, after: Option<i64>) -> std::result::Result<(), Gone> {
        let Some(actor) = &self.actor else { return self.send(LiveMessage::Hello { seq: 0 }) };
        let last = store::event::last_seq(&self.desk.db, actor.user).await.unwrap_or(0);
        self.seen = after.unwrap_or(last).clamp(0, last);
        self.send(LiveMessage::Hello { seq: self.seen })?;
        self.send_news().await
    }

    async fn on_news(&mut self, news: std::result::Result<News, RecvError>) -> std::result::Result<(), Gone> {
        let mine = match (news, &self.actor) {
            (Err(RecvError::Closed), _) => return Err(Gone),
            (_, None) => false,
            (Ok(News::Of(user)), Some(actor)) => user == actor.user,
            (Ok(News::All) | Err(RecvError::Lagged(_)), Some(_)) => true,
        };
        if mine { self.send_news().await } else { Ok(()) }
    }

    async fn send_news(&mut self) -> std::result::Result<(), Gone> {
        let Some(actor) = &self.actor else { return Ok(()) };
        // If the database fails, the next notice retries.
        let Ok(rows) = store::event::after(&self.desk.db, actor.user, self.seen, MOST_MISSED + 1).await
        else {
            return Ok(());
        };
        if i64::try_from(rows.len()).unwrap_or(i64::MAX) > MOST_MISSED {
            self.seen = rows.last().map_or(self.seen, |row| row.seq);
            return self.send(LiveMessage::Reload);
        }
        let read = rows.iter().filter_map(|row| Some((row.seq, row.body.value().ok()?)));
        let mut events: Vec<(i64, LiveEvent)> = read.collect();
        let shown = events.iter_mut().map(|(_, event)| event).collect();
        market::round_averages(&self.desk, shown).await;
        for (seq, event) in events {
            let result = self.results.add(&event);
            self.send(LiveMessage::Happened { seq, event, result })?;
        }
        self.seen = rows.last().map_or(self.seen, |row| row.seq);
        Ok(())
    }

    fn follow(
        &mut self,
        (first, receiver): (Vec<LiveMessage>, broadcast::Receiver<LiveMessage>),
    ) -> std::result::Result<(), Gone> {
        self.feeds.push(BroadcastStream::new(receiver));
        first.into_iter().try_for_each(|message| self.send(message))
    }

    fn pass_on(
        &self,
        item: std::result::Result<LiveMessage, BroadcastStreamRecvError>,
    ) -> std::result::Result<(), Gone> {
        match item {
            Ok(message) => self.send(message),
            // The tab fell behind: the current state replaces the messages it missed.
            Err(BroadcastStreamRecvError::Lagged(_)) => {
                let account = self.account.iter().flat_map(|feed| feed.present());
                let account = account.chain(self.portfolio.iter().flat_map(|feed| feed.present()));
                self.markets
                    .iter()
                    .flat_map(|feed| feed.present())
                    .chain(account)
                    .try_for_each(|m| self.send(m))
            }
        }
    }

    fn send(&self, message: LiveMessage) -> std::result::Result<(), Gone> {
        self.to_tab.try_send(Box::new(message)).map_err(|_| Gone)
    }
}
