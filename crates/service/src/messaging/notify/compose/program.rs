//! Messages about signal sources, strategies and webhooks.

use super::{Composer, content::Item, warning};
use crate::{
    error::{Error, Result},
    messaging::notify::{event::NotificationEvent, plain::shown, words::refused_alert},
};
use domain::own_source::SourceDecision;

impl Composer<'_> {
    /// An event of a signal source, a strategy or a webhook; a fault for other events.
    pub(super) fn of_program(&self, event: &NotificationEvent) -> Result<Item> {
        let words = self.words;
        let base = self.desk.settings.public_url.as_str();
        Ok(match event {
            NotificationEvent::AlertRefused { strategy, name, reason } => {
                let link = format!("{base}/strategies/own/{strategy}");
                let facts = vec![(words.why, refused_alert(self.lang, *reason).to_owned())];
                warning(words.alert_refused(&shown(name)), words.alert_refused_why(&link), facts)
            }
            NotificationEvent::ApprovalRequested { name, email, .. } => {
                let why = words.approval_requested_why(&shown(email), &format!("{base}/admin/strategies"));
                warning(words.approval_requested(&shown(name)), why, vec![])
            }
            NotificationEvent::SourceDecided { strategy, name, decision, own } => {
                let page = if *own { "strategies/own" } else { "admin/strategies" };
                let (name, link) = (&shown(name), format!("{base}/{page}/{strategy}"));
                let (title, why) = match decision {
                    SourceDecision::Approve => {
                        (words.source_approved(name), words.source_approved_why(&link))
                    }
                    SourceDecision::Reject => (words.source_rejected(name), words.source_rejected_why(&link)),
                    SourceDecision::Revoke => (words.source_revoked(name), words.source_revoked_why(&link)),
                };
                warning(title, why, vec![])
            }
            NotificationEvent::StrategyPaused { strategy, name, signals, own } => {
                let page = if *own { "strategies/own" } else { "admin/strategies" };
                let link = format!("{base}/{page}/{strategy}");
                let why = words.strategy_paused_why(&signals.to_string(), &link);
                warning(words.strategy_paused(&shown(name)), why, vec![])
            }
            NotificationEvent::WebhookDisabled { name } => {
                let why = words.webhook_disabled_why(&format!("{base}/settings/webhooks"));
                warning(words.webhook_disabled(&shown(name)), why, vec![])
            }
            _ => return Err(Error::fault("the event does not concern a program")),
        })
    }
}
