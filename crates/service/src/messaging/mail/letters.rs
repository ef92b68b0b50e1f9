//! Transactional mails.

use super::{Letter, words::words};
use crate::messaging::Messaging;
use domain::support::Ticket;
use language::Lang;

/// The mail with a password reset link.
pub(crate) fn reset_link(desk: &Messaging, lang: Lang, token: &str) -> Letter {
    let words = words(lang);
    Letter {
        subject: words.reset.to_owned(),
        body: words.reset_body(&format!("{}/reset?token={token}", desk.settings.public_url)),
        secret: true,
        alarm: false,
    }
}

/// The mail that notifies the admin of a support request.
pub(crate) fn support_requested(desk: &Messaging, lang: Lang, ticket: &Ticket) -> Letter {
    let words = words(lang);
    let Ticket { email, subject, message, .. } = ticket;
    Letter {
        subject: words.support(subject),
        body: words.support_body(email, message, &format!("{}/admin/support", desk.settings.public_url)),
        secret: false,
        alarm: false,
    }
}

/// The mail that notifies an admin of a change of the audit log in the database.
pub(crate) fn audit_changed(desk: &Messaging, lang: Lang, fault: &str) -> Letter {
    let words = words(lang);
    Letter {
        subject: words.audit_changed.to_owned(),
        body: words.audit_changed_body(fault, &format!("{}/admin/audit", desk.settings.public_url)),
        secret: false,
        alarm: false,
    }
}
