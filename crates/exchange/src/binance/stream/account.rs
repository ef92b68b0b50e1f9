//! User-data streams: futures over a listen key, spot over a signed subscription.

use super::{
    Pauses,
    algo_events::{RawAlgoChange, Stage},
    attempts::Purpose,
    events::{self, AccountChange, RawChange, UserStreamMessage},
    reload::Reload,
    socket::{Broken, Socket},
};
use crate::{
    AccountEvent, Credentials, ExchangeFailure, ExchangeResult, HoldingsChange, Trading, Urgency,
    binance::{
        Binance, BinanceState,
        call::Call,
        config::UserStream,
        failure::{self, ResponseVerdict, USUAL_WAIT},
        markets::Markets,
        num::plain,
        sign,
    },
};
use domain::{Decimal, Micros, Symbol, TradeType};
use serde::Deserialize;
use serde_json::json;
use std::{collections::HashMap, sync::Arc};
use tokio::{
    sync::mpsc::Sender,
    time::{Instant, interval_at},
};

/// How many triggered orders are remembered with the ids of their conditional orders.
const REMEMBERED: usize = 1_000;

/// The share of the keepalive interval after which a keepalive without an answer is repeated. A listen key lives for
/// two intervals.
const REPEATED: u32 = 10;

/// The request weight of a connection to the WebSocket API.
const CONNECTION: u32 = 2;

/// The path of the listen keys of futures.
const LISTEN_KEY: &str = "/fapi/v1/listenKey";

/// Why a connection, or the whole stream, has ended.
enum Ended {
    Broken,
    Unauthorized,
}

impl From<Broken> for Ended {
    fn from(_: Broken) -> Self {
        Self::Broken
    }
}

impl From<ExchangeFailure> for Ended {
    fn from(failure: ExchangeFailure) -> Self {
        if failure == ExchangeFailure::Unauthorized { Self::Unauthorized } else { Self::Broken }
    }
}

/// Streams until the receiver is dropped or the exchange rejects the key.
pub(in crate::binance) async fn run(
    binance: Binance,
    who: Credentials,
    kind: TradeType,
    events: Sender<AccountEvent>,
) {
    let mut pauses = Pauses::new(binance.shared.pacing);
    let work = async {
        loop {
            let ended = match connect(&binance, &who, kind).await {
                Ok(mut account) => {
                    let _ = events.send(AccountEvent::Connected).await;
                    pauses.reset();
                    let ended = account.relay(&events).await;
                    let _ = events.send(AccountEvent::Disconnected).await;
                    ended
                }
                Err(ended) => ended,
            };
            if let Ended::Unauthorized = ended {
                let _ = events.send(AccountEvent::Unauthorized).await;
                return;
            }
            tracing::info!(%kind, "user-data stream disconnected");
            tokio::time::sleep(pauses.next()).await;
        }
    };
    tokio::select! {
        () = work => {}
        () = events.closed() => {}
    }
}

/// A connected user-data stream.
struct AccountStream<'a> {
    binance: &'a Binance,
    who: &'a Credentials,
    kind: TradeType,
    socket: Socket,
    markets: Arc<Markets>,
    /// The listen key that the stream was opened with, which has to be kept alive.
    listen_key: Option<String>,
    /// Orders that resulted from conditional ones, with the client id and trigger price of those.
    became: HashMap<String, (String, Option<Decimal>)>,
}

async fn connect<'a>(
    binance: &'a Binance,
    who: &'a Credentials,
    kind: TradeType,
) -> Result<AccountStream<'a>, Ended> {
    let shared = &*binance.shared;
    let markets = shared.markets(kind).await?;
    let address = match kind {
        TradeType::Spot => &shared.addresses.spot,
        TradeType::Futures => &shared.addresses.futures,
    };
    let (socket, listen_key) = match &address.user {
        UserStream::InPath(base) => {
            let key = listen_key(shared, who).await?;
            shared.attempts.take(Purpose::Account).await;
            (Socket::connect(&format!("{base}/ws/{key}"), shared.pacing).await?, Some(key))
        }
        UserStream::InQuery(base) => {
            let key = listen_key(shared, who).await?;
            shared.attempts.take(Purpose::Account).await;
            (Socket::connect(&format!("{base}/ws?listenKey={key}"), shared.pacing).await?, Some(key))
        }
        UserStream::Signed(url) => (subscribe(shared, who, url).await?, None),
    };
    Ok(AccountStream { binance, who, kind, socket, markets, listen_key, became: HashMap::new() })
}

