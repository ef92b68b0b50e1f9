//! Sends the desk's posts and keeps their results.

use super::DeskInit;
use crate::islands::reactive::RwSignal;
use crate::{answer::FormFailure, notice::PostNotice};
use leptos::ev;

/// Ignores the second click of a double click, which would answer the question of the first, or act again.
pub(crate) fn ignore_double(event: &ev::MouseEvent) {
    if event.detail() > 1 {
        event.prevent_default();
    }
}

/// Closes the question that a form answers, with its button that cancels: the result is shown on the page.
#[cfg(feature = "islands")]
fn close_question(form: &web_sys::HtmlFormElement) {
    use wasm_bindgen::JsCast;
    let cancel = form.query_selector("[popovertargetaction]").ok().flatten();
    if let Some(cancel) = cancel.and_then(|cancel| cancel.dyn_into::<web_sys::HtmlElement>().ok()) {
        cancel.click();
    }
}

/// Runs after a success; gets the form that was sent.
pub(crate) type Finish = Box<dyn FnOnce(&web_sys::HtmlFormElement)>;

/// Sends the desk's forms, one at a time, and keeps the result of the last.
#[derive(Clone, Copy)]
pub(crate) struct Sender {
    /// Whether a post is in progress.
    pub(crate) busy: RwSignal<bool>,
    /// The problems of the last post.
    pub(crate) failure: RwSignal<FormFailure>,
    /// The success message of the last post.
    pub(crate) notice: RwSignal<Option<PostNotice>>,
    /// The idempotency key of the next post. The server sends the one after it with each result; a post whose outcome is
    /// unknown is repeated under the same key.
    pub(crate) idempotency: RwSignal<String>,
}

impl Sender {
    pub(crate) fn new(init: &DeskInit) -> Self {
        Self::with(&init.failure, init.idempotency.clone())
    }

    /// A sender with its own results and keys, for the forms of the position and the orders.
    pub(crate) fn managing(init: &DeskInit) -> Self {
        Self::with(&init.managed, format!("{}-0", init.idempotency))
    }

    fn with(failure: &FormFailure, key: String) -> Self {
        Self {
            busy: RwSignal::new(false),
            failure: RwSignal::new(failure.clone()),
            notice: RwSignal::new(None),
            idempotency: RwSignal::new(key),
        }
    }

    /// Sends the form of a submit event instead of the browser.
    pub(crate) fn submit(self, event: &ev::SubmitEvent) {
        self.submit_with(event, Vec::new(), Box::new(|_| ()));
    }

    /// Sends the form with some fields replaced; `done` runs on success.
    #[cfg(feature = "islands")]
    pub(crate) fn submit_with(self, event: &ev::SubmitEvent, replaced: Vec<(String, String)>, done: Finish) {
        use wasm_bindgen::JsCast;
        let form = event.target().and_then(|t| t.dyn_into::<web_sys::HtmlFormElement>().ok());
        let Some(form) = form else { return };
        event.prevent_default();
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        close_question(&form);
        leptos::task::spawn_local(async move {
            let fresh = match super::post::post_form(&form, &replaced).await {
                Ok(answer) => {
                    self.failure.set(FormFailure::default());
                    self.notice.set(answer.notice);
                    done(&form);
                    answer.fresh
                }
                Err(failure) => {
                    self.notice.set(None);
                    self.failure.set(failure.clone());
                    failure.fresh
                }
            };
            if let Some(key) = fresh {
                self.idempotency.set(key);
            }
            self.busy.set(false);
        });
    }

    /// On the server nothing is ever submitted.
    #[cfg(not(feature = "islands"))]
    pub(crate) fn submit_with(self, _: &ev::SubmitEvent, _: Vec<(String, String)>, _: Finish) {}
}
