//! Composes messages from events: what a trader wants to see at a glance, with the current names of keys and
//! strategies.

mod content;
mod credential;
mod program;
mod rule;

pub(super) use content::unreadable;

use super::{
    content::Content,
    event::{Closed, ForeignFill, NotificationEvent, Ordered},
    plain::shown,
    result::{in_r, result_text},
    words::{Words, reason, words},
};
use crate::{
    error::{Error, Result},
    messaging::{Messaging, words::order_failure},
    platform::{
        recipient::lang_of_user,
        time_zone::{self, Zone},
    },
};
use content::{Item, alone, together};
use credential::credential;
use domain::{
    AccountMode, CopyId, Decimal, ExchangeKeyId, Micros, Side, Symbol, UserId, copy::Status, figures,
    live::RightsChange, notification::Topic, plan::title,
};
use language::Lang;
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
    let lang = lang_of_user(desk, &desk.db, user).await?;
    let zone = time_zone::zone_of(desk, user).await?;
    let mut composer = Composer { desk, lang, words: words(lang), zone, keys: HashMap::new() };
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

fn warning(title: String, why: String, facts: Vec<(&'static str, String)>) -> Item {
    Item { brief: title.clone(), title, why: Some(why), facts }
}

/// Title and text of a change of a key's permissions.
fn rights_changed(words: &Words, change: RightsChange, key: &str, base: &str) -> (String, String) {
    match change {
        RightsChange::WithdrawGained => (words.withdraw_gained(key), words.withdraw_gained_why.to_owned()),
        RightsChange::WithdrawLost => (words.withdraw_lost(key), words.withdraw_lost_why.to_owned()),
        RightsChange::AnyAddress => (words.any_address(key), words.any_address_why.to_owned()),
        RightsChange::TradingLost => {
            (words.trading_lost(key), words.trading_lost_why(&format!("{base}/keys")))
        }
        RightsChange::ExpiresSoon => (words.expires_soon(key), words.expires_soon_why.to_owned()),
    }
}

/// The line for an event if several are sent in one message.
fn brief(words: &Words, key: &str, parts: &[&str]) -> String {
    match parts {
        [] => key.to_owned(),
        [first] => words.brief_of_one(key, first),
        [first, second] => words.brief_of_two(key, first, second),
        [first, second, third, ..] => words.brief_of_three(key, first, second, third),
    }
}

/// Context for composing messages, with the names looked up so far.
struct Composer<'a> {
    desk: &'a Messaging,
    lang: Lang,
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
            NotificationEvent::TakeProfit(closed) => {
                self.closed(closed, words.take_profit(&closed.symbol.to_string())).await?
            }
            NotificationEvent::StopLoss(closed) => {
                self.closed(closed, words.stop_loss(&closed.symbol.to_string())).await?
            }
            NotificationEvent::KeyRefused { .. }
            | NotificationEvent::AccountMode { .. }
            | NotificationEvent::KeyRights { .. } => self.of_key(event).await?,
            NotificationEvent::LeftOpen { name, symbols } => {
                let markets: Vec<_> = symbols.iter().map(ToString::to_string).collect();
                let facts = vec![(words.market, markets.join(", "))];
                warning(words.left_open(&shown(name)), words.left_open_why.to_owned(), facts)
            }
            NotificationEvent::ForeignFill(fill) => self.foreign_fill(fill).await?,
            NotificationEvent::Unprotected { .. }
            | NotificationEvent::WithoutStop { .. }
            | NotificationEvent::StopNotMoved { .. }
            | NotificationEvent::BothFilled { .. }
            | NotificationEvent::TimeLimit { .. }
            | NotificationEvent::ExitLate { .. } => self.of_position(event).await?,
            NotificationEvent::AlertRefused { .. }
            | NotificationEvent::ApprovalRequested { .. }
            | NotificationEvent::SourceDecided { .. }
            | NotificationEvent::StrategyPaused { .. }
            | NotificationEvent::WebhookDisabled { .. } => self.of_program(event)?,
            NotificationEvent::RuleTripped(news) => self.rule(news).await?,
            NotificationEvent::PlanLapses { plan, at } => {
                let plan = shown(&title(plan));
                let facts = vec![(words.plan, plan.clone()), (words.until, self.zone.show(*at))];
                let why = words.plan_lapses_why(&format!("{base}/billing"));
                warning(words.plan_lapses(&plan), why, facts)
            }
            NotificationEvent::SignedIn { agent, address } => {
                let facts = vec![(words.browser, shown(agent)), (words.address, shown(address))];
                let why = words.signed_in_why(&format!("{base}/forgot"));
                warning(words.signed_in.to_owned(), why, facts)
            }
            NotificationEvent::Credential { what, name } => {
                let (title, why) = credential(words, *what, name, base);
                warning(title, why, vec![])
            }
            NotificationEvent::PasswordChanged => {
                let why = words.password_changed_why(&format!("{base}/forgot"));
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
        let Some(id) = event.key() else { return Err(Error::fault("the event does not concern a key")) };
        let key = &self.key(id).await?;
        let mut facts = Vec::new();
        let (title, why) = match event {
            NotificationEvent::KeyRefused { credentials, .. } => {
                if let Some(rejected) = credentials {
                    facts.push((words.exchange, rejected.exchange.to_string()));
                    facts.push((words.api_key, shown(&rejected.api_key)));
                }
                (words.key_refused(key), words.key_refused_why(&format!("{base}/keys")))
            }
            NotificationEvent::AccountMode { mode, .. } => {
                let why = match mode {
                    AccountMode::MultiAssets => words.multi_assets_why,
                    AccountMode::Portfolio => words.portfolio_why,
                    AccountMode::Hedge | AccountMode::OneWay => words.mode_why,
                };
                (words.account_mode(key), why.to_owned())
            }
            NotificationEvent::KeyRights { change, at, .. } => {
                facts.extend(at.map(|at| (words.until, self.zone.show(at))));
                rights_changed(words, *change, key, base)
            }
            _ => return Err(Error::fault("the event does not concern a key")),
        };
        Ok(warning(title, why, facts))
    }

    /// An event of a position's protection or exit; a fault for other events.
    async fn of_position(&mut self, event: &NotificationEvent) -> Result<Item> {
        use NotificationEvent as E;
        let words = self.words;
        let Some((key, symbol, copy)) = event.position() else {
            return Err(Error::fault("the event does not concern a position"));
        };
        let market = &symbol.to_string();
        let answer = |why| shown(&order_failure(self.lang, why));
        let (title, why) = match event {
            E::Unprotected { closed: true, .. } => {
                (words.unprotected_closed(market), words.unprotected_closed_why.to_owned())
            }
            E::ExitLate { why, .. } => (words.exit_late(market), words.exit_late_why(&answer(why))),
            E::StopNotMoved { why, .. } => {
                (words.stop_not_moved(market), words.stop_not_moved_why(&answer(why)))
            }
            E::BothFilled { amount, .. } => (
                words.both_filled(market),
                words.both_filled_why(&domain::money::text(*amount), symbol.base()),
            ),
            E::TimeLimit { minutes, .. } => {
                (words.time_over(market), words.time_over_why(&minutes.to_string()))
            }
            E::WithoutStop { .. } => (words.without_stop(market), words.without_stop_why.to_owned()),
            _ => (words.unprotected_again(market), words.unprotected_again_why.to_owned()),
        };
        let mut facts = vec![(words.market, market.clone()), (words.key, self.key(key).await?)];
        facts.extend(self.strategy(self.copy(copy).await?.as_ref()));
        Ok(warning(title, why, facts))
    }

    async fn foreign_fill(&mut self, filled: &ForeignFill) -> Result<Item> {
        let words = self.words;
        let ForeignFill { key, symbol, side, amount, price, liquidation } = filled;
        let market = symbol.to_string();
        let (title, why) = if *liquidation {
            (words.liquidated(&market), words.liquidated_why.to_owned())
        } else {
            let keys = format!("{}/keys", self.desk.settings.public_url);
            (words.foreign_fill(&market), words.foreign_fill_why(&keys))
        };
        let mut facts = vec![
            (words.market, market),
            (words.side, self.side(*side).to_owned()),
            (words.amount, self.amount(*amount, symbol)),
        ];
        facts.extend(price.map(|price| (words.price, self.price(price, symbol))));
        facts.push((words.key, self.key(*key).await?));
        Ok(warning(title, why, facts))
    }

    async fn ordered(&mut self, order: &Ordered) -> Result<Item> {
        let words = self.words;
        let (symbol, side, key) =
            (order.symbol.to_string(), self.side(order.side), self.key(order.key).await?);
        let amount = order.amount.map(|amount| self.amount(amount, &order.symbol));
        let price = order.price.map(|price| self.price(price, &order.symbol));
        let parts: Vec<_> = [Some(side), amount.as_deref(), price.as_deref()].into_iter().flatten().collect();
        let brief = brief(words, &key, &parts);
        let mut facts = vec![(words.market, symbol.clone()), (words.side, side.to_owned())];
        facts.extend(amount.map(|amount| (words.amount, amount)));
        facts.extend(price.map(|price| (words.price, price)));
        facts.push((words.key, key));
        facts.extend(self.strategy(self.copy(order.copy).await?.as_ref()));
        Ok(Item { title: words.new_order(side, &symbol), why: None, brief, facts })
    }

    async fn closed(&mut self, closed: &Closed, title: String) -> Result<Item> {
        let words = self.words;
        let (symbol, key) = (closed.symbol.to_string(), self.key(closed.key).await?);
        let amount = closed.amount.map(|amount| self.amount(amount, &closed.symbol));
        let price = closed.price.map(|price| self.price(price, &closed.symbol));
        let copy = self.copy(closed.copy).await?;
        let r = closed.profit_usd.zip(copy.as_ref()).and_then(|(usd, copy)| in_r(usd, copy));
        let result = closed.profit_usd.map(|usd| result_text(words, usd, closed.profit_percent, r));
        let parts: Vec<_> = [price.as_deref(), result.as_deref()].into_iter().flatten().collect();
        let brief = brief(words, &key, &parts);
        let mut facts = vec![(words.market, symbol), (words.side, self.side(closed.side).to_owned())];
        facts.extend(amount.map(|amount| (words.amount, amount)));
        facts.extend(price.map(|price| (words.price, price)));
        facts.extend(result.map(|result| (words.result, result)));
        facts.push((words.key, key));
        facts.extend(self.strategy(copy.as_ref()));
        Ok(Item { title, why: None, brief, facts })
    }

    fn amount(&self, amount: Decimal, symbol: &Symbol) -> String {
        self.words.quantity(&figures::decimal(amount), symbol.base())
    }

    fn price(&self, price: Decimal, symbol: &Symbol) -> String {
        self.words.quantity(&figures::price(price), symbol.quote())
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
        for CopyTrade { status, reason: why, exchange_key_id, .. } in all {
            if matches!(status, Status::Skipped | Status::Failed) {
                let key = self.key(exchange_key_id).await?;
                let why = why.map_or("", |why| reason(self.lang, why));
                lines.push(self.words.not_traded(&key, why));
            }
        }
        Ok(lines)
    }
}
