//! What the bot answers. Deciding and asking the exchange come first, writing after: an [`Answer`] changes the link and
//! puts the reply into the outbox in one transaction.

use super::{
    link::{self, Linked},
    put,
};
use crate::{
    Actor, Desk, Error, Result, SharedDesk, copy, equity, follow, key, order,
    notify::plain::shown,
    panic,
    throttle::{self, Bucket},
};
use domain::{Position, TradeType, money, time::MINUTE};
use store::{
    Tx,
    telegram::{self as links, Link},
};

/// The panic button is pressed by a second message within this time.
const SURE: i64 = MINUTE;

const HELP: &str = "/status – your desk at a glance\n/positions – what is open\n/panic – pause following, cancel orders, \
    close positions\n/stop – unlink this chat";
const STRANGER: &str = "This chat is not linked to a desk. On your desk, open Settings, Notifications, and send the code \
    shown there: /start CODE";

/// What a message to the bot comes to.
pub(super) struct Answer {
    text: String,
    deed: Deed,
}

/// What is changed when the answer is written.
enum Deed {
    Nothing,
    /// Links the chat by what was typed as a code.
    Link(String),
    Unlink,
    /// The panic button was asked for at this moment; or none, when it was pressed.
    Panic(Option<domain::Micros>),
}

impl Answer {
    fn says(text: impl Into<String>) -> Self {
        Self { text: text.into(), deed: Deed::Nothing }
    }

    /// Something of ours broke.
    pub(super) fn sorry() -> Self {
        Self::says("Something went wrong on our side. Please try again.")
    }

    /// Does it and says it; `once` names the message that it answers.
    pub(super) async fn write(self, desk: &Desk, tx: &mut Tx, chat: i64, once: &str) -> Result<()> {
        let text = match self.deed {
            Deed::Nothing => self.text,
            Deed::Link(code) => linked(desk, tx, chat, &code, once).await?,
            Deed::Unlink => {
                if let Some(link) = links::of_chat(&mut *tx, chat).await? {
                    link::unlinked(desk, tx, link.user_id).await?;
                }
                self.text
            }
            Deed::Panic(asked_at) => {
                links::set_panic_asked(tx, chat, asked_at).await?;
                self.text
            }
        };
        put(desk, tx, chat, once, &text).await
    }
}

async fn linked(desk: &Desk, tx: &mut Tx, chat: i64, code: &str, once: &str) -> Result<String> {
    Ok(match link::link(desk, tx, chat, code).await? {
        Linked::Yes { user, before } => {
            if let Some(before) = before {
                let text = "Your desk is linked to another chat now. If that was not you, unlink it on your desk and \
                    set a new password.";
                put(desk, tx, before, &format!("{once}:moved"), text).await?;
            }
            let person = store::user::get(&mut *tx, user).await?.ok_or(Error::NotFound)?;
            format!("This chat is linked to the desk of {}.\n\n{HELP}", shown(&person.email))
        }
        Linked::Anothers => {
            "This chat is linked to another person's desk. Send /stop first, then the code again.".to_owned()
        }
        Linked::No => "This code is not valid (any more). Your desk shows a new one under Settings, Notifications."
            .to_owned(),
    })
}

/// What to answer to a text in a chat.
///
/// # Errors
/// When the database cannot be used.
pub(super) async fn answer(desk: &SharedDesk, chat: i64, text: &str) -> Result<Answer> {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default().to_ascii_lowercase();
    // In groups commands come as `/status@our_bot`; people copy them from there.
    let command = first.split('@').next().unwrap_or_default();
    let rest = words.next().unwrap_or_default();
    if command == "/start" && !rest.is_empty() {
        return start(desk, chat, rest).await;
    }
    let Some(link) = links::of_chat(&desk.db, chat).await? else { return Ok(Answer::says(STRANGER)) };
    let Some(actor) = actor(desk, &link).await? else { return Ok(Answer::says(STRANGER)) };
    if !link.active {
        // Who writes has not blocked the bot (any more).
        let mut tx = desk.db.begin().await?;
        links::set_active(&mut tx, chat, true, desk.clock.now()).await?;
        tx.commit().await?;
    }
    match command {
        "/stop" => {
            let text = "This chat is unlinked. No more messages will come.".to_owned();
            Ok(Answer { text, deed: Deed::Unlink })
        }
        "/status" => Ok(Answer::says(status(desk, &actor).await?)),
        "/positions" => Ok(Answer::says(positions(desk, &actor).await?)),
        "/panic" => pressed(desk, &actor, &link, rest).await,
        _ => Ok(Answer::says(HELP)),
    }
}

