//! The context of each request: the user, the session and the desk.
//!
//! `server` provides a [`Visit`] and [`Assets`] to pages and server functions alike.

use domain::time::SECOND;
use http::{HeaderName, HeaderValue, header, request::Parts};
use language::Lang;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use service::{
    Actor, Error, Origin, SharedDesk,
    identity::{
        device,
        flash::{self, Flash},
        session::{self, NewSession},
    },
};

/// How long a signed-in browser keeps its session cookie, in seconds: the maximum length of a session. The
/// session may end earlier, after [`session::IDLE`] without a request, which the browser cannot know.
const LONGEST: i64 = session::ABSOLUTE / SECOND;
/// How long a browser is recognized as one that has signed in before, in seconds: the longest that browsers
/// allow.
const KNOWN: i64 = 400 * 24 * 3_600;
/// How long the flash cookie of a browser without a session is valid, in seconds.
const CARRIED_S: i64 = 300;
/// The theme is remembered for a year, in seconds.
const YEAR_S: i64 = 31_536_000;
/// The value of the `flash` parameter if the browser carries the flash itself.
pub(crate) const CARRIED: &str = "carried";
/// The header of a response to a form that needs the password first. It never leaves the server.
pub const STEP_UP: &str = "x-slipstream-step-up";

/// The context of one request.
#[derive(Clone)]
pub struct Visit {
    /// The desk that serves the request.
    pub desk: SharedDesk,
    /// The signed-in user, if any.
    pub actor: Option<Actor>,
    /// The token in the session cookie, valid or not.
    pub session: Option<String>,
    /// The origin of the request.
    pub origin: Origin,
    /// The number of the user's unread notices, which the bell shows.
    pub unread: usize,
    /// Whether maintenance mode is on; only admins see pages then.
    pub closed: bool,
    /// The language of the page.
    pub lang: Lang,
}

/// The URLs of the page's static files, which are fingerprinted at build time.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The URL of the stylesheet.
    pub css_href: String,
    /// The URL of the icon sprite.
    pub icons_href: String,
    /// The output name of the wasm bundle of most pages; `None` in a build without wasm.
    pub small: Option<String>,
    /// The output name of the trade page's wasm bundle.
    pub desk: Option<String>,
}

/// The name of an installation's session cookie: with `__Host-` if it is reached over https.
#[must_use]
pub fn session_cookie_name(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "__Host-slipstream" } else { "slipstream" }
}

/// The name of the cookie with the chosen language.
pub const LANG_COOKIE: &str = "lang";

/// The name of the cookie that marks a browser as one that has signed in before.
#[must_use]
pub fn device_cookie_name(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "__Host-slipstream-device" } else { "slipstream-device" }
}

/// The name of the cookie with the flash of a browser without a session.
fn flash_cookie_name(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "__Host-slipstream-flash" } else { "slipstream-flash" }
}

/// The name of the cookie with the chosen theme.
fn theme_cookie_name(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "__Host-slipstream-theme" } else { "theme" }
}

impl Visit {
    /// The current request's context; `None` while the routes are only being listed.
    pub(crate) fn current() -> Option<Self> {
        use_context()
    }

    /// The signed-in user. The guard has already rejected everyone else; this is a second check.
    pub(crate) fn trader(&self) -> Result<&Actor, Error> {
        self.actor.as_ref().ok_or(Error::Unauthenticated)
    }

    /// Gives the browser the new session, and ends its previous one, which could otherwise never be ended.
    pub(crate) async fn begin(&self, opened: Result<NewSession, Error>) -> Result<(), Error> {
        let new = opened?;
        if let Some(before) = &self.session {
            session::sign_out(&self.desk, before, &self.origin).await?;
        }
        self.set_session(&new.token, LONGEST);
        if !device::is_known(&self.desk, &self.origin, new.actor.user).await? {
            let cookie = device::cookie(&self.desk, new.actor.user).await?;
            self.set_cookie(device_cookie_name(&self.desk.settings.public_url), &cookie, KNOWN);
        }
        Ok(())
    }

    /// Gives the browser the new token of its session, if it was replaced.
    pub(crate) fn renew(&self, token: Option<&str>) {
        if let Some(token) = token {
            self.set_session(token, LONGEST);
        }
    }

    /// The text of the session cookie with this token.
    #[must_use]
    pub fn session_cookie(&self, token: &str) -> String {
        self.cookie(session_cookie_name(&self.desk.settings.public_url), token, LONGEST)
    }

