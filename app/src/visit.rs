//! What the server gives each request by context: who asks, in which session, of which desk.
//!
//! `server` provides a [`Visit`] and [`Assets`] to pages and server functions alike.

use crate::words::Lang;
use domain::time::SECOND;
use http::{HeaderName, HeaderValue, header, request::Parts};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use service::{
    Actor, Error, Origin, SharedDesk, device,
    flash::{self, Flash},
    session::{self, NewSession},
};

/// How long a signed-in browser keeps its cookie, in seconds: as long as a session can last. It may end earlier, after
/// [`session::IDLE`] without a request, which the browser cannot know.
const LONGEST: i64 = session::ABSOLUTE / SECOND;
/// How long a browser is known for one that has signed in, in seconds: as long as browsers allow.
const KNOWN: i64 = 400 * 24 * 3_600;
/// How long a browser without a session carries an answer to its page, in seconds.
const CARRIED_S: i64 = 300;
/// The theme is remembered for a year, in seconds.
const YEAR_S: i64 = 31_536_000;
/// What an address says instead of a flash's id when the browser carries the flash itself.
pub(crate) const CARRIED: &str = "carried";
/// The header of an answer to a form that needs the password first. It never leaves the server.
pub const STEP_UP: &str = "x-slipstream-step-up";

/// One request.
#[derive(Clone)]
pub struct Visit {
    /// The desk.
    pub desk: SharedDesk,
    /// Who signed in, if anyone.
    pub actor: Option<Actor>,
    /// The token in the session cookie, valid or not.
    pub session: Option<String>,
    /// Where the request comes from.
    pub origin: Origin,
    /// How many notices the one who signed in has not read; the bell shows it.
    pub unread: usize,
    /// The desk is closed, and the one who signed in is its operator: to nobody else is a page shown.
    pub closed: bool,
}

/// Where the page's files are. They are fingerprinted when the desk is built.
#[derive(Clone, Debug, Default)]
pub struct Assets {
    /// The stylesheet.
    pub css_href: String,
    /// The sprite of icons.
    pub icons_href: String,
    /// The output name of the wasm bundle of most pages; none where no wasm was built.
    pub small: Option<String>,
    /// The output name of the trade page's wasm bundle.
    pub desk: Option<String>,
}

/// The name of the session cookie of an install: `__Host-` where it is reached over https.
#[must_use]
pub fn session_cookie_name(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "__Host-slipstream" } else { "slipstream" }
}

/// The name of the cookie of a browser that has signed in before.
#[must_use]
pub fn device_cookie_name(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "__Host-slipstream-device" } else { "slipstream-device" }
}

/// The name of the cookie with the answer to a form of a browser without a session.
fn flash_cookie_name(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "__Host-slipstream-flash" } else { "slipstream-flash" }
}

/// The name of the cookie with the chosen theme.
fn theme_cookie_name(public_url: &str) -> &'static str {
    if public_url.starts_with("https://") { "__Host-slipstream-theme" } else { "theme" }
}

impl Visit {
    /// The present request's; none while the routes are only being listed.
    pub(crate) fn current() -> Option<Self> {
        use_context()
    }

    /// The one who signed in. The guard in front has let nobody else through; this is the second lock.
    pub(crate) fn trader(&self) -> Result<&Actor, Error> {
        self.actor.as_ref().ok_or(Error::Unauthenticated)
    }

    /// Gives the browser the session that was opened, and ends the one it had: nobody could end that one any more.
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

    /// Takes the session away from the browser.
    pub(crate) fn forget_session(&self) {
        self.set_session("", 0);
        // The back button brings nothing of theirs to whoever uses this browser next.
        if let Some(options) = use_context::<ResponseOptions>() {
            let cache = HeaderValue::from_static("\"cache\"");
            options.insert_header(HeaderName::from_static("clear-site-data"), cache);
        }
    }

    /// Writes the session cookie, for so many seconds.
    fn set_session(&self, token: &str, seconds: i64) {
        self.set_cookie(session_cookie_name(&self.desk.settings.public_url), token, seconds);
    }

    /// Keeps the chosen theme for a year.
    pub(crate) fn set_theme(&self, theme: Theme) {
        self.set_cookie(theme_cookie_name(&self.desk.settings.public_url), theme.word(), YEAR_S);
    }

    /// Gives a browser without a session the answer to its form, to carry to the page.
    pub(crate) fn set_flash(&self, carried: &str) {
        self.set_cookie(flash_cookie_name(&self.desk.settings.public_url), carried, CARRIED_S);
    }

    /// Takes the answer that the browser carried: it is read once.
    pub(crate) fn take_flash(&self) -> Option<Flash> {
        let name = flash_cookie_name(&self.desk.settings.public_url);
        let carried = cookie(name)?;
        self.set_cookie(name, "", 0);
        flash::carried(&self.desk, &carried)
    }

    fn set_cookie(&self, name: &str, value: &str, seconds: i64) {
        let secure = if self.desk.settings.public_url.starts_with("https://") { "; Secure" } else { "" };
        set_cookie(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"));
    }
}

/// Adds a cookie to the answer.
fn set_cookie(text: &str) {
    if let (Some(options), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(text)) {
        options.append_header(header::SET_COOKIE, value);
    }
}

/// Sets the status of the answer.
pub(crate) fn set_status(status: http::StatusCode) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.set_status(status);
    }
}

/// How the person wants the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Reads the word of cookie and form.
    pub(crate) fn parse(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// The word of cookie and form.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// The request's path.
pub(crate) fn path() -> String {
    use_context::<Parts>().map(|p| p.uri.path().to_owned()).unwrap_or_default()
}

/// One value of the request's query.
pub(crate) fn query(name: &str) -> Option<String> {
    queries().into_iter().find(|(key, _)| key == name).map(|(_, value)| value).filter(|v| !v.is_empty())
}

/// A part of the page's path that its route names.
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

/// The screen's language. English is the first; a cookie will choose.
pub(crate) fn lang() -> Lang {
    Lang::default()
}

fn cookie(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let all = parts.headers.get_all(header::COOKIE);
    let mut pairs = all.iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}

/// Where to go after signing in: only ever a page of ours.
#[must_use]
pub fn safe_next(next: Option<&str>) -> &str {
    let plain = |t: &str| {
        t.starts_with('/') && !t.starts_with("//") && t.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
    };
    next.filter(|t| plain(t)).unwrap_or("/dashboard")
}

/// A value fit for a query string.
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
