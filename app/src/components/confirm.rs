//! Buttons that ask for a confirmation before they act.

use crate::components::rendered::Rendered as _;
use crate::{visit, words::pages::pages};
use leptos::prelude::*;

/// A button that opens a question with the button that acts and one that cancels. The browser opens and closes it, also
/// with Esc and with a click outside, so it needs no script.
#[derive(Clone, Debug)]
pub(crate) struct Confirm {
    /// The endpoint of the form, below `/api/`.
    pub(crate) endpoint: &'static str,
    /// The hidden fields of the form.
    pub(crate) values: Vec<(&'static str, String)>,
    /// The text of the button that opens the question.
    pub(crate) button: String,
    /// Its accessible name, if its text is not clear without its place on the page.
    pub(crate) named: Option<String>,
    /// The question: the act and its object, and what follows from it.
    pub(crate) question: String,
    /// The text of the button that acts.
    pub(crate) yes: String,
    /// The text of the button that closes the question; `None` for "Cancel".
    pub(crate) no: Option<&'static str>,
    /// `bad` for an act that destroys something, else `main`.
    pub(crate) kind: &'static str,
    /// The suffix that distinguishes the button on a page that has several of them: the first value, unless another is set.
    pub(crate) row: String,
    /// Test id of the button that opens; the others have `-yes` and `-no` after it.
    pub(crate) testid: &'static str,
}

impl Confirm {
    /// A confirmation of an act that destroys something, with the same text on both buttons.
    pub(crate) fn new(
        endpoint: &'static str,
        values: &[(&'static str, String)],
        button: &str,
        question: &str,
        testid: &'static str,
    ) -> Self {
        Self {
            endpoint,
            values: values.to_vec(),
            button: button.to_owned(),
            named: None,
            question: question.to_owned(),
            yes: button.to_owned(),
            no: None,
            kind: "bad",
            row: values.first().map(|(_, value)| value.clone()).unwrap_or_default(),
            testid,
        }
    }

    /// The id of the question, by which its buttons open and close it.
    fn id(&self) -> String {
        format!("{}-{}", self.testid, self.row)
    }

    /// Renders the button and its question.
    pub(crate) fn show(self) -> AnyView {
        let id = self.id();
        let Self { endpoint, values, button, named, question, yes, no, kind, testid, .. } = self;
        let asked = format!("{id}-question");
        let no = no.unwrap_or(pages(visit::lang()).cancel);
        let opens = if kind == "main" { "main" } else { "plain" };
        let hidden = values
            .iter()
            .map(|(name, value)| view! { <input type="hidden" name=*name value=value.clone()/> })
            .collect_view();
        // The macro evaluates children before attributes.
        view! {
            <div class="confirmed">
                <button type="button" class="button" data-kind=opens aria-label=named popovertarget=id.clone()
                    data-testid=testid>{button}</button>
                <div popover="auto" id=id class="confirm" data-kind=kind role="dialog" aria-labelledby=asked>
                    <p id=asked.clone()>{question}</p>
                    <form method="post" action=format!("/api/{endpoint}")>
                        {hidden}
                        <button type="submit" class="button" data-kind=kind data-testid=format!("{testid}-yes")>{yes}</button>
                        <button type="button" class="button" popovertarget=id.clone() popovertargetaction="hide" autofocus=true
                            data-testid=format!("{testid}-no")>{no}</button>
                    </form>
                </div>
            </div>
        }
        .rendered()
    }
}

/// As [`super::form::act`], with a confirmation.
pub(crate) fn act_sure(
    endpoint: &'static str,
    values: &[(&'static str, String)],
    text: &'static str,
    sure: &'static str,
    testid: &'static str,
) -> AnyView {
    Confirm::new(endpoint, values, text, sure, testid).show()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_has_its_own_question() {
        let confirm = Confirm::new("end", &[("id", "7".to_owned())], "End", "End it?", "end");
        assert_eq!(confirm.id(), "end-7");
        // One account has positions on several markets.
        let close = |market: &str| Confirm { row: format!("7-{market}"), ..confirm.clone() };
        assert_ne!(close("BTC/USDT").id(), close("ETH/USDT").id());
    }
}
