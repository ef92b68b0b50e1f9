//! A form of an open trade that keeps what is typed in it.
//!
//! While a form is edited, it stays as it was rendered, with the version that the trade had then. What changes meanwhile is
//! shown beside its field, and the server refuses the form once; after that it is sent with the current version.

use super::{Input, fixed, form, input, once, problem};
use crate::figures;
use crate::islands::part::{IntoPart as _, Part, changing};
use crate::islands::{
    desk::{account::AccountSignals, figure::line, send::Sender},
    reactive::{Memo, Peek as _, RwSignal, dynamic},
};
use crate::words::desk::desk;
use domain::{IntentId, trade::OpenTrade, validation::Problem};
use leptos::prelude::*;

/// The body of a form, rendered from a trade.
type Body = fn(Edit, &OpenTrade) -> Vec<Part>;

/// The state of one form of an open trade.
#[derive(Clone, Copy)]
pub(super) struct Edit {
    pub(super) account: AccountSignals,
    pub(super) sender: Sender,
    /// The trade's id.
    id: IntentId,
    /// The names of the form's fields: a problem of one of them is this form's.
    fields: &'static [&'static str],
    /// Whether something is typed that the server has not accepted.
    edited: RwSignal<bool>,
    /// The trade as the form shows it.
    trade: Memo<Option<OpenTrade>>,
    /// The version that the form changes.
    version: Memo<i64>,
}

/// The open trade of the position; `None` while nothing has filled, and if several share the position.
pub(super) fn open_trade(account: AccountSignals) -> Option<OpenTrade> {
    account.state.peek(|state| {
        let held = account.held(state)?;
        // In one-way mode the side is left to the server, which knows what has turned a position.
        let elsewhere =
            |trade: &OpenTrade| held.position_side.is_hedged() && trade.side != held.side.opening();
        let of_position = |trade: &&OpenTrade| !trade.entered.is_zero() && !elsewhere(trade);
        let mut entered = state.trades.iter().filter(of_position);
        entered.next().filter(|_| entered.next().is_none()).cloned()
    })
}

/// Whether two states of a trade have different forms.
fn is_changed(before: Option<&Option<OpenTrade>>, now: Option<&Option<OpenTrade>>) -> bool {
    let shown = |trade: &OpenTrade| (trade.automation, trade.stop, trade.targets.clone());
    let of = |trade: Option<&Option<OpenTrade>>| trade.and_then(Option::as_ref).map(shown);
    of(before) != of(now)
}

/// The values of a form that failed without scripts, in the order of its fields.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptValues(
    /// Names and values as typed.
    pub(crate) Vec<(String, String)>,
);

/// The values that were typed in the fields of this name; empty if no form with one has failed.
#[cfg(feature = "ssr")]
pub(super) fn kept(name: &str) -> Vec<String> {
    let KeptValues(all) = use_context().unwrap_or_default();
    all.into_iter().filter(|(field, _)| field == name).map(|(_, value)| value).collect()
}

/// The browser gets the values with the page, as those of its fields.
#[cfg(not(feature = "ssr"))]
pub(super) const fn kept(_: &str) -> Vec<String> {
    Vec::new()
}

impl Edit {
    pub(super) fn new(
        account: AccountSignals,
        sender: Sender,
        id: IntentId,
        fields: &'static [&'static str],
    ) -> Self {
        let is_stale = move || {
            sender.failure.peek(|failure| {
                let own = |field: &str| fields.contains(&field);
                failure.fields.iter().any(|p| p.problem == Problem::ChangedMeanwhile && own(&p.field))
            })
        };
        // Without scripts, a form that failed is shown again with what was typed.
        let edited = RwSignal::new(has_failed(account, sender, fields));
        let trade = move |before: Option<&Option<OpenTrade>>| {
            let kept = before.filter(|_| edited.get()).cloned().flatten();
            kept.or_else(|| open_trade(account))
        };
        let version = move |before: Option<&i64>| match before {
            Some(version) if edited.get() && !is_stale() => *version,
            _ => open_trade(account).map_or(0, |trade| trade.version),
        };
        let (trade, version) = (Memo::new_with_compare(trade, is_changed), Memo::new(version));
        Self { account, sender, id, fields, edited, trade, version }
    }

    /// A button that opens the form; open at first if the form has failed without scripts.
    pub(super) fn folded(self, id: &'static str, text: &'static str, body: Vec<Part>) -> Part {
        super::folded(self.account, id, text, has_failed(self.account, self.sender, self.fields), body)
    }

    /// Renders a part of the form again when the trade changes, unless it is being edited.
    pub(super) fn part(self, body: Body) -> Part {
        changing(move || Some(body(self, &self.trade.get()?).part())).part()
    }

    /// The form; once it has succeeded, it shows the trade again.
    pub(super) fn form(self, action: &'static str, id: &'static str, body: Vec<Part>) -> Part {
        form(self.sender, self.edited, action, id, body)
    }

    /// The hidden fields of a form that changes the trade.
    pub(super) fn identity(self) -> Vec<Part> {
        let version = self.version;
        let version = dynamic(move || version.get().to_string());
        vec![
            identity(self.account, self.sender, self.id),
            view! { <input type="hidden" name="version" value=version/> }.part(),
        ]
    }

    /// A number field with a value of the trade, and the current value beside it if that is another one meanwhile.
    pub(super) fn input(
        self,
        name: &'static str,
        label: &'static str,
        trade: &OpenTrade,
        of: fn(&OpenTrade) -> String,
        required: bool,
    ) -> Part {
        let value = kept(name).into_iter().next().unwrap_or_else(|| of(trade));
        let note = self.note(value.clone(), of, figures::grouped);
        let field = Input { name, label, value, required, note: Some(note) };
        input(self.account, self.sender, field)
    }

    /// The current value of the trade; hidden while it is the one that the form was rendered with.
    pub(super) fn note(
        self,
        shown: String,
        of: fn(&OpenTrade) -> String,
        written: fn(&str) -> String,
    ) -> Part {
        let words = desk(self.account.lang);
        let text = move || {
            let now = open_trade(self.account).map(|trade| of(&trade)).unwrap_or_default();
            if now == shown {
                String::new()
            } else {
                words.now_is(&if now.is_empty() { words.none.to_owned() } else { written(&now) })
            }
        };
        line("hint", None, dynamic(text))
    }
}

