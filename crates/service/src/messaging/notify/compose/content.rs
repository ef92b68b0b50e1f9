//! The content of messages: one event in full, or one line for each of several.

use crate::messaging::{
    Messaging,
    notify::{
        content::Content,
        plain::{escape, paragraphs},
        words::Words,
    },
};
use domain::notification::Kind;
use store::notice::Notice;

/// One event in words.
pub(super) struct Item {
    pub(super) title: String,
    /// The explanation, in one sentence.
    pub(super) why: Option<String>,
    /// The line for this event if several are sent in one message.
    pub(super) brief: String,
    pub(super) facts: Vec<(&'static str, String)>,
}

/// The message for notices whose events cannot be read. It is not sent unless an admin retries it.
pub(in crate::messaging::notify) fn unreadable(
    desk: &Messaging,
    words: &Words,
    notices: &[&Notice],
) -> Content {
    let kinds = || notices.iter().filter_map(|notice| notice.kind.known());
    let topic = kinds().next().and_then(Kind::topic);
    let alarm = kinds().any(Kind::is_security);
    let body = words.unreadable_why(&dashboard(desk));
    Content { topic, alarm, ..Content::plain(words.unreadable, &body) }
}

fn dashboard(desk: &Messaging) -> String {
    format!("{}/dashboard", desk.settings.public_url)
}

/// The message for one event.
pub(super) fn alone(desk: &Messaging, words: &Words, item: &Item) -> Content {
    let facts: Vec<_> = item.facts.iter().map(|(name, value)| words.fact(name, value)).collect();
    let more = words.more(&dashboard(desk));
    let parts = item.why.iter().cloned().chain([facts.join("\n"), more.clone()]);
    let body = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    let row = |(name, value): &(&str, String)| {
        format!("<tr><th>{}</th><td>{}</td></tr>", escape(name), escape(value))
    };
    let rows: String = item.facts.iter().map(row).collect();
    let html = format!(
        "{}<table>{rows}</table>{}",
        paragraphs(item.why.as_deref().unwrap_or_default(), &desk.settings.public_url),
        paragraphs(&more, &desk.settings.public_url),
    );
    Content { html: Some(html), ..Content::plain(&item.title, &body) }
}

/// The message for several events, and what was not traded.
pub(super) fn together(desk: &Messaging, words: &Words, items: &[Item], left_out: &[String]) -> Content {
    let title = items.first().map(|item| item.title.as_str()).unwrap_or_default();
    let subject = words.together(items.len() + left_out.len(), title);
    let lines = || items.iter().map(|item| &item.brief).chain(left_out);
    let more = words.more(&dashboard(desk));
    let body =
        format!("{}\n\n{more}", lines().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n"));
    let html: String = lines().map(|line| format!("<li>{}</li>", escape(line))).collect();
    let more = paragraphs(&more, &desk.settings.public_url);
    Content { html: Some(format!("<ul>{html}</ul>{more}")), ..Content::plain(&subject, &body) }
}