/// Codes are counted before they are looked at: nobody guesses one.
async fn start(desk: &Desk, chat: i64, code: &str) -> Result<Answer> {
    match throttle::count(desk, &[Bucket::Chat(chat)]).await {
        Ok(()) => Ok(Answer { text: String::new(), deed: Deed::Link(code.to_owned()) }),
        Err(Error::TooMany { .. }) => Ok(Answer::says("Too many codes. Please wait a quarter of an hour.")),
        Err(error) => Err(error),
    }
}

async fn actor(desk: &Desk, link: &Link) -> Result<Option<Actor>> {
    let person = store::user::get(&desk.db, link.user_id).await?;
    Ok(person.map(|user| Actor { user: user.id, email: user.email, role: user.role, session: None }))
}

async fn status(desk: &Desk, actor: &Actor) -> Result<String> {
    let keys = key::list(desk, actor).await?;
    let active = keys.iter().filter(|key| key.active).count();
    let follows = follow::list(desk, actor).await?;
    let following = follows.iter().filter(|follow| follow.active).count();
    let worth = match equity::total_usd(desk, actor).await {
        Ok(usd) => format!("{} USD", money::text(usd.round_dp(2))),
        Err(Error::Fault(fault)) => return Err(Error::Fault(fault)),
        Err(_) => "not known now".to_owned(),
    };
    let all_paused = if copy::paused_all(desk).await?.is_some() { "\nNew copies are paused for everybody by the operator." } else { "" };
    Ok(format!(
        "Worth: {worth}\nKeys: {active} of {} switched on\nStrategies followed: {following} of {} active{all_paused}",
        keys.len(),
        follows.len()
    ))
}

async fn positions(desk: &Desk, actor: &Actor) -> Result<String> {
    let mut lines = Vec::new();
    for key in key::list(desk, actor).await?.into_iter().filter(|key| key.trade_type == TradeType::Futures) {
        let name = shown(&key.name);
        match order::positions(desk, actor, key.id).await {
            Ok(all) => lines.extend(all.iter().map(|position| line(&name, position))),
            Err(Error::Fault(fault)) => return Err(Error::Fault(fault)),
            Err(_) => lines.push(format!("{name}: the exchange does not answer for this key")),
        }
    }
    Ok(if lines.is_empty() { "Nothing is open.".to_owned() } else { lines.join("\n") })
}

fn line(name: &str, position: &Position) -> String {
    format!(
        "{name}: {} {} {} at {}, {} USD ({} %)",
        position.side,
        money::text(position.contracts),
        position.symbol,
        money::text(position.entry_price.round_dp(8)),
        money::text(position.unrealized_pnl.round_dp(2)),
        money::text(position.percentage.round_dp(2)),
    )
}

/// The panic button: asked once, pressed by the second message.
async fn pressed(desk: &SharedDesk, actor: &Actor, link: &Link, rest: &str) -> Result<Answer> {
    let now = desk.clock.now();
    let asked = link.panic_asked_at.is_some_and(|at| now.since(at) <= SURE);
    if !(asked && rest.eq_ignore_ascii_case("yes")) {
        let text = "This pauses all following, cancels all orders and closes all positions on all your keys. Send \
            “/panic yes” within a minute to do it.";
        return Ok(Answer { text: text.to_owned(), deed: Deed::Panic(Some(now)) });
    }
    let reports = panic::person(desk, actor).await?;
    let line = |report: &panic::Report| {
        let outcome = if report.done() { "nothing stands any more" } else { "NOT all of it is done: look at your desk" };
        format!("{}: {outcome}", shown(&report.name))
    };
    let lines: Vec<_> = reports.iter().map(line).collect();
    let text = format!("Following is paused.\n{}", lines.join("\n"));
    Ok(Answer { text, deed: Deed::Panic(None) })
}