async fn listen_key(shared: &BinanceState, who: &Credentials) -> ExchangeResult<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Key {
        listen_key: String,
    }
    let call = Call::post(LISTEN_KEY, Urgency::Second).keyed(who);
    Ok(shared.api(TradeType::Futures).ask::<Key>(call).await?.listen_key)
}

/// Connects to Binance's WebSocket API and subscribes with a signature.
async fn subscribe(shared: &BinanceState, who: &Credentials, url: &str) -> Result<Socket, Ended> {
    #[derive(Deserialize)]
    struct Problem {
        code: i64,
    }
    #[derive(Deserialize)]
    struct Reply {
        status: u16,
        error: Option<Problem>,
    }
    shared.spot.admit(CONNECTION).await?;
    // Before the timestamp: a signature expires.
    shared.attempts.take(Purpose::Account).await;
    let timestamp = shared.spot.signing_time().await?.millis();
    let mut socket = Socket::connect(url, shared.pacing).await?;
    let params = sign::Params::default().with("timestamp", timestamp).with("apiKey", &who.api_key).sorted();
    let signature = sign::signature(who.secret(), &params.encode());
    let request = json!({
        "id": "subscribe",
        "method": "userDataStream.subscribe.signature",
        "params": { "apiKey": who.api_key, "timestamp": timestamp, "signature": signature },
    });
    socket.send(request.to_string()).await?;
    let text = socket.next().await?;
    let reply: Reply = serde_json::from_str(&text).map_err(|_| Broken)?;
    let wait = failure::ban_left(text.as_bytes(), shared.clock.now()).unwrap_or(USUAL_WAIT);
    match reply {
        Reply { status: 200, .. } => Ok(socket),
        Reply { status, error: Some(problem) } => match failure::by_code(problem.code, "", wait) {
            ResponseVerdict::Failed(failure) => {
                // An overloaded exchange (-1008) limits no address.
                if let ExchangeFailure::Limited(wait) = failure
                    && matches!(status, 418 | 429)
                {
                    shared.spot.block(wait);
                }
                Err(failure.into())
            }
            // The next attempt would be signed with the same wrong time.
            ResponseVerdict::ClockSkew(_) => {
                shared.spot.measure_clock().await?;
                Err(Ended::Broken)
            }
            ResponseVerdict::Success => Err(Ended::Broken),
        },
        Reply { .. } => Err(Ended::Broken),
    }
}

