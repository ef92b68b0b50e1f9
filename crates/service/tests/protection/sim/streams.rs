//! Account streams: they send order and account updates, and can be silently dead.

use super::book::{Book, btc};
use domain::Decimal;
use exchange::{AccountEvent, HeldPosition, HoldingsChange};
use tokio::sync::mpsc;

/// The subscribers of the account stream.
#[derive(Default)]
pub(crate) struct Streams {
    listeners: Vec<mpsc::Sender<AccountEvent>>,
    /// Connected, but no events arrive.
    pub(super) dead: bool,
    position: Option<Decimal>,
}

impl Streams {
    pub(crate) fn listen(&mut self) -> mpsc::Receiver<AccountEvent> {
        let (sender, receiver) = mpsc::channel(1_000);
        drop(sender.try_send(AccountEvent::Connected));
        self.listeners.push(sender);
        receiver
    }

    /// Sends the changes since the last call.
    pub(super) fn send(&mut self, book: &mut Book) {
        let changed = std::mem::take(&mut book.changed);
        let mut events: Vec<AccountEvent> = changed
            .iter()
            .filter_map(|id| book.orders.iter().rfind(|r| r.order.client_order_id == *id))
            .map(|resting| AccountEvent::Order(Box::new(resting.order.clone()), None))
            .collect();
        if self.position.replace(book.position).is_some_and(|before| before != book.position) {
            let held = HeldPosition {
                symbol: btc(),
                amount: book.position,
                unrealized_pnl: Decimal::ZERO,
                position_side: book.slot(),
                entry_price: None,
            };
            let wallets = [("USDT".to_owned(), book.wallet)].into();
            let change = Some(HoldingsChange { wallets, held: vec![held] });
            events.push(AccountEvent::Account { balance: None, positions: vec![btc()], change });
        }
        self.listeners.retain(|listener| !listener.is_closed());
        if self.dead {
            return;
        }
        for listener in &self.listeners {
            for event in &events {
                drop(listener.try_send(event.clone()));
            }
        }
    }
}
