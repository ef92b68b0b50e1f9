//! Titles and texts of changes of credentials.

use crate::messaging::notify::{plain::shown, words::Words};
use domain::{account::Credential, plan::title};

/// Title and text of a change of credentials.
pub(super) fn credential(words: &Words, what: Credential, name: &str, base: &str) -> (String, String) {
    let name = &shown(name);
    let keys = || format!("{base}/keys");
    let clients = || format!("{base}/settings/api-clients");
    let strategies = || format!("{base}/admin/strategies");
    let sources = || format!("{base}/strategies/own");
    let webhooks = || format!("{base}/settings/webhooks");
    match what {
        Credential::KeyConnected => (words.key_connected(name), words.key_connected_why(&keys())),
        Credential::KeyRenewed => (words.key_renewed(name), words.key_renewed_why(&keys())),
        Credential::KeyDeleted => (words.key_deleted(name), words.key_deleted_why(&keys())),
        Credential::FirstDayEnded => (words.first_day_ended(name), words.first_day_ended_why(&keys())),
        Credential::ClientCreated => (words.client_created(name), words.client_created_why(&clients())),
        Credential::ClientRevoked => (words.client_revoked(name), words.client_revoked_why(&clients())),
        Credential::HookRotated => (words.hook_rotated(name), words.hook_rotated_why(&strategies())),
        Credential::HookClosed => (words.hook_closed(name), words.hook_closed_why(&strategies())),
        Credential::SourceRotated => (words.hook_rotated(name), words.hook_rotated_why(&sources())),
        Credential::SourceClosed => (words.hook_closed(name), words.hook_closed_why(&sources())),
        Credential::WebhookCreated => (words.webhook_created(name), words.webhook_created_why(&webhooks())),
        Credential::WebhookMoved => (words.webhook_moved(name), words.webhook_created_why(&webhooks())),
        Credential::WebhookRotated => (words.webhook_rotated(name), words.webhook_rotated_why(&webhooks())),
        Credential::WebhookRemoved => (words.webhook_removed(name), words.webhook_removed_why(&webhooks())),
        Credential::ChatLinked => {
            let settings = format!("{base}/settings/notifications");
            (words.chat_linked.to_owned(), words.chat_linked_why(&settings))
        }
        Credential::PlanChanged => {
            (words.plan_changed(&title(name)), words.plan_changed_why(&format!("{base}/billing")))
        }
        Credential::Frozen => (words.frozen.to_owned(), words.frozen_why(&format!("{base}/forgot"))),
    }
}
