//! The commands of the Telegram bot. Like the pages and the HTTP APIs, they call the use cases of all districts.

mod words;

use crate::{
    Desk, SharedDesk,
    actor::Actor,
    error::{Error, Result},
    following::{copy, follow, panic},
    messaging::notify::{
        self, shown,
        telegram::{self, BotReply, ReplyAction},
    },
    platform::{
        audit::Via,
        recipient::lang_of_chat,
        throttle::{self, Bucket},
    },
    trading::{equity, key, order},
};
use domain::{
    Position, PositionSide, TradeType, account::AccountState, figures, notification::Channel, time::MINUTE,
};
use store::telegram::{self as links, Link};
use words::{Words, words};

/// The panic button must be confirmed within this time.
const SURE: i64 = MINUTE;

/// Polls Telegram once and answers what users have written. Does nothing without a bot.
///
/// # Errors
/// When the database cannot be used. Failures of Telegram are logged, and the next round polls again.
pub async fn poll(desk: &SharedDesk) -> Result<()> {
    telegram::poll(desk, move |chat, text: String| async move { answer(desk, chat, &text).await }).await
}

/// Posts a message in the user's simulated chat and answers it.
///
/// # Errors
/// [`Error::NotFound`] if there is a bot; [`Problem::Required`] and [`Problem::TextTooLong`] on `text`.
///
/// [`Problem::Required`]: domain::validation::Problem::Required
/// [`Problem::TextTooLong`]: domain::validation::Problem::TextTooLong
pub async fn post(desk: &SharedDesk, actor: &Actor, text: &str) -> Result<()> {
    telegram::post(
        desk,
        actor,
        text,
        move |chat, text: String| async move { answer(desk, chat, &text).await },
    )
    .await?;
    notify::deliver_to(desk, Channel::Telegram).await.map(drop)
}

/// Handles a text sent in a chat.
///
/// # Errors
/// When the database cannot be used.
async fn answer(desk: &SharedDesk, chat: i64, text: &str) -> Result<BotReply> {
    let mut parts = text.split_whitespace();
    let first = parts.next().unwrap_or_default().to_ascii_lowercase();
    // In groups, commands have the form `/status@our_bot`; users copy them from there.
    let command = first.split('@').next().unwrap_or_default();
    let rest = parts.next().unwrap_or_default();
    let link = links::of_chat(&desk.db, chat).await?;
    let words = words(lang_of_chat(desk, &desk.db, link.as_ref()).await?);
    if command == "/start" && !rest.is_empty() {
        return start(desk, words, chat, rest).await;
    }
    let Some(link) = link else { return Ok(stranger(words)) };
    let Some(actor) = actor(desk, &link).await? else { return Ok(stranger(words)) };
    if !link.active {
        // A user who writes has not blocked the bot (any more).
        let mut tx = desk.db.begin().await?;
        links::set_active(&mut tx, chat, true, desk.clock.now()).await?;
        tx.commit().await?;
    }
    match command {
        "/stop" => Ok(BotReply::new(words.unlinked, ReplyAction::Unlink)),
        "/status" => Ok(BotReply::text_only(status(desk, words, &actor).await?)),
        "/positions" => Ok(BotReply::text_only(positions(desk, words, &actor).await?)),
        "/panic" => pressed(desk, words, &actor, &link, rest).await,
        _ => Ok(BotReply::help()),
    }
}

/// The reply to a chat that is not linked.
fn stranger(words: &Words) -> BotReply {
    BotReply::text_only(words.stranger("/start"))
}

/// Counts attempts before checking the code, so that codes cannot be guessed.
async fn start(desk: &Desk, words: &'static Words, chat: i64, code: &str) -> Result<BotReply> {
    match throttle::count(desk, &[Bucket::Chat(chat)]).await {
        Ok(()) => Ok(BotReply::new("", ReplyAction::Link(code.to_owned()))),
        Err(Error::TooMany { .. }) => Ok(BotReply::text_only(words.too_many)),
        Err(error) => Err(error),
    }
}

async fn actor(desk: &Desk, link: &Link) -> Result<Option<Actor>> {
    let person = store::user::get_user(&desk.db, link.user_id).await?;
    let person = person.filter(|user| user.state() == AccountState::Active);
    Ok(person.map(|user| Actor {
        user: user.id,
        email: user.email,
        role: user.role,
        session: None,
        token: None,
        from: None,
    }))
}

async fn status(desk: &Desk, words: &'static Words, actor: &Actor) -> Result<String> {
    let keys = key::list_keys(desk, actor).await?;
    let follows = follow::list_follows(desk, actor).await?;
    let worth = match equity::total_usd(desk, actor).await {
        Ok(usd) => words.usd(&figures::cents(usd)),
        Err(Error::Fault(fault)) => return Err(Error::Fault(fault)),
        Err(_) => words.not_known.to_owned(),
    };
    let counts = [
        keys.iter().filter(|key| key.active).count(),
        keys.len(),
        follows.iter().filter(|follow| follow.active).count(),
        follows.len(),
    ];
    let [on, all, following, followed] = counts.map(|count| count.to_string());
    let status = words.status(&worth, &on, &all, &following, &followed);
    Ok(if copy::paused_all(desk).await?.is_some() {
        format!("{status}\n{}", words.all_paused)
    } else {
        status
    })
}

async fn positions(desk: &Desk, words: &'static Words, actor: &Actor) -> Result<String> {
    let mut lines = Vec::new();
    for key in
        key::list_keys(desk, actor).await?.into_iter().filter(|key| key.trade_type == TradeType::Futures)
    {
        let name = shown(&key.name);
        match order::list_positions(desk, actor, key.id).await {
            Ok(all) => lines.extend(all.iter().map(|position| line(words, &name, position))),
            Err(Error::Fault(fault)) => return Err(Error::Fault(fault)),
            Err(_) => lines.push(words.no_answer(&name)),
        }
    }
    Ok(if lines.is_empty() { words.nothing_open.to_owned() } else { lines.join("\n") })
}

fn line(words: &Words, name: &str, position: &Position) -> String {
    let amount = figures::decimal(position.contracts);
    let symbol = position.symbol.to_string();
    let price = figures::price(position.entry_price);
    let profit = figures::signed_cents(position.unrealized_pnl);
    let percent = figures::signed_percent(position.percentage);
    match position.side {
        PositionSide::Long => words.long(name, &amount, &symbol, &price, &profit, &percent),
        PositionSide::Short => words.short(name, &amount, &symbol, &price, &profit, &percent),
    }
}

/// The panic button: requested by the first message, confirmed by the second.
async fn pressed(
    desk: &SharedDesk,
    words: &'static Words,
    actor: &Actor,
    link: &Link,
    rest: &str,
) -> Result<BotReply> {
    let now = desk.clock.now();
    let requested = link.panic_asked_at.is_some_and(|at| now.since(at) <= SURE);
    if !(requested && rest.eq_ignore_ascii_case("yes")) {
        return Ok(BotReply::new(words.sure("/panic yes"), ReplyAction::Panic(Some(now))));
    }
    let reports = panic::person_via(desk, actor, Via::Telegram).await?;
    let line = |report: &panic::Report| {
        let name = shown(&report.name);
        if report.done() { words.cleared(&name) } else { words.not_cleared(&name) }
    };
    let paused = reports.iter().any(|report| report.automated).then(|| words.panicked.to_owned());
    let none = reports.is_empty().then(|| words.no_keys.to_owned());
    let lines: Vec<_> = paused.into_iter().chain(none).chain(reports.iter().map(line)).collect();
    Ok(BotReply::new(lines.join("\n"), ReplyAction::Panic(None)))
}
