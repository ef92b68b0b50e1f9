//! Responses of forms. A browser's own post gets a 303 redirect, with a flash for the next page; a script's
//! post gets JSON with a status.

use crate::{
    answer::{Done, FormFailure},
    notice::RequestError,
    visit::{self, CARRIED, STEP_UP, Visit},
};
use http::{HeaderName, HeaderValue, StatusCode, header, request::Parts};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use service::{
    Error,
    identity::flash::{self, Flash},
};

/// The longest text kept for a second try, in characters.
const LONGEST_TEXT: usize = 20_000;

/// A post: the form's name, its page, and the submitted values.
pub(super) struct Form {
    name: &'static str,
    back: String,
    values: Vec<(String, String)>,
    too_many: RequestError,
}

/// A post of the form `name`, whose page is `back`.
pub(super) fn form(name: &'static str, back: impl Into<String>) -> Form {
    Form { name, back: back.into(), values: Vec::new(), too_many: RequestError::TooMany }
}

impl Form {
    /// Keeps a submitted value for a second try. Must not be used for secrets.
    pub(super) fn keep(mut self, field: &str, value: &str) -> Self {
        self.values.push((field.to_owned(), value.chars().take(300).collect()));
        self
    }

    /// Keeps a long text for a second try.
    pub(super) fn keep_text(mut self, field: &str, value: &str) -> Self {
        self.values.push((field.to_owned(), value.chars().take(LONGEST_TEXT).collect()));
        self
    }

    /// Replaces the message for too many attempts, so that it can name the limit.
    pub(super) fn when_too_many(mut self, error: RequestError) -> Self {
        self.too_many = error;
        self
    }

    /// Builds the response.
    pub(super) async fn answer(
        self,
        visit: &Visit,
        result: Result<Done, Error>,
    ) -> Result<Done, FormFailure> {
        self.answer_with(visit, result, None).await
    }

    /// Builds the response, with a new idempotency key for the form.
    pub(super) async fn answer_with(
        self,
        visit: &Visit,
        result: Result<Done, Error>,
        fresh: Option<String>,
    ) -> Result<Done, FormFailure> {
        match result {
            Ok(done) => {
                if wants_page() {
                    let flash = done.notice.map(|notice| Flash {
                        form: self.name.into(),
                        notice: Some(notice.into()),
                        about: done.about.clone(),
                        details: done.details.clone(),
                        ..Flash::default()
                    });
                    see_other(&leave(visit, &done.to, flash).await);
                }
                Ok(Done { fresh, ..done })
            }
            // The header makes the server store the form and run it once the password is entered.
            Err(Error::StepUp) if wants_page() => {
                ask_for_password();
                Err(failure(Error::StepUp).1)
            }
            Err(error) => {
                let (status, mut failure) = failure(error);
                if failure.refusal == Some(RequestError::TooMany.into()) {
                    failure.refusal = Some(self.too_many.into());
                }
                if wants_page() {
                    let flash = Flash {
                        form: self.name.into(),
                        fields: failure.fields.clone(),
                        refusal: failure.refusal.map(String::from),
                        values: self.values,
                        ..Flash::default()
                    };
                    see_other(&leave(visit, &self.back, Some(flash)).await);
                } else {
                    visit::set_status(status);
                }
                Err(FormFailure { fresh: next_key(status, fresh), ..failure })
            }
        }
    }
}

/// The idempotency key of the form's next post. After an error with an unknown outcome it is that of the failed post, so
/// that a repetition does nothing twice.
fn next_key(status: StatusCode, fresh: Option<String>) -> Option<String> {
    fresh.filter(|_| !status.is_server_error())
}

