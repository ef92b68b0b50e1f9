//! Tests that run over every table and every list of texts, in every language.

use super::*;
use crate::notice::{DeskNotice, PageNotice, PostNotice, Rejection, RequestError};
use domain::{
    Refusal,
    copy::{Reason, WaitReason},
    notification::FailureKind,
    validation::Problem,
};
use service::platform::audit::AuditAction;

const LANGS: [Lang; 2] = [Lang::En, Lang::Pseudo];

/// The entries of a table, each with its texts.
type Entries = Vec<(&'static str, Vec<&'static str>)>;

fn tables(lang: Lang) -> Vec<(&'static str, Entries)> {
    vec![
        ("adopt", adopt::adopt(lang).entries()),
        ("shared_trades", shared_trades::shared_trades(lang).entries()),
        ("billing", billing::billing(lang).entries()),
        ("clients", clients::clients(lang).entries()),
        ("closed", closed::closed(lang).entries()),
        ("copies", copies::copies(lang).entries()),
        ("audit_actions", audit_actions::audit(lang).entries()),
        ("desk", desk::desk(lang).entries()),
        ("entries", entries::entries(lang).entries()),
        ("execution", execution::execution(lang).entries()),
        ("event_webhooks", event_webhooks::event_webhooks(lang).entries()),
        ("first_day", first_day::first_day(lang).entries()),
        ("follows", follows::follows(lang).entries()),
        ("home", home::home(lang).entries()),
        ("live", live::live(lang).entries()),
        ("messages", messages::messages(lang).entries()),
        ("money", money::money(lang).entries()),
        ("notices", notices::named_notices(lang).entries()),
        ("admin", admin::admin(lang).entries()),
        ("orders", orders::orders(lang).entries()),
        ("own_sources", own_sources::own_sources(lang).entries()),
        ("pages", pages::pages(lang).entries()),
        ("users", users::people(lang).entries()),
        ("personal", personal::personal(lang).entries()),
        ("presets", presets::presets(lang).entries()),
        ("reference", reference::words(lang).entries()),
        ("reports", reports::reports(lang).entries()),
        ("risk_rules", risk_rules::risk_rules(lang).entries()),
        ("security", security::security(lang).entries()),
        ("strategies", strategies::strategies(lang).entries()),
        ("sub", sub::sub(lang).entries()),
    ]
}

/// The texts of the values of enums.
fn listed(lang: Lang) -> Vec<&'static str> {
    let rejections = Refusal::ALL.iter().map(|refusal| Rejection::Rule(*refusal));
    let rejections = rejections.chain(RequestError::ALL.iter().map(|error| Rejection::Request(*error)));
    let notices = DeskNotice::ALL.iter().map(|notice| PostNotice::Desk(*notice));
    let notices = notices.chain(PageNotice::ALL.iter().map(|notice| PostNotice::Page(*notice)));
    let problems = Problem::ALL.iter().map(|problem| problems::problem(lang, *problem));
    let reasons = Reason::ALL.iter().map(|reason| copies::reason(lang, *reason));
    let waits = WaitReason::ALL.iter().map(|why| copies::waited(lang, *why));
    let failures = FailureKind::ALL.iter().map(|kind| messages::failure_kind(lang, *kind));
    let reasons = reasons.chain(waits).chain(failures);
    let actions = AuditAction::ALL.iter().map(|action| audit_actions::action_text(lang, *action));
    let all = problems.chain(reasons).chain(actions);
    let all = all.chain(rejections.map(|rejection| problems::rejection(lang, rejection)));
    all.chain(notices.chain([PostNotice::Unknown]).map(|notice| problems::notice(lang, notice))).collect()
}

/// The marks of a compiled text, sorted.
fn marks(text: &str) -> Vec<u8> {
    let mut marks: Vec<u8> = text.bytes().filter(|byte| *byte < b'\t').collect();
    marks.sort_unstable();
    marks
}

#[test]
fn every_table_is_tested() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/words");
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()));
    let declared = files.filter(|text| text.as_ref().unwrap().contains("\ntable! {")).count();
    assert_eq!(tables(Lang::En).len(), declared);
}

#[test]
fn no_text_is_empty() {
    for lang in LANGS {
        for (table, entries) in tables(lang) {
            for (key, texts) in entries {
                assert!(
                    !texts.is_empty() && texts.iter().all(|text| !text.trim().is_empty()),
                    "{table}.{key}"
                );
            }
        }
        assert!(listed(lang).iter().all(|text| !text.trim().is_empty()));
    }
}

#[test]
fn every_language_has_the_same_places() {
    for lang in LANGS {
        for ((table, english), (_, other)) in tables(Lang::En).into_iter().zip(tables(lang)) {
            for ((key, english), (_, other)) in english.iter().zip(&other) {
                // Plural forms may differ in number, and may leave out the number itself.
                let widest = |texts: &[&str]| texts.iter().map(|text| marks(text)).max_by_key(Vec::len);
                assert_eq!(widest(english), widest(other), "{table}.{key}");
                assert!(other.iter().all(|text| !text.contains('{')), "{table}.{key} has a brace");
            }
        }
    }
}

#[test]
fn the_pseudo_locale_wraps_every_text_and_makes_it_longer() {
    let length = |text: &str| text.chars().count();
    let (mut before, mut after) = (0, 0);
    let pairs =
        tables(Lang::En).into_iter().zip(tables(Lang::Pseudo)).flat_map(|((_, english), (_, pseudo))| {
            english
                .into_iter()
                .zip(pseudo)
                .flat_map(|((_, english), (_, pseudo))| english.into_iter().zip(pseudo))
        });
    for (english, pseudo) in pairs.chain(listed(Lang::En).into_iter().zip(listed(Lang::Pseudo))) {
        assert!(pseudo.starts_with('⟦') && pseudo.ends_with('⟧'), "{pseudo}");
        before += length(english);
        after += length(pseudo);
    }
    let percent = after * 100 / before;
    assert!((130..=150).contains(&percent), "{percent} % of the English length");
}

#[test]
fn numbers_have_their_plural_form() {
    let words = security::security(Lang::En);
    assert_eq!([0, 1, 2].map(|n| words.sessions(n)), ["0 sessions", "1 session", "2 sessions"]);
    let words = billing::billing(Lang::En);
    assert_eq!([1, 5].map(|n| words.keys_limit(n)), ["1 exchange key", "Up to 5 exchange keys"]);
    let words = desk::desk(Lang::En);
    let text = "This order first cancels 2 open orders and closes your 0.05 BTC long position.";
    assert_eq!(words.clears_long_too(2, "0.05 BTC"), text);
}

#[test]
fn values_are_isolated_right_to_left_only() {
    let english = live::live(Lang::En).with_result("BTC/USDT", "−62.86");
    assert_eq!(english, "BTC/USDT: −62.86 USDT");
    let pseudo = live::live(Lang::Pseudo).with_result("BTC/USDT", "−62.86");
    assert_eq!(pseudo, "⟦\u{2068}BTC/USDT\u{2069}: \u{2068}−62.86\u{2069} ÚúŠĐŢ⟧");
}