impl AccountStream<'_> {
    /// Forwards events until the connection ends.
    async fn relay(&mut self, events: &Sender<AccountEvent>) -> Ended {
        let every = self.binance.shared.pacing.keepalive;
        let mut keepalive = interval_at(Instant::now() + every, every);
        let mut reload = Reload::new();
        loop {
            let text = tokio::select! {
                text = self.socket.next() => match text {
                    Ok(text) => text,
                    Err(broken) => return broken.into(),
                },
                _ = keepalive.tick() => match self.keep_alive().await {
                    Ok(true) => continue,
                    // A lapsed key is renewed by reconnecting.
                    Ok(false) => return Ended::Broken,
                    Err(failure) if failure.passing() => {
                        keepalive.reset_after(every / REPEATED);
                        continue;
                    }
                    Err(failure) => return failure.into(),
                },
                () = reload.due() => {
                    reload.done(Instant::now());
                    let _ = events.send(AccountEvent::Connected).await;
                    continue;
                }
            };
            match events::account(&text) {
                UserStreamMessage::Expired => return Ended::Broken,
                UserStreamMessage::Unreadable => {
                    tracing::warn!(kind = %self.kind, "could not read a message of a user-data stream; the account is reloaded");
                    reload.plan(Instant::now());
                }
                message => {
                    for event in self.understand(message).await {
                        let _ = events.send(event).await;
                    }
                }
            }
        }
    }

    /// Renews the listen key, which is found by its owner. Returns `false` if the account has another one now, so that
    /// this stream receives nothing any more.
    async fn keep_alive(&self) -> ExchangeResult<bool> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Renewed {
            listen_key: Option<String>,
        }
        let Some(key) = &self.listen_key else { return Ok(true) };
        let call = Call::put(LISTEN_KEY).keyed(self.who);
        let renewed: Renewed = self.binance.shared.api(TradeType::Futures).ask(call).await?;
        Ok(renewed.listen_key.is_none_or(|renewed| renewed == *key))
    }

    async fn understand(&mut self, message: UserStreamMessage) -> Vec<AccountEvent> {
        match message {
            UserStreamMessage::Order(change) => self.order(*change).into_iter().collect(),
            UserStreamMessage::Algo(change, at) => self.algo(*change, at).await.into_iter().collect(),
            UserStreamMessage::Account { balance, markets, settings, change: update } => {
                let positions: Vec<Symbol> = markets.iter().filter_map(|name| self.symbol(name)).collect();
                let changed: Vec<Symbol> = if settings { positions.clone() } else { Vec::new() };
                let change = update.map(|update| self.change(*update));
                let account = AccountEvent::Account { balance, positions, change };
                std::iter::once(account)
                    .chain(changed.into_iter().map(|symbol| AccountEvent::Settings(symbol, None)))
                    .collect()
            }
            UserStreamMessage::Leverage(name, leverage) => {
                let settings = |symbol| AccountEvent::Settings(symbol, leverage);
                self.symbol(&name).map(settings).into_iter().collect()
            }
            UserStreamMessage::Expired | UserStreamMessage::Unreadable | UserStreamMessage::Nothing => {
                Vec::new()
            }
        }
    }

    fn change(&self, update: AccountChange) -> HoldingsChange {
        let held = update.positions.iter().filter_map(|row| row.held(&self.markets)).collect();
        let wallets = update.wallets.into_iter().map(|w| (w.asset, plain(w.balance))).collect();
        HoldingsChange { wallets, held }
    }

    fn symbol(&self, name: &str) -> Option<Symbol> {
        self.markets.named(name).cloned()
    }

    fn order(&mut self, change: RawChange) -> Option<AccountEvent> {
        let symbol = self.symbol(&change.s)?;
        let fill = change.fill(&symbol);
        let mut order = change.into_order(symbol);
        if let Some((client_order_id, trigger)) = self.became.get(&order.id) {
            order.client_order_id.clone_from(client_order_id);
            order.stop_price = trigger.or(order.stop_price);
        }
        if order.is_final() {
            self.became.remove(&order.id);
        }
        Some(AccountEvent::Order(Box::new(order), fill))
    }

    /// Processes a change of a conditional order. It is forwarded while the order waits. Once triggered, the
    /// resulting order sends its own events, which are reported under the old client id. When it ends it is
    /// queried once more, in case its first events arrived before that id was known.
    async fn algo(&mut self, change: RawAlgoChange, at: Micros) -> Option<AccountEvent> {
        let symbol = self.symbol(&change.s)?;
        match change.stage() {
            Stage::Waiting => Some(AccountEvent::Order(Box::new(change.into_order(symbol, at)), None)),
            Stage::Working => {
                self.remember(&change);
                None
            }
            Stage::Ended => {
                match self.binance.find_order(self.who, self.kind, &symbol, &change.caid, true).await {
                    Ok(order) => order.map(|order| AccountEvent::Order(Box::new(order), None)),
                    // An event was missed, so the account has to be reloaded.
                    Err(_) => Some(AccountEvent::Connected),
                }
            }
        }
    }

    /// Bounded: an id forgotten here is recovered by querying, as at every reconnect.
    fn remember(&mut self, change: &RawAlgoChange) {
        let Some(actual) = change.ai.known() else { return };
        if self.became.len() >= REMEMBERED {
            self.became.clear();
        }
        self.became.insert(actual.to_owned(), (change.caid.clone(), change.trigger()));
    }
}
