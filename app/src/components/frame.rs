//! The frame of every page: header with badge and connection pill, navigation, footer, toasts.

use super::icon::icon;
use crate::components::rendered::Rendered as _;
use crate::{
    islands::{
        pill::ConnectionPill,
        toasts::Toasts,
        unread::{self, Unread},
    },
    visit::{self, Visit},
    words::{
        admin::admin, billing::billing, closed::closed, follows::follows, pages::Pages, pages::pages,
        personal::personal, reports::reports, security::security, strategies::strategies, users::people,
    },
};
use domain::Role;
use leptos::{either::Either, prelude::*};
use leptos_meta::{Meta, Title};
use service::{Actor, messaging::notice::MOST_UNREAD, platform::settings::Mode};

/// The width of a page's content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    /// A single form or a short text.
    Narrow,
    /// Most pages.
    Wide,
    /// The trade desk: the full width.
    Full,
}

impl Width {
    const fn class(self) -> &'static str {
        match self {
            Self::Narrow => "main narrow",
            Self::Wide => "main wide",
            Self::Full => "main full",
        }
    }
}

/// Renders a page with its frame. Views are rendered here and in every larger part of a page, so that little machine code
/// is compiled for the types in them.
pub(crate) fn frame(visit: &Visit, title: &str, width: Width, body: impl IntoView + 'static) -> AnyView {
    let body = body.rendered();
    let words = pages(visit::lang());
    let title = escaped(&format!("{title} · {}", words.name));
    let about = about(&visit::path(), words);
    view! {
        <Title text=title/>
        <Meta name="description" content=about/>
        <a class="skip" href="#content" data-testid="skip">{words.skip}</a>
        {header(visit, words)}
        {visit.closed.then(banner)}
        <main id="content" class=width.class() tabindex="-1">{body}</main>
        <footer class="footer">
            <p>{words.footer}</p>
            <p><a href="/docs" data-testid="api-docs">{words.api_docs}</a></p>
        </footer>
        <Toasts/>
    }
    .rendered()
}

