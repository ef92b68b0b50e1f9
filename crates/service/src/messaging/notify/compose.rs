//! Composes messages from events: what a trader wants to see at a glance, with the current names of keys and
//! strategies.

mod content;

pub(super) use content::unreadable;

use super::{
    content::Content,
    event::{Closed, ForeignFill, NotificationEvent, Ordered},
    plain::shown,
    result::{in_r, result_text},
    words::{EN, Words, fill},
};
use crate::{
    error::{Error, Result},
    messaging::Messaging,
    platform::time_zone::{self, Zone},
};
use content::{Item, alone, together};
use domain::{
    AccountMode, CopyId, ExchangeKeyId, Micros, Side, UserId,
    account::Credential,
    copy::{Reason, Status},
    figures,
    live::RightsChange,
    notification::Topic,
};
use std::collections::HashMap;
use store::{copy::CopyTrade, notice::Notice};

/// Maximum number of a user's copies of one signal that are read for a message.
const MOST_COPIES: i64 = 2_000;

/// Composes one message from the waiting notices of a group and their events.
pub(super) async fn compose(
    desk: &Messaging,
    user: UserId,
    events: &[(&Notice, NotificationEvent)],
) -> Result<Content> {
    let mut composer =
        Composer { desk, words: &EN, zone: time_zone::zone_of(desk, user).await?, keys: HashMap::new() };
    let mut items = Vec::new();
    let mut copy = None;
    for (notice, event) in events {
        copy = copy.or(event.copy());
        items.push(composer.item(event, notice.at).await?);
    }
    let topic = events.first().and_then(|(_, event)| event.kind().topic());
    let left_out = match copy {
        Some(copy) if matches!(topic, Some(Topic::NewOrder)) => composer.left_out(user, copy).await?,
        _ => Vec::new(),
    };
    let content = match (items.as_slice(), left_out.is_empty()) {
        ([one], true) => alone(desk, composer.words, one),
        (all, _) => together(desk, composer.words, all, &left_out),
    };
    let alarm = events.iter().any(|(_, event)| event.kind().is_security());
    Ok(Content { topic, alarm, ..content })
}

/// A change of credentials.
fn credential(words: &Words, what: Credential, name: &str, base: &str) -> Item {
    let (title, why) = match what {
        Credential::KeyConnected => (words.key_connected, words.key_connected_why),
        Credential::KeyRenewed => (words.key_renewed, words.key_renewed_why),
        Credential::KeyDeleted => (words.key_deleted, words.key_deleted_why),
        Credential::ClientCreated => (words.client_created, words.client_created_why),
        Credential::ClientRevoked => (words.client_revoked, words.client_revoked_why),
        Credential::HookRotated => (words.hook_rotated, words.hook_rotated_why),
        Credential::HookClosed => (words.hook_closed, words.hook_closed_why),
        Credential::ChatLinked => (words.chat_linked, words.chat_linked_why),
        Credential::PlanChanged => (words.plan_changed, words.plan_changed_why),
        Credential::Frozen => (words.frozen, words.frozen_why),
    };
    warning(fill(title, &[&shown(name)]), fill(why, &[base]), vec![])
}

fn warning(title: String, why: String, facts: Vec<(&'static str, String)>) -> Item {
    Item { brief: title.clone(), title, why: Some(why), facts }
}

/// Title and text of a change of a key's permissions.
const fn rights_changed(words: &Words, change: RightsChange) -> (&'static str, &'static str) {
    match change {
        RightsChange::WithdrawGained => (words.withdraw_gained, words.withdraw_gained_why),
        RightsChange::WithdrawLost => (words.withdraw_lost, words.withdraw_lost_why),
        RightsChange::AnyAddress => (words.any_address, words.any_address_why),
        RightsChange::TradingLost => (words.trading_lost, words.trading_lost_why),
        RightsChange::ExpiresSoon => (words.expires_soon, words.expires_soon_why),
    }
}

/// Context for composing messages, with the names looked up so far.
struct Composer<'a> {
    desk: &'a Messaging,
    words: &'static Words,
    zone: Zone,
    keys: HashMap<ExchangeKeyId, String>,
}

