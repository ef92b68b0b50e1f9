//! Texts about copies (status, reasons, exits) and past trades.

use super::table;
use domain::{
    copy::{Exit, Reason, Status},
    signal::Action,
};

table! {
    /// Copies and past trades.
    Copies, copies {
        title: "Copies",
        lead: "What each signal did on each of your accounts, and in words why not.",
        empty: "No copies here yet. They appear when a strategy that you follow gives a signal.",
        any_key: "All keys",
        any_strategy: "All strategies",
        any_status: "Everything",
        status: "State",
        strategy: "Strategy",
        show: "Show",
        older: "Older",
        newest: "Newest",
        col_what: "Signal",
        col_happened: "What happened",
        col_result: "Result",
        col_stop: "Stop",
        enter_long: "Enter long",
        enter_short: "Enter short",
        exit_any: "Leave",
        queued: "Waiting",
        sending: "Being sent",
        open: "Open",
        closed: "Closed",
        skipped: "Not copied",
        failed: "Failed",
        sized: "{} at {}, {}×",
        ended: "Closed: {}",
        left: "Left the position",
        exit_stop: "stop reached",
        exit_target: "last target reached",
        exit_signal: "by the strategy's signal",
        exit_owner: "when you stopped following",
        exit_panic: "by the panic button",
        exit_unprotected: "its stop was gone and could not be placed again",
        exit_elsewhere: "outside of Slipstream",
        exit_unwatched: "its key was deleted; what became of it is not known here",
        key_gone: "deleted key",

        tab_strategy: "By strategies",
        tab_manual: "By hand",
        past_empty_strategy: "No strategy has traded for you in this range.",
        past_empty_manual: "You have not traded by hand in this range.",
        from: "From",
        to: "To",
        side: "Side",
        any_side: "Both",
        any_market: "All markets",
        csv: "Download as CSV",
        col_cost: "Value",
        col_targets: "Targets",
        col_leverage: "Leverage",
    }
}

impl Copies {
    /// The name of a copy's status.
    pub(crate) const fn status(&self, status: Status) -> &'static str {
        match status {
            Status::Queued => self.queued,
            Status::Sending => self.sending,
            Status::Open => self.open,
            Status::Closed => self.closed,
            Status::Skipped => self.skipped,
            Status::Failed => self.failed,
        }
    }

    /// The exit reason of a copied position.
    pub(crate) const fn exit(&self, exit: Exit) -> &'static str {
        match exit {
            Exit::Stop => self.exit_stop,
            Exit::Target => self.exit_target,
            Exit::Signal => self.exit_signal,
            Exit::Owner => self.exit_owner,
            Exit::Panic => self.exit_panic,
            Exit::Unprotected => self.exit_unprotected,
            Exit::Elsewhere => self.exit_elsewhere,
            Exit::Unwatched => self.exit_unwatched,
        }
    }

    /// The action of a signal.
    pub(crate) const fn action(&self, action: Action, side: Option<domain::Side>) -> &'static str {
        match (action, side) {
            (Action::Exit, _) | (Action::Enter, None) => self.exit_any,
            (Action::Enter, Some(domain::Side::Buy)) => self.enter_long,
            (Action::Enter, Some(domain::Side::Sell)) => self.enter_short,
        }
    }
}

/// Why a copy was skipped, as the end of a sentence.
pub(crate) const fn reason(lang: super::Lang, reason: Reason) -> &'static str {
    match lang {
        // The domain's own texts are English.
        super::Lang::En => reason.text(),
    }
}