/// Escapes a title for the document. The framework writes it unescaped, and it may contain names chosen by
/// users.
fn escaped(title: &str) -> String {
    title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The description for search engines of a public page.
fn about(path: &str, words: &'static Pages) -> &'static str {
    match path.trim_end_matches('/') {
        "/strategies" => words.about_strategies,
        strategy if strategy.starts_with("/strategies/") => words.about_strategy,
        "/plans" => words.about_plans,
        "/docs" => words.about_api,
        "/sign-up" => words.about_sign_up,
        "/sign-in" => words.about_sign_in,
        _ => words.about,
    }
}

fn header(visit: &Visit, words: &'static Pages) -> AnyView {
    let home = if visit.actor.is_some() { "/dashboard" } else { "/" };
    let paper = visit.desk.settings.mode == Mode::Sandbox;
    let (mode, badge, explained) = if paper {
        ("paper", words.paper, words.paper_title)
    } else {
        ("live", words.live, words.live_title)
    };
    let side = match &visit.actor {
        Some(actor) => Either::Left(signed_in(actor, visit.unread, words)),
        None => Either::Right(stranger()),
    };
    view! {
        <header class="header">
            <a class="brand" href=home>{icon("logo")}<span>{words.name}</span></a>
            <span class="badge" data-mode=mode data-testid="mode" title=explained>{badge}</span>
            <ConnectionPill/>
            {side}
        </header>
    }
    .rendered()
}

/// The banner that admins see on every page during maintenance mode.
fn banner() -> AnyView {
    let words = closed(visit::lang());
    view! {
        <p class="banner" role="status" data-testid="closed-banner">
            {words.banner}" "<a href="/admin/maintenance">{words.maintenance_title}</a>
        </p>
    }
    .rendered()
}

/// A link of the navigation: its address, its icon, its text, and a shorter text for the bar of a phone.
type NavLink = (&'static str, &'static str, &'static str, Option<&'static str>);

/// The navigation of signed-in users.
fn links(words: &'static Pages) -> [NavLink; 6] {
    [
        ("/dashboard", "dashboard", words.dashboard, None),
        ("/strategies", "strategy", strategies(visit::lang()).title, None),
        ("/follows", "follow", follows(visit::lang()).title, Some(words.nav_copying)),
        ("/trade", "candles", words.trade, None),
        ("/keys", "key", words.keys, None),
        ("/history", "history", words.history, None),
    ]
}

fn nav(words: &'static Pages) -> impl IntoView {
    let path = visit::path();
    // The copied trades belong to copy trading.
    let section = if path.starts_with("/copies") { "/follows" } else { path.as_str() };
    let link = |(href, name, text, short): NavLink| {
        let current = section.starts_with(href).then_some("page");
        let testid = format!("nav-{}", href.trim_start_matches('/'));
        let long_class = if short.is_some() { "nav-long" } else { "" };
        let short = short.map(|short| view! { <span class="nav-short">{short}</span> });
        view! {
            <a href=href aria-current=current data-ahead data-testid=testid>
                {icon(name)}<span class=long_class>{text}</span>{short}
            </a>
        }
    };
    links(words).into_iter().map(link).collect_view()
}

/// The bell. Not prefetched, because opening its page marks notices as read.
fn bell(unread: usize) -> AnyView {
    const {
        assert!(
            unread::MOST == MOST_UNREAD,
            "what is counted on the server is what the browser counts on from"
        )
    };
    provide_context(unread::Before(unread));
    view! {
        <a class="bell" href="/notices" data-unread=unread.to_string() data-testid="bell">
            {icon("bell")}<span class="visually-hidden">{reports(visit::lang()).bell}</span><Unread/>
        </a>
    }
    .rendered()
}

fn signed_in(actor: &Actor, unread: usize, words: &'static Pages) -> AnyView {
    let people = people(visit::lang());
    let who = people.signed_in_as(&actor.email);
    let admin = actor.role.may(Role::Admin).then(|| {
        view! {
            <a href="/admin/strategies">{icon("strategy")}<span>{admin(visit::lang()).menu}</span></a>
            <a href="/admin/accounts">{icon("wallet")}<span>{people.rules}</span></a>
            <a href="/admin/maintenance">{icon("settings")}<span>{closed(visit::lang()).maintenance_title}</span></a>
            <a href="/admin/people">{icon("user")}<span>{security(visit::lang()).users}</span></a>
            <a href="/admin/audit">{icon("history")}<span>{security(visit::lang()).audit}</span></a>
            <a href="/admin/support">{icon("check")}<span>{personal(visit::lang()).requests}</span></a>
            <a href="/admin/outbox">{icon("mail")}<span>{people.outbox}</span></a>
        }
    });
    view! {
        <nav class="nav" aria-label=words.main_nav>{nav(words)}</nav>
        {bell(unread)}
        <details class="account-menu" data-testid="account-menu">
            <summary aria-label=words.account_nav>{icon("user")}</summary>
            <div class="menu">
                <p class="menu-who">{who}</p>
                <a href="/accounts">{icon("wallet")}<span>{words.accounts}</span></a>
                <a href="/reports">{icon("history")}<span>{reports(visit::lang()).menu}</span></a>
                <a href="/billing">{icon("check")}<span>{billing(visit::lang()).title}</span></a>
                <a href="/settings">{icon("settings")}<span>{people.settings}</span></a>
                <a href="/support">{icon("shield")}<span>{personal(visit::lang()).support}</span></a>
                {admin}
                <form method="post" action="/api/sign-out">
                    <button type="submit" data-testid="sign-out">{icon("out")}<span>{words.sign_out}</span></button>
                </form>
            </div>
        </details>
    }
    .rendered()
}

fn stranger() -> AnyView {
    let words = people(visit::lang());
    view! {
        <nav class="nav-stranger" aria-label=pages(visit::lang()).account_nav>
            <a href="/strategies" data-ahead>{strategies(visit::lang()).title}</a>
            <a href="/plans" data-ahead>{billing(visit::lang()).plans}</a>
            <a href="/sign-in" data-ahead>{words.sign_in}</a>
            <a class="button" data-kind="main" href="/sign-up">{words.sign_up}</a>
        </nav>
    }
    .rendered()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    #[test]
    fn a_title_ends_where_it_should() {
        let title = escaped("</title><meta http-equiv=refresh> & co");
        assert_eq!(title, "&lt;/title&gt;&lt;meta http-equiv=refresh&gt; &amp; co");
    }

    #[test]
    fn public_pages_have_different_descriptions() {
        let words = pages(Lang::En);
        let all = ["/", "/strategies", "/strategies/1", "/plans", "/docs", "/sign-up", "/sign-in"];
        let said: std::collections::BTreeSet<_> = all.iter().map(|path| about(path, words)).collect();
        assert_eq!(said.len(), all.len());
        assert!(said.iter().all(|text| (50..=160).contains(&text.len())), "{said:?}");
    }
}