impl Composer<'_> {
    async fn item(&mut self, event: &NotificationEvent, at: Micros) -> Result<Item> {
        let words = self.words;
        let base = self.desk.settings.public_url.as_str();
        let mut item = match event {
            NotificationEvent::NewOrder(order) => self.ordered(order).await?,
            NotificationEvent::TakeProfit(closed) => self.closed(closed, words.take_profit).await?,
            NotificationEvent::StopLoss(closed) => self.closed(closed, words.stop_loss).await?,
            NotificationEvent::KeyRefused { .. }
            | NotificationEvent::AccountMode { .. }
            | NotificationEvent::KeyRights { .. } => self.of_key(event).await?,
            NotificationEvent::LeftOpen { name, symbols } => {
                let markets: Vec<_> = symbols.iter().map(ToString::to_string).collect();
                let facts = vec![(words.market, markets.join(", "))];
                warning(fill(words.left_open, &[&shown(name)]), words.left_open_why.to_owned(), facts)
            }
            NotificationEvent::ForeignFill(fill) => self.foreign_fill(fill).await?,
            NotificationEvent::Unprotected { .. }
            | NotificationEvent::WithoutStop { .. }
            | NotificationEvent::ExitLate { .. } => self.of_position(event).await?,
            NotificationEvent::PlanLapses { plan, at } => {
                let facts = vec![(words.plan, shown(plan)), (words.until, self.zone.show(*at))];
                let why = fill(words.plan_lapses_why, &[base]);
                warning(fill(words.plan_lapses, &[&shown(plan)]), why, facts)
            }
            NotificationEvent::SignedIn { agent, address } => {
                let facts = vec![(words.browser, shown(agent)), (words.address, shown(address))];
                warning(words.signed_in.to_owned(), fill(words.signed_in_why, &[base]), facts)
            }
            NotificationEvent::Credential { what, name } => credential(words, *what, name, base),
            NotificationEvent::PasswordChanged => {
                let why = fill(words.password_changed_why, &[base]);
                warning(words.password_changed.to_owned(), why, vec![])
            }
        };
        item.facts.push((words.time, self.zone.show(at)));
        Ok(item)
    }

    /// An event of an exchange key; a fault for other events.
    async fn of_key(&mut self, event: &NotificationEvent) -> Result<Item> {
        let words = self.words;
        let base = self.desk.settings.public_url.as_str();
        let (key, title, why, at) = match event {
            NotificationEvent::KeyRefused { key, .. } => {
                (key, words.key_refused, words.key_refused_why, None)
            }
            NotificationEvent::AccountMode { key, mode } => {
                let why = match mode {
                    AccountMode::MultiAssets => words.multi_assets_why,
                    AccountMode::Portfolio => words.portfolio_why,
                    AccountMode::Hedge | AccountMode::OneWay => words.hedge_why,
                };
                (key, words.account_mode, why, None)
            }
            NotificationEvent::KeyRights { key, change, at } => {
                let (title, why) = rights_changed(words, *change);
                (key, title, why, *at)
            }
            _ => return Err(Error::fault("the event does not concern a key")),
        };
        let name = self.key(*key).await?;
        let mut facts: Vec<_> = at.map(|at| (words.until, self.zone.show(at))).into_iter().collect();
        if let NotificationEvent::KeyRefused { credentials: Some(rejected), .. } = event {
            facts.push((words.exchange, rejected.exchange.to_string()));
            facts.push((words.api_key, shown(&rejected.api_key)));
        }
        Ok(warning(fill(title, &[&name]), fill(why, &[base]), facts))
    }

    /// An event of a position's protection or exit; a fault for other events.
    async fn of_position(&mut self, event: &NotificationEvent) -> Result<Item> {
        let words = self.words;
        let (key, symbol, copy, title, why) = match event {
            NotificationEvent::Unprotected { key, symbol, closed: true, copy } => {
                (key, symbol, copy, words.unprotected_closed, words.unprotected_closed_why.to_owned())
            }
            NotificationEvent::Unprotected { key, symbol, closed: false, copy } => {
                (key, symbol, copy, words.unprotected_again, words.unprotected_again_why.to_owned())
            }
            NotificationEvent::WithoutStop { key, symbol, copy } => {
                (key, symbol, copy, words.without_stop, words.without_stop_why.to_owned())
            }
            NotificationEvent::ExitLate { key, symbol, why, copy } => {
                (key, symbol, copy, words.exit_late, fill(words.exit_late_why, &[&shown(why)]))
            }
            _ => return Err(Error::fault("the event does not concern a position")),
        };
        let mut facts = vec![(words.market, symbol.to_string()), (words.key, self.key(*key).await?)];
        facts.extend(self.strategy(self.copy(*copy).await?.as_ref()));
        Ok(warning(fill(title, &[&symbol.to_string()]), why, facts))
    }

    async fn foreign_fill(&mut self, filled: &ForeignFill) -> Result<Item> {
        let words = self.words;
        let ForeignFill { key, symbol, side, amount, price, liquidation } = filled;
        let (title, why) = if *liquidation {
            (words.liquidated, words.liquidated_why)
        } else {
            (words.foreign_fill, words.foreign_fill_why)
        };
        let amount = format!("{} {}", figures::decimal(*amount), symbol.base());
        let mut facts = vec![
            (words.market, symbol.to_string()),
            (words.side, self.side(*side).to_owned()),
            (words.amount, amount),
        ];
        let price = price.map(|price| format!("{} {}", figures::price(price), symbol.quote()));
        facts.extend(price.map(|price| (words.price, price)));
        facts.push((words.key, self.key(*key).await?));
        let base = self.desk.settings.public_url.as_str();
        Ok(warning(fill(title, &[&symbol.to_string()]), fill(why, &[base]), facts))
    }

    async fn ordered(&mut self, order: &Ordered) -> Result<Item> {
        let words = self.words;
        let (symbol, side, key) =
            (order.symbol.to_string(), self.side(order.side), self.key(order.key).await?);
        let amount =
            order.amount.map(|amount| format!("{} {}", figures::decimal(amount), order.symbol.base()));
        let price = order.price.map(|price| format!("{} {}", figures::price(price), order.symbol.quote()));
        let mut facts = vec![(words.market, symbol.clone()), (words.side, side.to_owned())];
        facts.extend(amount.clone().map(|amount| (words.amount, amount)));
        facts.extend(price.clone().map(|price| (words.price, price)));
        facts.push((words.key, key.clone()));
        facts.extend(self.strategy(self.copy(order.copy).await?.as_ref()));
        let parts: Vec<_> = [Some(side.to_owned()), amount, price].into_iter().flatten().collect();
        let brief = format!("{key}: {}", parts.join(", "));
        Ok(Item { title: fill(words.new_order, &[side, &symbol]), why: None, brief, facts })
    }

    async fn closed(&mut self, closed: &Closed, title: &str) -> Result<Item> {
        let words = self.words;
        let (symbol, key) = (closed.symbol.to_string(), self.key(closed.key).await?);
        let amount =
            closed.amount.map(|amount| format!("{} {}", figures::decimal(amount), closed.symbol.base()));
        let price = closed.price.map(|price| format!("{} {}", figures::price(price), closed.symbol.quote()));
        let copy = self.copy(closed.copy).await?;
        let r = closed.profit_usd.zip(copy.as_ref()).and_then(|(usd, copy)| in_r(usd, copy));
        let result = closed.profit_usd.map(|usd| result_text(words, usd, closed.profit_percent, r));
        let mut facts = vec![(words.market, symbol.clone()), (words.side, self.side(closed.side).to_owned())];
        facts.extend(amount.map(|amount| (words.amount, amount)));
        facts.extend(price.clone().map(|price| (words.price, price)));
        facts.extend(result.clone().map(|result| (words.result, result)));
        facts.push((words.key, key.clone()));
        facts.extend(self.strategy(copy.as_ref()));
        let parts: Vec<_> = [price, result].into_iter().flatten().collect();
        Ok(Item {
            title: fill(title, &[&symbol]),
            why: None,
            brief: format!("{key}: {}", parts.join(", ")),
            facts,
        })
    }

    const fn side(&self, side: Side) -> &'static str {
        match side {
            Side::Buy => self.words.buy,
            Side::Sell => self.words.sell,
        }
    }

    /// The current name of a key.
    async fn key(&mut self, id: ExchangeKeyId) -> Result<String> {
        if let Some(name) = self.keys.get(&id) {
            return Ok(name.clone());
        }
        let row = store::key::get_any(&self.desk.db, id).await?;
        let name = row.map_or_else(|| self.words.key_gone.to_owned(), |row| shown(&row.key.name));
        self.keys.insert(id, name.clone());
        Ok(name)
    }

    async fn copy(&self, id: Option<CopyId>) -> Result<Option<CopyTrade>> {
        match id {
            Some(id) => Ok(store::copy::get_copy(&self.desk.db, id).await?),
            None => Ok(None),
        }
    }

    fn strategy(&self, copy: Option<&CopyTrade>) -> Option<(&'static str, String)> {
        copy.map(|copy| (self.words.strategy, shown(&copy.strategy_name)))
    }

    /// The user's other keys that the same signal was for, and why it was not traded on them.
    async fn left_out(&mut self, user: UserId, copy: CopyId) -> Result<Vec<String>> {
        let Some(signal) = store::copy::signal_of(&self.desk.db, copy).await? else { return Ok(Vec::new()) };
        let all = store::copy::list_by_signal_and_user(&self.desk.db, signal, user, MOST_COPIES).await?;
        let mut lines = Vec::new();
        for CopyTrade { status, reason, exchange_key_id, .. } in all {
            if matches!(status, Status::Skipped | Status::Failed) {
                let key = self.key(exchange_key_id).await?;
                let why = fill(self.words.not_traded, &[reason.map_or("", Reason::text)]);
                lines.push(format!("{key}: {why}"));
            }
        }
        Ok(lines)
    }
}
