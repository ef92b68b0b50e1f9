//! Risk rules: what a trader sets, what each rule counts, its trips, and the closing of positions. The decision itself is
//! [`domain::risk_rule::judge()`].

mod close;
mod entry;
mod measure;
mod preview;
mod rules;
mod trip;
mod watch;

pub use close::close_due;
pub use preview::{PREVIEW_DAYS, RulePreview, preview};
pub use rules::{
    MOST_RULES, NewRule, RuleChange, RuleTrip, change_rule, create_rule, get_rule, list_rules, list_trips,
    remove_rule, resume_rule,
};
pub use watch::watch;

pub(crate) use entry::EntryRules;
pub(crate) use measure::RuleBook;
pub(in crate::following) use rules::set_daily_limit;
pub(in crate::following) use watch::Readings;
