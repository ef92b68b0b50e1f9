//! Mails about billing.

use super::{news::News, words::words};
use crate::{messaging::mail::Letter, money::Money};
use domain::plan::title;
use language::Lang;
use store::subscription::StoredSubscription;

/// The mail about a change; `None` if the page that caused the change has shown it.
pub(super) fn plan_letter(
    desk: &Money,
    lang: Lang,
    news: News,
    plan: &str,
    kept: &StoredSubscription,
) -> Option<Letter> {
    let (words, base) = (words(lang), &desk.settings.public_url);
    let billing = format!("{base}/billing");
    let plan = &title(plan);
    let (subject, body) = match news {
        News::Started => {
            let date = kept.subscription.period_end.date();
            (words.started(plan), words.started_body(plan, &date, &billing))
        }
        News::Failed => {
            let date = kept.subscription.grace_end().date();
            (words.failed(plan), words.failed_body(plan, &date, &billing))
        }
        News::Lapsed => (words.lapsed(plan), words.lapsed_body(plan, &format!("{base}/plans"))),
        News::Changed | News::EndSet => return None,
    };
    Some(Letter { subject, body, secret: false, alarm: news == News::Started })
}
