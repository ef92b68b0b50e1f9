//! Texts of transactional mails.

use language::table;

table! {
    /// Transactional mails.
    Words, words {
        reset: "Reset your Slipstream password",
        reset_body(link): "Someone, probably you, asked to reset the password of your Slipstream account.\n\n{link}\n\nThe link works once and expires in one hour. If this wasn't you, ignore this e-mail: your password stays the same.\n",
        support(subject): "Support: {subject}",
        support_body(email, message, link): "{email} wrote:\n\n{message}\n\nReply to {email} by e-mail, then close the request: {link}\n",
        audit_changed: "The audit log was changed in the database",
        audit_changed_body(fault, link): "Someone changed the audit log directly in the database: {fault}.\n\n{link}\n\nSlipstream keeps trading and recording. Run slipstream audit verify, and compare the database with a backup. The steps are in docs/INCIDENT.md.\n",
    }
}
