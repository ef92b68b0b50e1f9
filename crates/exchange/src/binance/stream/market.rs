//! Prices and candles of futures markets over one combined stream.

use super::{
    Pauses,
    attempts::Purpose,
    prices::{self, Wanted},
    socket::{Broken, Socket},
};
use crate::{MarketEvent, binance::BinanceState};
use domain::Symbol;
use std::{collections::HashMap, sync::Arc};
use tokio::sync::mpsc::Sender;

/// Streams until the receiver is dropped.
pub(in crate::binance) async fn run(
    shared: Arc<BinanceState>,
    symbols: Vec<Symbol>,
    events: Sender<MarketEvent>,
) {
    if symbols.is_empty() {
        return;
    }
    let url = address(&shared.addresses.futures.market, &symbols);
    let wanted: Wanted = symbols.into_iter().map(|symbol| (symbol.joined(), symbol)).collect();
    let mut pauses = Pauses::new(shared.pacing);
    let work = async {
        loop {
            shared.attempts.take(Purpose::Market).await;
            if let Ok(socket) = Socket::connect(&url, shared.pacing).await {
                let _ = events.send(MarketEvent::Connected).await;
                let Broken = relay(socket, &wanted, &events, &mut pauses).await;
                tracing::info!("market stream disconnected");
                let _ = events.send(MarketEvent::Disconnected).await;
            }
            tokio::time::sleep(pauses.next()).await;
        }
    };
    tokio::select! {
        () = work => {}
        () = events.closed() => {}
    }
}

async fn relay(
    mut socket: Socket,
    wanted: &HashMap<String, Symbol>,
    events: &Sender<MarketEvent>,
    pauses: &mut Pauses,
) -> Broken {
    loop {
        match socket.next().await {
            Ok(text) => {
                // A stream that has delivered a message was healthy, so the next reconnect starts with the
                // short pause again.
                pauses.reset();
                if let Some(event) = prices::market(&text, wanted) {
                    let _ = events.send(event).await;
                }
            }
            Err(broken) => return broken,
        }
    }
}

fn address(base: &str, symbols: &[Symbol]) -> String {
    let streams: Vec<String> = symbols
        .iter()
        .map(|symbol| symbol.joined().to_lowercase())
        .map(|s| format!("{s}@ticker/{s}@markPrice@1s/{s}@kline_1m"))
        .collect();
    format!("{base}/stream?streams={}", streams.join("/"))
}