/// The status and the user-visible part of an error; a fault is logged and shown only as a generic error.
pub(super) fn failure(error: Error) -> (StatusCode, FormFailure) {
    let reported =
        |error: RequestError| FormFailure { refusal: Some(error.into()), ..FormFailure::default() };
    match error {
        Error::Refused(refusal) => {
            (StatusCode::CONFLICT, FormFailure { refusal: Some(refusal.into()), ..FormFailure::default() })
        }
        Error::Fields(fields) => {
            (StatusCode::UNPROCESSABLE_ENTITY, FormFailure { fields, ..FormFailure::default() })
        }
        Error::Unauthenticated => (StatusCode::UNAUTHORIZED, reported(RequestError::Unauthenticated)),
        Error::StepUp => (StatusCode::FORBIDDEN, reported(RequestError::StepUp)),
        Error::Forbidden => (StatusCode::FORBIDDEN, reported(RequestError::Forbidden)),
        Error::NotFound => (StatusCode::NOT_FOUND, reported(RequestError::NotFound)),
        Error::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, reported(RequestError::TooMany)),
        Error::Unavailable { .. } => (StatusCode::SERVICE_UNAVAILABLE, reported(RequestError::Unavailable)),
        Error::IdempotencyMismatch => (StatusCode::UNPROCESSABLE_ENTITY, reported(RequestError::SentAlready)),
        Error::Fault(cause) => {
            tracing::error!("a form failed: {cause:#}");
            (StatusCode::INTERNAL_SERVER_ERROR, reported(RequestError::Fault))
        }
    }
}

/// A failure before the form is known.
pub(super) fn refuse(error: Error) -> FormFailure {
    let (status, failure) = failure(error);
    visit::set_status(status);
    failure
}

/// Adds a flash to `to`, if there is a message and a session to store it in.
async fn leave(visit: &Visit, to: &str, flash: Option<Flash>) -> String {
    let Some(flash) = flash else { return to.to_owned() };
    match put(visit, &flash).await {
        Ok(id) => with_query(to, "flash", &id),
        Err(error) => {
            tracing::warn!("a flash was lost: {error}");
            to.to_owned()
        }
    }
}

async fn put(visit: &Visit, content: &Flash) -> Result<String, Error> {
    if let Some(token) = &visit.session {
        match flash::store_flash(&visit.desk, token, content).await {
            Err(Error::Unauthenticated) => {}
            other => return other.map(|id| id.to_string()),
        }
    }
    // Without a session nothing is stored on the server: the browser carries the flash.
    visit.set_flash(&flash::carry(&visit.desk, content)?);
    Ok(CARRIED.to_owned())
}

/// Adds a value to the query of a path, before its fragment.
fn with_query(to: &str, name: &str, value: &str) -> String {
    let (page, fragment) = to.split_once('#').map_or((to, None), |(p, f)| (p, Some(f)));
    let joint = if page.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|f| format!("#{f}")).unwrap_or_default();
    format!("{page}{joint}{name}={value}{fragment}")
}

fn wants_page() -> bool {
    use_context::<Parts>().is_some_and(|p| {
        p.headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"))
    })
}

fn ask_for_password() {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(StatusCode::FORBIDDEN);
        options.insert_header(HeaderName::from_static(STEP_UP), HeaderValue::from_static("required"));
    }
}

fn see_other(to: &str) {
    if let (Some(options), Ok(location)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(to)) {
        options.set_status(StatusCode::SEE_OTHER);
        options.insert_header(header::LOCATION, location);
    }
}

/// The framework's own failures, such as a body that does not match the form.
impl FromServerFnError for FormFailure {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        tracing::debug!("a form could not be read: {error}");
        visit::set_status(StatusCode::BAD_REQUEST);
        Self { refusal: Some(RequestError::BadRequest.into()), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Refusal;

    #[test]
    fn the_flash_goes_before_the_fragment() {
        assert_eq!(with_query("/keys#add", "flash", "1"), "/keys?flash=1#add");
        assert_eq!(with_query("/trade?key=2", "flash", "1"), "/trade?key=2&flash=1");
    }

    #[test]
    fn a_fault_reveals_no_internals() {
        let (status, reported) = failure(Error::fault("password of the database is hunter2"));
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            reported,
            FormFailure { refusal: Some(RequestError::Fault.into()), ..FormFailure::default() }
        );
    }

    #[test]
    fn a_post_with_an_unknown_outcome_is_repeated_under_its_key() {
        let next = |error: Error| next_key(failure(error).0, Some("new".to_owned()));
        assert_eq!(next(Error::Unavailable { retry_after_s: 2 }), None);
        assert_eq!(next(Error::fault("the database is gone")), None);
        for known in [Error::NotFound, Error::IdempotencyMismatch, Refusal::KeyInactive.into()] {
            assert_eq!(next(known).as_deref(), Some("new"));
        }
    }

    #[test]
    fn refusals_carry_their_code() {
        assert_eq!(failure(Refusal::KeyInactive.into()).1.refusal, Some(Refusal::KeyInactive.into()));
    }
}
