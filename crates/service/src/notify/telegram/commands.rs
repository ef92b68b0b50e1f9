//! The bot's commands. Decisions and requests to the exchange come first: an [`BotReply`] then changes the link
//! and puts the reply into the outbox in one transaction.

use super::{
    link::{self, Linked},
    put,
    words::EN,
};
use crate::{
    Actor, Desk, Error, Result, SharedDesk,
    audit::{self, Via},
    copy, equity, follow, key,
    notify::{plain::shown, preferences, words::fill},
    order, panic, recovery,
    throttle::{self, Bucket},
};
use domain::{
    Position, TradeType, UserId,
    account::{AccountState, Credential},
    figures,
    time::MINUTE,
};
use store::{
    Tx,
    telegram::{self as links, Link},
};

/// The panic button must be confirmed within this time.
const SURE: i64 = MINUTE;

/// Reply to a message to the bot.
pub(super) struct BotReply {
    text: String,
    action: ReplyAction,
}

/// The change made when the reply is written.
enum ReplyAction {
    Nothing,
    /// Links the chat, using the typed code.
    Link(String),
    Unlink,
    /// Time at which the panic button was requested; `None` resets it after it was pressed.
    Panic(Option<domain::Micros>),
}

impl BotReply {
    fn text_only(text: impl Into<String>) -> Self {
        Self { text: text.into(), action: ReplyAction::Nothing }
    }

    /// Reply after an error: try again, if a retry may succeed in a moment.
    pub(super) fn failed(error: &Error) -> Self {
        Self::text_only(if matches!(error, Error::Unavailable { .. }) { EN.later } else { EN.sorry })
    }

    /// Makes the change and enqueues the reply; `once` identifies the message that it answers.
    pub(super) async fn write(self, desk: &Desk, tx: &mut Tx, chat: i64, once: &str) -> Result<()> {
        let text = match self.action {
            ReplyAction::Nothing => self.text,
            ReplyAction::Link(code) => linked(desk, tx, chat, &code, once).await?,
            ReplyAction::Unlink => {
                if let Some(link) = links::of_chat(&mut *tx, chat).await? {
                    link::unlinked(desk, tx, link.user_id).await?;
                    let (user, action) = (Some(link.user_id), audit::AuditAction::ChatUnlinked);
                    audit::record(desk, tx, user, action, "", Via::Telegram).await?;
                }
                self.text
            }
            ReplyAction::Panic(asked_at) => {
                links::set_panic_requested(tx, chat, asked_at).await?;
                self.text
            }
        };
        put(desk, tx, chat, once, &text).await
    }
}

async fn linked(desk: &Desk, tx: &mut Tx, chat: i64, code: &str, once: &str) -> Result<String> {
    Ok(match link::link(desk, tx, chat, code).await? {
        Linked::Yes { user, before } => {
            audit::record(desk, tx, Some(user), audit::AuditAction::ChatLinked, "", Via::Telegram).await?;
            announce(desk, tx, user, chat).await?;
            if let Some(before) = before {
                put(desk, tx, before, &format!("{once}:moved"), EN.moved).await?;
            }
            let person = store::user::get_user(&mut *tx, user).await?.ok_or(Error::NotFound)?;
            let switches = preferences::get_preferences(tx, user).await?.switches;
            let mut parts = vec![fill(EN.linked, &[&shown(&person.email)])];
            if switches == switches.without_telegram() {
                parts.push(fill(EN.nothing_ticked, &[&desk.settings.public_url]));
            }
            parts.push(EN.help.to_owned());
            parts.join("\n\n")
        }
        Linked::Anothers => EN.anothers.to_owned(),
        Linked::No => EN.no_code.to_owned(),
    })
}

/// Notifies the owner that a chat was linked. By mail only: an intruder may hold the chat.
async fn announce(desk: &Desk, tx: &mut Tx, user: UserId, chat: i64) -> Result<()> {
    let now = desk.clock.now();
    links::set_active(tx, chat, false, now).await?;
    recovery::announce(desk, tx, user, Credential::ChatLinked, (&chat.to_string(), "")).await?;
    links::set_active(tx, chat, true, now).await?;
    Ok(())
}

