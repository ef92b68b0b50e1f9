//! The visitor of a page: the session cookie is read once per request.

use crate::{maintenance_notice, proxy};
use app::{
    Lang, Visit,
    visit::{LANG_COOKIE, device_cookie_name, session_cookie_name},
};
use axum::http::{HeaderMap, Method, header, request::Parts};
use domain::Role;
use service::{Result, SharedDesk, identity::session, messaging::notice};

/// Identifies the caller. An invalid session token counts as none.
pub(crate) async fn read(desk: &SharedDesk, parts: &Parts) -> Result<Visit> {
    let device = cookie(&parts.headers, device_cookie_name(&desk.settings.public_url));
    let origin = proxy::origin(&parts.extensions, &parts.headers).with_device(device);
    let token = cookie(&parts.headers, session_cookie_name(&desk.settings.public_url));
    let actor = match &token {
        Some(token) => session::find(desk, token, &origin).await?,
        None => None,
    };
    let unread = match &actor {
        // Only pages show the notification bell.
        Some(actor) if parts.method == Method::GET => notice::unread(desk, actor).await?,
        _ => 0,
    };
    let operator = actor.as_ref().is_some_and(|actor| actor.role.may(Role::Admin));
    let closed = operator && maintenance_notice::closed(desk).await.is_some();
    let lang = cookie(&parts.headers, LANG_COOKIE);
    let lang = Lang::chosen(lang.as_deref(), desk.settings.pseudo_locale);
    Ok(Visit { desk: desk.clone(), actor, session: token, origin, unread, closed, lang })
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "theme=dark; not-slipstream=1; slipstream=abc".parse().unwrap());
        assert_eq!(cookie(&headers, "slipstream").as_deref(), Some("abc"));
        assert_eq!(cookie(&headers, "__Host-slipstream"), None);
    }
}