/// The hidden fields of a form that acts on a trade whatever its version is.
pub(super) fn identity(account: AccountSignals, sender: Sender, id: IntentId) -> Part {
    vec![once(account, sender), fixed("trade", id.to_string())].part()
}

/// Whether a field had a problem in the last post.
fn has_failed(account: AccountSignals, sender: Sender, fields: &[&'static str]) -> bool {
    untrack(|| fields.iter().any(|name| problem(account, sender, name).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        answer::FormFailure,
        islands::desk::{DeskInit, read::tests::init},
    };
    use domain::{Decimal, ticket::Stop, validation::FieldProblem};

    const FIELDS: &[&str] = &["stopTriggerPrice"];

    /// Runs `test` with the form of a trade of version 3 whose stop is at 9.
    fn with_form(test: impl FnOnce(Edit)) {
        let mut init = DeskInit { managed: FormFailure::default(), ..init() };
        init.account.trades[0].entered = Decimal::ONE;
        Owner::new().with(|| {
            let (account, sender) = (AccountSignals::new(&init), Sender::managing(&init));
            test(Edit::new(account, sender, init.account.trades[0].id, FIELDS));
        });
    }

    fn shown(edit: Edit) -> (Decimal, i64) {
        let stop = edit.trade.get().and_then(|trade| trade.stop);
        (stop.map(|stop| stop.trigger).unwrap_or_default(), edit.version.get())
    }

    /// Another tab moves the stop.
    fn change(edit: Edit, trigger: i64, version: i64) {
        edit.account.state.update(|state| {
            let stop = Some(Stop { trigger: Decimal::from(trigger), limit: None });
            let before = state.trades[0].clone();
            state.trades[0] = OpenTrade { stop, version, ..before };
        });
    }

    fn fail(edit: Edit, problem: Problem) {
        edit.sender.failure.update(|f| f.fields = vec![FieldProblem::new(FIELDS[0], problem)]);
    }

    #[test]
    fn an_untouched_form_follows_the_trade() {
        with_form(|edit| {
            assert_eq!(shown(edit), (Decimal::from(9), 3));
            change(edit, 8, 4);
            assert_eq!(shown(edit), (Decimal::from(8), 4));
        });
    }

    #[test]
    fn an_edited_form_keeps_its_values_and_version_until_it_was_refused_once() {
        with_form(|edit| {
            assert_eq!(shown(edit), (Decimal::from(9), 3));
            edit.edited.set(true);
            change(edit, 8, 4);
            assert_eq!(shown(edit), (Decimal::from(9), 3));
            fail(edit, Problem::ChangedMeanwhile);
            assert_eq!(shown(edit), (Decimal::from(9), 4), "the owner has seen the current value");
            fail(edit, Problem::StopOnWrongSide);
            change(edit, 7, 5);
            assert_eq!(shown(edit), (Decimal::from(9), 4), "another change is another refusal");
            edit.sender.failure.set(FormFailure::default());
            edit.edited.set(false);
            assert_eq!(shown(edit), (Decimal::from(7), 5));
        });
    }

    #[test]
    fn a_form_that_failed_without_scripts_counts_as_edited() {
        let mut init = init();
        init.account.trades[0].entered = Decimal::ONE;
        Owner::new().with(|| {
            let (account, sender) = (AccountSignals::new(&init), Sender::managing(&init));
            let id = init.account.trades[0].id;
            assert!(Edit::new(account, sender, id, FIELDS).edited.get());
            assert!(!Edit::new(account, sender, id, &["addAmount"]).edited.get());
        });
    }
}
