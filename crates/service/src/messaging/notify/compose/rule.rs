//! The message about a risk rule.

use super::{Composer, content::Item, warning};
use crate::{
    error::Result,
    messaging::notify::{event::RuleNews, plain::shown, words::rule_kind},
};
use domain::figures;

impl Composer<'_> {
    /// A risk rule's trip or skipped entry.
    pub(super) async fn rule(&mut self, news: &RuleNews) -> Result<Item> {
        let words = self.words;
        let about = shown(&news.about);
        let kind = rule_kind(self.lang, news.kind);
        let link = format!("{}/rules", self.desk.settings.public_url);
        let (title, why) = match (news.copy, news.closing) {
            (Some(_), _) => (words.rule_skipped(&about), words.rule_skipped_why(&link)),
            (None, true) => (words.rule_tripped(&about), words.rule_closing_why(&link)),
            (None, false) => (words.rule_tripped(&about), words.rule_tripped_why(&link)),
        };
        let mut facts = vec![
            (words.rule, kind.to_owned()),
            (words.rule_seen, figures::decimal(news.seen.round_dp(2))),
            (words.rule_limit, figures::decimal(news.limit)),
        ];
        if let Some((at, seen)) = news.first {
            let before = words.rule_reading(&figures::decimal(seen.round_dp(2)), &self.zone.show(at));
            facts.push((words.rule_first, before));
        }
        facts.extend(news.until.map(|until| (words.until, self.zone.show(until))));
        if let Some(key) = news.key {
            facts.push((words.key, self.key(key).await?));
        }
        Ok(warning(title, why, facts))
    }
}