    /// Removes the session cookie.
    pub(crate) fn forget_session(&self) {
        self.set_session("", 0);
        // Otherwise the back button would show this user's pages to the next user of the browser.
        if let Some(options) = use_context::<ResponseOptions>() {
            let cache = HeaderValue::from_static("\"cache\"");
            options.insert_header(HeaderName::from_static("clear-site-data"), cache);
        }
    }

    /// Sets the session cookie for this many seconds.
    fn set_session(&self, token: &str, seconds: i64) {
        self.set_cookie(session_cookie_name(&self.desk.settings.public_url), token, seconds);
    }

    /// Stores the chosen theme for a year.
    pub(crate) fn set_theme(&self, theme: Theme) {
        self.set_cookie(theme_cookie_name(&self.desk.settings.public_url), theme.word(), YEAR_S);
    }

    /// Sets the flash cookie of a browser without a session.
    pub(crate) fn set_flash(&self, carried: &str) {
        self.set_cookie(flash_cookie_name(&self.desk.settings.public_url), carried, CARRIED_S);
    }

    /// Reads and removes the flash cookie.
    pub(crate) fn take_flash(&self) -> Option<Flash> {
        let name = flash_cookie_name(&self.desk.settings.public_url);
        let carried = cookie(name)?;
        self.set_cookie(name, "", 0);
        flash::carried(&self.desk, &carried)
    }

    fn set_cookie(&self, name: &str, value: &str, seconds: i64) {
        set_cookie(&self.cookie(name, value, seconds));
    }

    fn cookie(&self, name: &str, value: &str, seconds: i64) -> String {
        let secure = if self.desk.settings.public_url.starts_with("https://") { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
    }
}

/// Adds a cookie to the response.
fn set_cookie(text: &str) {
    if let (Some(options), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(text)) {
        options.append_header(header::SET_COOKIE, value);
    }
}

/// Sets the status of the response.
pub(crate) fn set_status(status: http::StatusCode) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(status);
    }
}

/// The colour scheme of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// The system's setting.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    /// Parses the value of the cookie and the form.
    pub(crate) fn parse(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// The value for the cookie and the form.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

pub(crate) fn path() -> String {
    use_context::<Parts>().map(|p| p.uri.path().to_owned()).unwrap_or_default()
}

/// A value of the request's query; `None` if empty.
pub(crate) fn query(name: &str) -> Option<String> {
    queries().into_iter().find(|(key, _)| key == name).map(|(_, value)| value).filter(|v| !v.is_empty())
}

/// A parameter of the page's route.
pub(crate) fn param(name: &str) -> Option<String> {
    leptos_router::hooks::use_params_map().with_untracked(|all| all.get(name))
}

/// All values of the request's query, in order.
pub(crate) fn queries() -> Vec<(String, String)> {
    let parts = use_context::<Parts>();
    let text = parts.as_ref().and_then(|p| p.uri.query()).unwrap_or_default();
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The theme in its cookie.
pub(crate) fn theme() -> Theme {
    let visit = Visit::current();
    let name = visit.map_or("theme", |visit| theme_cookie_name(&visit.desk.settings.public_url));
    cookie(name).map(|word| Theme::parse(&word)).unwrap_or_default()
}

/// The language of the page.
pub(crate) fn lang() -> Lang {
    with_context(|visit: &Visit| visit.lang).unwrap_or_default()
}

fn cookie(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let all = parts.headers.get_all(header::COOKIE);
    let mut pairs = all.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// The page to go to after signing in: only ever one of our own.
#[must_use]
pub fn safe_next(next: Option<&str>) -> &str {
    let plain = |t: &str| {
        t.starts_with('/') && !t.starts_with("//") && t.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
    };
    next.filter(|t| plain(t)).unwrap_or("/dashboard")
}

/// Encodes a value for a query string.
pub(crate) fn encoded(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_never_leaves_the_desk() {
        assert_eq!(safe_next(Some("/trade?symbol=BTC/USDT")), "/trade?symbol=BTC/USDT");
        for bad in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "trade", "/\t/evil", "/a b"]
        {
            assert_eq!(safe_next(Some(bad)), "/dashboard", "{bad}");
        }
        assert_eq!(safe_next(None), "/dashboard");
    }

    #[test]
    fn cookies_are_bound_to_the_host_over_https() {
        assert_eq!(session_cookie_name("https://desk.example"), "__Host-slipstream");
        assert_eq!(session_cookie_name("http://127.0.0.1:3000"), "slipstream");
        for name in [session_cookie_name, device_cookie_name, flash_cookie_name, theme_cookie_name] {
            assert!(name("https://desk.example").starts_with("__Host-"));
        }
    }
}