/// Handles a text sent in a chat.
///
/// # Errors
/// When the database cannot be used.
pub(super) async fn answer(desk: &SharedDesk, chat: i64, text: &str) -> Result<BotReply> {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().to_ascii_lowercase();
    // In groups, commands have the form `/status@our_bot`; users copy them from there.
    let command = first.split('@').next().unwrap_or_default();
    let rest = words.next().unwrap_or_default();
    if command == "/start" && !rest.is_empty() {
        return start(desk, chat, rest).await;
    }
    let Some(link) = links::of_chat(&desk.db, chat).await? else {
        return Ok(BotReply::text_only(EN.stranger));
    };
    let Some(actor) = actor(desk, &link).await? else { return Ok(BotReply::text_only(EN.stranger)) };
    if !link.active {
        // A user who writes has not blocked the bot (any more).
        let mut tx = desk.db.begin().await?;
        links::set_active(&mut tx, chat, true, desk.clock.now()).await?;
        tx.commit().await?;
    }
    match command {
        "/stop" => Ok(BotReply { text: EN.unlinked.to_owned(), action: ReplyAction::Unlink }),
        "/status" => Ok(BotReply::text_only(status(desk, &actor).await?)),
        "/positions" => Ok(BotReply::text_only(positions(desk, &actor).await?)),
        "/panic" => pressed(desk, &actor, &link, rest).await,
        _ => Ok(BotReply::text_only(EN.help)),
    }
}

/// Counts attempts before checking the code, so that codes cannot be guessed.
async fn start(desk: &Desk, chat: i64, code: &str) -> Result<BotReply> {
    match throttle::count(desk, &[Bucket::Chat(chat)]).await {
        Ok(()) => Ok(BotReply { text: String::new(), action: ReplyAction::Link(code.to_owned()) }),
        Err(Error::TooMany { .. }) => Ok(BotReply::text_only(EN.too_many)),
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

async fn status(desk: &Desk, actor: &Actor) -> Result<String> {
    let keys = key::list_keys(desk, actor).await?;
    let follows = follow::list_follows(desk, actor).await?;
    let worth = match equity::total_usd(desk, actor).await {
        Ok(usd) => format!("{} USD", figures::cents(usd)),
        Err(Error::Fault(fault)) => return Err(Error::Fault(fault)),
        Err(_) => EN.not_known.to_owned(),
    };
    let counts = [
        keys.iter().filter(|key| key.active).count(),
        keys.len(),
        follows.iter().filter(|follow| follow.active).count(),
        follows.len(),
    ];
    let [on, all, following, followed] = counts.map(|count| count.to_string());
    let status = fill(EN.status, &[&worth, &on, &all, &following, &followed]);
    Ok(if copy::paused_all(desk).await?.is_some() { format!("{status}\n{}", EN.all_paused) } else { status })
}

async fn positions(desk: &Desk, actor: &Actor) -> Result<String> {
    let mut lines = Vec::new();
    for key in
        key::list_keys(desk, actor).await?.into_iter().filter(|key| key.trade_type == TradeType::Futures)
    {
        let name = shown(&key.name);
        match order::list_positions(desk, actor, key.id).await {
            Ok(all) => lines.extend(all.iter().map(|position| line(&name, position))),
            Err(Error::Fault(fault)) => return Err(Error::Fault(fault)),
            Err(_) => lines.push(fill(EN.no_answer, &[&name])),
        }
    }
    Ok(if lines.is_empty() { EN.nothing_open.to_owned() } else { lines.join("\n") })
}

fn line(name: &str, position: &Position) -> String {
    let values = [
        position.side.to_string(),
        figures::decimal(position.contracts),
        position.symbol.to_string(),
        figures::price(position.entry_price),
        figures::signed_cents(position.unrealized_pnl),
        figures::signed_percent(position.percentage),
    ];
    let values = values.iter().map(String::as_str);
    fill(EN.position, &std::iter::once(name).chain(values).collect::<Vec<_>>())
}

/// The panic button: requested by the first message, confirmed by the second.
async fn pressed(desk: &SharedDesk, actor: &Actor, link: &Link, rest: &str) -> Result<BotReply> {
    let now = desk.clock.now();
    let requested = link.panic_asked_at.is_some_and(|at| now.since(at) <= SURE);
    if !(requested && rest.eq_ignore_ascii_case("yes")) {
        return Ok(BotReply { text: EN.sure.to_owned(), action: ReplyAction::Panic(Some(now)) });
    }
    let reports = panic::person_via(desk, actor, Via::Telegram).await?;
    let line = |report: &panic::Report| {
        fill(if report.done() { EN.cleared } else { EN.not_cleared }, &[&shown(&report.name)])
    };
    let paused = reports.iter().any(|report| report.automated).then(|| EN.panicked.to_owned());
    let none = reports.is_empty().then(|| EN.no_keys.to_owned());
    let lines: Vec<_> = paused.into_iter().chain(none).chain(reports.iter().map(line)).collect();
    Ok(BotReply { text: lines.join("\n"), action: ReplyAction::Panic(None) })
}
