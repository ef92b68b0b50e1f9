//! Posts a form without leaving the page: the same endpoint, answered in JSON.

use super::read::FromTree;
use crate::{
    answer::{Done, FormFailure},
    islands::tree,
    notice::RequestError,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{FormData, Headers, HtmlFormElement, RequestInit, Response, UrlSearchParams};

/// Posts a form's fields, some of them replaced. A status of 200 is a success even if its body cannot be read, as after an
/// update of the server.
pub(super) async fn post_form(
    form: &HtmlFormElement,
    replaced: &[(String, String)],
) -> Result<Done, FormFailure> {
    let Some(params) = form_fields(form) else { return Err(unreachable()) };
    for (name, value) in replaced {
        params.set(name, value);
    }
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&params);
    match fetch(&form.action(), &init).await {
        Ok((200, text)) => Ok(parse(&text).unwrap_or_default()),
        Ok((_, text)) => Err(parse(&text).unwrap_or_else(unreachable)),
        Err(_) => Err(unreachable()),
    }
}

/// Reads JSON from a path of our own server.
pub(super) async fn get_json<T: FromTree>(address: &str) -> Option<T> {
    let (status, text) = fetch(address, &RequestInit::new()).await.ok()?;
    if status == 200 { parse(&text) } else { None }
}

fn parse<T: FromTree>(text: &str) -> Option<T> {
    T::read(&tree::parse(text)?)
}

fn form_fields(form: &HtmlFormElement) -> Option<UrlSearchParams> {
    let data = FormData::new_with_form(form).ok()?;
    UrlSearchParams::new_with_str_sequence_sequence(&data).ok()
}

/// Requests an address; returns the status and the body.
async fn fetch(address: &str, init: &RequestInit) -> Result<(u16, String), JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    init.set_headers(&headers);
    let sent = leptos::prelude::window().fetch_with_str_and_init(address, init);
    let response: Response = JsFuture::from(sent).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?;
    Ok((response.status(), text.as_string().unwrap_or_default()))
}

/// It is unknown whether the post arrived: the same idempotency key makes a retry safe.
fn unreachable() -> FormFailure {
    FormFailure { refusal: Some(RequestError::Unreachable.into()), ..FormFailure::default() }
}
