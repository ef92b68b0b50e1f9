//! Sanitizes user-supplied text for mails and chats: bidirectional control characters or HTML could make a
//! name look like something else.

use domain::unseen::unseen;
use language::{
    Lang,
    entry::{ISOLATE, POP},
};

/// A name on one line, without invisible characters.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars()
        .filter_map(|c| if c.is_whitespace() { Some(' ') } else { Some(c).filter(|c| !unseen(*c)) })
        .collect()
}

/// Escapes text for HTML.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Converts plain text to HTML paragraphs. Addresses below `base` become links, without the punctuation that
/// follows them. An address that a text of a language written right to left isolates ends where its isolation ends.
#[must_use]
pub(super) fn paragraphs(text: &str, base: &str) -> String {
    let link = |word: &str| {
        let isolated = word.trim_start_matches(ISOLATE);
        let (before, word) = word.split_at(word.len() - isolated.len());
        let end = if before.is_empty() { None } else { word.find(POP) };
        let address = word.get(..end.unwrap_or(word.len())).unwrap_or_default();
        let address = address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
        let ours = address.strip_prefix(base).is_some_and(|path| path.is_empty() || path.starts_with('/'));
        let (safe, rest) = (escape(address), escape(word.get(address.len()..).unwrap_or_default()));
        if ours {
            format!("{before}<a href=\"{safe}\">{safe}</a>{rest}")
        } else {
            format!("{before}{safe}{rest}")
        }
    };
    let line = |line: &str| line.split(' ').map(link).collect::<Vec<_>>().join(" ");
    let paragraph = |text: &str| {
        let lines: Vec<_> = text.lines().map(line).collect();
        format!("<p>{}</p>", lines.join("<br>"))
    };
    text.split("\n\n").filter(|part| !part.trim().is_empty()).map(paragraph).collect()
}

/// Parts of an HTML mail.
pub(crate) struct Frame<'a> {
    pub(crate) lang: Lang,
    pub(crate) title: &'a str,
    pub(crate) body: &'a str,
    /// HTML below the rule.
    pub(crate) footer: &'a str,
}

/// A complete HTML mail: readable without images, in light and dark mode, on narrow and wide screens.
pub(crate) fn framed(frame: &Frame<'_>) -> String {
    const STYLE: &str = "body{margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;\
        overflow-wrap:anywhere}\
        main{max-width:600px;margin:0 auto}h1{font-size:20px}a{color:#0b5cad}hr{border:0;border-top:1px solid #d5dae0}\
        table{border-collapse:collapse}td,th{padding:4px 16px 4px 0;text-align:start;vertical-align:top}\
        th{font-weight:400;color:#5a6572;overflow-wrap:normal}footer{font-size:14px;color:#5a6572}\
        @media (prefers-color-scheme:dark){body{color:#e6e9ed;background:#14171b}a{color:#7ab8ff}\
        hr{border-color:#343b44}th,footer{color:#9aa5b1}}";
    let Frame { lang, title, body, footer } = frame;
    // Left to right is what a document without the attribute is.
    let dir = if lang.right_to_left() { " dir=\"rtl\"" } else { "" };
    let lang = lang.code();
    let title = escape(title);
    format!(
        "<!DOCTYPE html><html lang=\"{lang}\"{dir}><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title><style>{STYLE}</style></head>\
         <body><main><h1>{title}</h1>{body}<hr><footer>{footer}</footer></main></body></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unseen_is_left_of_a_name() {
        assert_eq!(shown("a\u{202e}gpj.exe\u{0}\r\nBcc: b\u{200b}\u{2066}"), "agpj.exe  Bcc: b");
        assert_eq!(shown("مفتاح 🔑"), "مفتاح 🔑");
    }

    #[test]
    fn an_isolated_address_is_a_link_and_keeps_its_isolation() {
        assert_eq!(
            paragraphs("⟦at \u{2068}https://desk.example/keys\u{2069}.⟧", "https://desk.example"),
            "<p>⟦at \u{2068}<a href=\"https://desk.example/keys\">https://desk.example/keys</a>\u{2069}.⟧</p>"
        );
    }

    #[test]
    fn a_mail_names_its_language_and_direction() {
        let html = |lang| framed(&Frame { lang, title: "", body: "", footer: "" });
        assert!(html(Lang::En).starts_with("<!DOCTYPE html><html lang=\"en\"><head>"));
        assert!(html(Lang::Pseudo).starts_with("<!DOCTYPE html><html lang=\"en-XA\" dir=\"rtl\"><head>"));
    }

    #[test]
    fn html_is_text_and_only_our_addresses_are_links() {
        let html = paragraphs(
            "<b> https://desk.example.evil.example\nhttps://desk.example/x?a=1&b=2\n\nat https://desk.example.",
            "https://desk.example",
        );
        assert_eq!(
            html,
            "<p>&lt;b&gt; https://desk.example.evil.example<br>\
             <a href=\"https://desk.example/x?a=1&amp;b=2\">https://desk.example/x?a=1&amp;b=2</a></p>\
             <p>at <a href=\"https://desk.example\">https://desk.example</a>.</p>"
        );
    }
}
