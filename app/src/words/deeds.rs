//! Texts of audit events.

use super::Lang;

/// The text of an audit event; the event's own word if it has none.
pub(crate) fn deed(lang: Lang, word: &str) -> &str {
    match lang {
        Lang::En => english(word),
    }
}

/// Where it came from: an address as it is, everything else by its name in the audit.
pub(crate) fn place(lang: Lang, address: &str) -> &str {
    match lang {
        Lang::En => match address {
            "telegram" => "Telegram",
            "command line" => "Command line",
            "job" => "Background job",
            "payment provider" => "Payment provider",
            "identity provider" => "Identity provider",
            other => other,
        },
    }
}

#[allow(clippy::too_many_lines, reason = "a table: a line for each deed")]
#[rustfmt::skip] // a table
fn english(word: &str) -> &str {
    match word {
        "signed-up" => "Signed up",
        "supervision-ended" => "Supervision of a position ended",
        "supervision-resumed" => "Supervision of a position resumed",
        "review-confirmed" => "Differences of an account confirmed",
        "signed-in" => "Signed in",
        "sign-in-failed" => "Sign-in failed",
        "signed-out" => "Signed out",
        "stepped-up" => "Password confirmed",
        "step-up-failed" => "Password confirmation failed",
        "password-changed" => "Password changed",
        "reset-asked" => "Password reset requested",
        "password-reset" => "Password reset",
        "reset-link-shown" => "Reset link shown to an admin",
        "signed-out-everywhere" => "Signed out everywhere",
        "signed-out-by-operator" => "Sessions ended by an admin",
        "token-reused" => "Refresh token reused; its session ended",
        "vouched-for" => "Account created through another sign-in provider",
        "made-admin" => "Made admin",
        "made-trader" => "Admin role removed",
        "frozen" => "Account frozen",
        "thawed" => "Account unfrozen",
        "suspended" => "Account suspended",
        "unsuspended" => "Suspension lifted",
        "programs-revoked" => "API clients revoked by an admin",
        "hooks-ended" => "Webhooks closed by an admin",
        "key-created" => "Exchange key connected",
        "key-changed" => "Exchange key changed",
        "key-deleted" => "Exchange key deleted",
        "client-created" => "API client created",
        "client-revoked" => "API client revoked",
        "hook-changed" => "Webhook changed",
        "chat-linked" => "Telegram connected",
        "chat-unlinked" => "Telegram disconnected",
        "key-refused" => "Exchange key rejected by the exchange",
        "unprotected" => "Position without a stop",
        "exit-late" => "Exit rejected by the exchange",
        "plan-begun" => "Plan started",
        "plan-changed" => "Plan changed",
        "plan-end-set" => "Plan renewal changed",
        "plan-ended" => "Plan ended",
        "plan-assigned" => "Plan assigned by an admin",
        "payment-failed" => "Payment failed",
        "panicked" => "Panic button pressed",
        "follow-begun" => "Copy trading started",
        "follow-changed" => "Copy trading changed",
        "follow-stopped" => "Copy trading stopped",
        "strategy-created" => "Strategy created",
        "strategy-changed" => "Strategy changed",
        "signal-given" => "Signal sent",
        "copies-paused" => "All copying paused",
        "copies-resumed" => "Copying resumed",
        "desk-closed" => "Maintenance mode turned on",
        "desk-opened" => "Maintenance mode turned off",
        "candles-imported" => "Candles imported",
        "sandbox-opened" => "Paper account opened",
        "sandbox-reset" => "Paper account reset",
        "support-asked" => "Support request sent",
        "support-closed" => "Support request closed",
        "account-opened" => "Currency account opened",
        "account-credited" => "Currency account credited",
        "funds-moved" => "Funds transferred",
        "currency-ruled" => "Currency rule changed",
        "sub-account-created" => "Sub-account created",
        "sub-account-changed" => "Sub-account changed",
        "brand-set" => "Brand changed",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::notification::Kind;
    use service::audit::{Deed, Via};
    use std::collections::HashSet;

    #[test]
    fn every_deed_has_a_text_of_its_own() {
        let deeds = Deed::ALL.iter().map(|deed| deed.word());
        let protection = Kind::ALL.iter().filter(|kind| kind.is_protection()).map(|kind| kind.word());
        let mut texts = HashSet::new();
        for word in deeds.chain(protection) {
            let text = deed(Lang::En, word);
            assert_ne!(text, word, "no text");
            assert!(texts.insert(text), "{word} shares its text with another");
        }
    }

    #[test]
    fn every_origin_without_an_address_has_a_text() {
        for name in Via::NAMES {
            assert_ne!(place(Lang::En, name), name);
        }
        assert_eq!(place(Lang::En, "192.0.2.1"), "192.0.2.1");
    }
}
