//! The buttons of the desk's forms, and the questions that some of them ask first.
//!
//! A question is the one of `components::confirm`, for a form that the page sends without a reload: the browser opens and
//! closes it, so that it needs no code in the bundle.

use super::send::{Sender, ignore_double};
use crate::islands::part::{IntoPart as _, Part};
use crate::islands::reactive::{dynamic, handler};
use leptos::prelude::*;

/// The button that sends a form. It stays enabled while sending, so that it keeps the focus.
pub(super) fn button(sender: Sender, kind: &'static str, id: String, text: String) -> Part {
    view! {
        <button type="submit" class="button" data-kind=kind data-testid=id
            aria-disabled=dynamic(move || sender.busy.get().then_some("true")) on:click=handler(|event| ignore_double(&event))>{text}</button>
    }
    .part()
}

/// A button that opens a question with the button that acts and one that cancels.
pub(super) struct Question {
    /// Id and test id of the button that opens the question; the others have `-yes` and `-no` after it.
    pub(super) name: &'static str,
    /// The suffix of its id among several buttons of its name on the page.
    pub(super) row: String,
    /// The kind of the button that opens the question.
    pub(super) kind: &'static str,
    /// The text of the button that opens the question.
    pub(super) button: String,
    /// Its accessible name, if its text is not clear without its place on the page.
    pub(super) named: Option<String>,
    /// The question: the act and its object, and what follows from it.
    pub(super) question: String,
    /// The text of the button that acts.
    pub(super) yes: String,
    /// The text of the button that closes the question.
    pub(super) no: &'static str,
    /// The URL that the form is sent to.
    pub(super) action: &'static str,
    /// The hidden fields of the form.
    pub(super) fields: Vec<Part>,
}

impl Question {
    /// A question whose buttons that open it and act have the same text.
    pub(super) fn new(
        name: &'static str,
        button: String,
        question: String,
        no: &'static str,
        action: &'static str,
        fields: Vec<Part>,
    ) -> Self {
        let (row, yes) = (String::new(), button.clone());
        Self { name, row, kind: "quiet", button, named: None, question, yes, no, action, fields }
    }

    /// Renders the button and its question.
    pub(super) fn view(self, sender: Sender) -> Part {
        let Self { name, row, kind, button: text, named, question, yes, no, action, fields } = self;
        let id = format!("{name}{row}");
        let (asks, asked) = (format!("{id}-question"), format!("{id}-text"));
        // The macro evaluates children before attributes.
        view! {
            <div class="confirmed">
                <button type="button" class="button" id=id data-kind=kind aria-label=named popovertarget=asks.clone()
                    data-testid=name>{text}</button>
                <div popover="auto" id=asks class="confirm" data-kind="bad" role="dialog" aria-labelledby=asked>
                    <p id=asked.clone()>{question}</p>
                    <form method="post" action=action on:submit=handler(move |event| sender.submit(&event))>
                        {fields}
                        {button(sender, "bad", format!("{name}-yes"), yes)}
                        <button type="button" class="button" popovertarget=asks.clone() popovertargetaction="hide" autofocus=true
                            data-testid=format!("{name}-no")>{no}</button>
                    </form>
                </div>
            </div>
        }
        .part()
    }
}
