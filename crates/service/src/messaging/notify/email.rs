//! Sends mails over SMTP: HTML and plain text, no tracking, with an unsubscribe link.

use super::{
    content::Content,
    freeze_link,
    plain::{Frame, escape, framed, paragraphs},
    unsubscribe,
    words::words,
};
use crate::{
    error::Result,
    messaging::Messaging,
    platform::{recipient::lang_of_user, settings::MailSettings},
};
use anyhow::Context as _;
use domain::{
    Micros,
    notification::{DeliveryFailure, FailureKind},
};
use language::Lang;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    time::{Duration, UNIX_EPOCH},
};

/// Timeout of the mail server.
const PATIENCE: Duration = Duration::from_secs(20);

/// SMTP client; without a configured server, messages stay in the outbox.
pub(crate) struct Mailer {
    server: Option<AsyncSmtpTransport<Tokio1Executor>>,
    from: Mailbox,
}

/// Why a mail was not accepted: without addresses or secrets.
#[derive(Debug)]
pub(super) struct NotTaken {
    pub(super) failure: DeliveryFailure,
    /// The server itself cannot be reached: no other mail needs to be tried now.
    pub(super) unreachable: bool,
}

impl NotTaken {
    const fn unreachable(kind: FailureKind) -> Self {
        Self { failure: DeliveryFailure::of(kind), unreachable: true }
    }
}

impl Mailer {
    /// Validates the settings; connects only when sending.
    pub(crate) fn new(settings: &MailSettings) -> anyhow::Result<Self> {
        let from = settings.from.parse().context("MAIL_FROM is not an e-mail address")?;
        let server = settings.smtp_url.as_deref().map(|url| {
            // The URL contains a password, so the error does not repeat it.
            let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
                .map_err(|_| anyhow::anyhow!("SMTP_URL must look like smtps://name:password@host:465"))?;
            anyhow::Ok(builder.timeout(Some(PATIENCE)).build())
        });
        Ok(Self { server: server.transpose()?, from })
    }

    /// Whether a mail server is configured.
    pub(crate) const fn sends(&self) -> bool {
        self.server.is_some()
    }

    /// Sends a plain-text mail. The Message-ID is derived from the text, so a repetition is recognized as a
    /// duplicate.
    pub(super) async fn send_plain(&self, to: &Mailbox, subject: &str, body: &str) -> anyhow::Result<()> {
        let digest = Sha256::digest(format!("{to}\n{subject}\n{body}"));
        let name = hex::encode(digest.get(..16).unwrap_or_default());
        let mail = Message::builder()
            .from(self.from.clone())
            .to(to.clone())
            .subject(subject)
            .message_id(Some(message_id(&name, &self.from)))
            .header(ContentType::TEXT_PLAIN)
            .body(body.to_owned())?;
        self.send(mail).await.map_err(|error| anyhow::anyhow!("{}", error.failure))
    }

    /// Sends a mail.
    pub(super) async fn send(&self, mail: Message) -> std::result::Result<(), NotTaken> {
        let Some(server) = &self.server else {
            return Err(NotTaken::unreachable(FailureKind::NoMailServer));
        };
        server.send(mail).await.map(drop).map_err(|error| match error.status() {
            // Only the code is kept: the text of the response may contain the address.
            Some(code) => NotTaken {
                failure: DeliveryFailure::with_code(FailureKind::MailRejected, code.into()),
                unreachable: false,
            },
            None if error.is_timeout() => NotTaken::unreachable(FailureKind::MailServerSilent),
            None => NotTaken::unreachable(FailureKind::MailServerUnreachable),
        })
    }
}

/// A message with the row that describes its delivery.
pub(super) struct Envelope<'a> {
    /// Provides the Message-ID, which stays the same when the mail is sent again.
    pub(super) row: &'a store::message::Message,
    pub(super) content: &'a Content,
}

/// The rendered parts of a mail.
pub(super) struct RenderedMail {
    text: String,
    pub(super) html: String,
    /// The unsubscribe link.
    stop: Option<String>,
}

/// Builds a mail.
pub(super) async fn write(desk: &Messaging, envelope: &Envelope<'_>) -> Result<Message> {
    let RenderedMail { text, html, stop } = render(desk, envelope).await?;
    let body = MultiPart::alternative_plain_html(text, html);
    Ok(built(&desk.mailer.from, envelope.row, &envelope.content.subject, body, stop)?)
}

/// Renders a mail as text and HTML.
pub(super) async fn render(desk: &Messaging, envelope: &Envelope<'_>) -> Result<RenderedMail> {
    let Envelope { row, content } = envelope;
    let base = &desk.settings.public_url;
    let lang = match row.user_id {
        Some(user) => lang_of_user(desk, &desk.db, user).await?,
        None => Lang::default(),
    };
    let words = words(lang);
    let stop = match (row.user_id, content.topic) {
        (Some(user), Some(topic)) => {
            Some(format!("{base}/unsubscribe?token={}", unsubscribe::token(desk, user, topic).await?))
        }
        _ => None,
    };
    let why = words.why_mail(base);
    let mut footer = paragraphs(&why, base);
    let mut body = content.body.trim_end().to_owned();
    let mut shown = content.html.clone().unwrap_or_else(|| paragraphs(&content.body, base));
    if let (Some(user), true) = (row.user_id, content.alarm) {
        let token = freeze_link::token(desk, user, row.id, row.created_at).await?;
        let url = format!("{base}/not-me?token={token}");
        let _ = write!(body, "\n\n{}\n{url}", words.not_me_why);
        let _ = write!(
            shown,
            "{}<p><a href=\"{}\">{}</a></p>",
            paragraphs(words.not_me_why, base),
            escape(&url),
            words.not_me
        );
    }
    let mut text = format!("{body}\n\n-- \n{why}\n");
    if let Some(url) = &stop {
        // The link is long; the HTML hides it behind its text.
        let _ = writeln!(text, "{}", words.stop_mails_at(url));
        let _ = write!(footer, "<p><a href=\"{}\">{}</a></p>", escape(url), words.stop_mails);
    }
    let html = framed(&Frame { lang, title: &content.subject, body: &shown, footer: &footer });
    Ok(RenderedMail { text, html, stop })
}

fn built(
    from: &Mailbox,
    row: &store::message::Message,
    subject: &str,
    body: MultiPart,
    stop: Option<String>,
) -> std::result::Result<Message, Unusable> {
    let mut mail = Message::builder()
        .from(from.clone())
        .to(row.to_address.parse().map_err(|_| Unusable)?)
        .subject(subject)
        .date(UNIX_EPOCH + since_epoch(row.created_at))
        .message_id(Some(message_id(&row.id.0.simple().to_string(), from)))
        .multipart(body)
        .map_err(|_| Unusable)?;
    if let Some(url) = stop {
        let mut put = |name: &'static str, value: String| {
            mail.headers_mut().insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
        };
        put("List-Unsubscribe", format!("<{url}>"));
        put("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned());
    }
    Ok(mail)
}

/// The Message-ID of a mail, in the sender's domain.
fn message_id(name: &str, from: &Mailbox) -> String {
    format!("<{name}@{}>", from.email.domain())
}

/// An address that no mail can be sent to.
struct Unusable;

impl From<Unusable> for crate::error::Error {
    fn from(_: Unusable) -> Self {
        Self::fault("could not format a message as an e-mail")
    }
}

fn since_epoch(at: Micros) -> Duration {
    Duration::from_micros(u64::try_from(at.0).unwrap_or(0))
}
