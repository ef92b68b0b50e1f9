//! Error and success messages.

use super::Lang;
use domain::validation::Problem;

/// The text of a field problem.
pub(crate) const fn problem(lang: Lang, problem: Problem) -> &'static str {
    match lang {
        Lang::En => english(problem),
    }
}

#[allow(clippy::too_many_lines, reason = "a table: a line for each problem")]
#[rustfmt::skip] // a table
const fn english(problem: Problem) -> &'static str {
    use Problem as P;
    match problem {
        P::Required => "This field is required.",
        P::NotText | P::Unknown => "This value isn't valid.",
        P::NotBoolean => "Choose yes or no.",
        P::NotUuid => "Invalid ID.",
        P::NotNumber => "Enter a number, such as 0.05.",
        P::NotPositive => "Enter a number above zero.",
        P::NotLeverage => "Enter a whole number from 1 to 125.",
        P::NotSymbol => "Choose a market, such as BTC/USDT.",
        P::NotExchange => "Choose an exchange from the list.",
        P::NotTradeType => "Choose spot or futures.",
        P::NotStrategyType => "Choose Manual or Automated.",
        P::SpotNotAutomated => "Spot keys can't copy strategies. Choose Manual.",
        P::NotAlphabetic => "Use letters, spaces, hyphens and apostrophes.",
        P::NotCountry => "Choose a country from the list.",
        P::NotLanguage => "Choose a language from the list.",
        P::NotTimeZone => "Choose a time zone from the list.",
        P::NameTooLong => "Use 24 characters or fewer.",
        P::NotOrderType => "Choose an order type.",
        P::NotSide => "Choose buy or sell.",
        P::NotMarginType => "Choose Isolated or Cross.",
        P::NotStopType => "Choose a stop order type.",
        P::PriceRequired => "This order type needs a price.",
        P::NotWithTrailing => "Trailing orders don't support a stop or take profit.",
        P::StopPriceRequired => "A limit stop needs a stop limit price.",
        P::StopTriggerRequired => "Enter the stop price.",
        P::StopTypeRequired => "Choose a stop order type: market or limit.",
        P::TooManyTargets => "Use 25 take profits or fewer.",
        P::NotCallbackRate => "Enter a rate from 0.1 to 5 percent.",
        P::NotRiskPercent => "Enter a percentage above 0, up to 100.",
        P::StopBeyondLiquidation => {
            "The position would be liquidated before this stop. Move the stop closer, or lower the amount or leverage."
        }
        P::StopOnWrongSide => "The stop would trigger immediately. For a long, set it below the price; for a short, above it.",
        P::TargetOnWrongSide => "A take profit would trigger immediately. For a long, set it above the price; for a short, below it.",
        P::TargetTooSmall => "Too many take profits for this amount: each part must reach the market's minimum amount.",
        P::PriceFilter => "The market doesn't accept this price. Check its decimals.",
        P::LotFilter => "The market doesn't accept this amount. Check its decimals and the minimum amount.",
        P::NotionalFilter => "The order value is below this market's minimum.",
        P::KeyMayWithdraw => "This key can withdraw funds. Disable withdrawals at the exchange, then connect it again.",
        P::KeyAnyAddress => "This key works from any IP address. Restrict it to this server's IP address at the exchange, then connect it again.",
        P::AccountHedge => "This account is in hedge mode. Slipstream supports one-way mode: switch it at Binance under Futures, Preferences, Position Mode, and try again.",
        P::AccountMultiAssets => "This account is in multi-assets mode. Slipstream supports single-asset mode: switch it at Binance under Futures, Preferences, Asset Mode, and try again.",
        P::AccountPortfolio => "This account uses portfolio margin. Slipstream doesn't support it: turn it off at Binance, create a new API key, and try again.",
        P::KeyUnderReview => "This account is under review: its orders at the exchange differ from Slipstream's records. Your stops stay in place, and you can close positions. New orders are possible again once an admin confirms the differences.",
        P::NotEmail => "Enter an e-mail address, such as name@example.org.",
        P::PasswordTooShort => "Use at least 10 characters.",
        P::PasswordTooLong => "Use at most 200 characters.",
        P::PasswordHasName => "Don't use your e-mail address or the name Slipstream.",
        P::PasswordTooCommon => "This is too easy to guess. A few unrelated words work well.",
        P::WrongCredentials => "E-mail or password is wrong.",
        P::WrongPassword => "This isn't your current password.",
        P::EmailTaken => "This e-mail address can't be used. Do you already have an account?",
        P::ResetInvalid => "This link has been used or has expired. Request a new one.",
        P::TooLong | P::TextTooLong => "This is too long.",
        P::HasSpaces => "Remove the spaces and line breaks.",
        P::NotLimit => "Enter a whole number from 1 to 1,000.",
        P::NotDate => "Enter a date.",
        P::NotInterval => "Choose days or months.",
        P::NotToken => "This page no longer exists. Start from the first page.",
        P::TelegramNotLinked => "Connect Telegram first.",
        P::NotActiveStrategy => "Choose an active strategy.",
        P::StrategyInactive => "The strategy is inactive. Activate it first.",
        P::NotRiskProfile => "Choose a risk profile.",
        P::NotDefinition => "These strategy rules aren't valid.",
        P::NotFrame => "Choose a timeframe from the list.",
        P::NameTaken => "This name is already used. Choose another one.",
        P::NotAction => "Choose Open long or Open short.",
        P::Placeholder => "A placeholder wasn't replaced by its value.",
        P::TooOld => "The signal is too old.",
        P::InFuture => "The time is in the future.",
        P::Contradicts => "This contradicts another field.",
        P::SignalIdReused => "Another signal already used this ID.",
        P::NotPermission => "Choose at least one permission.",
        P::NotPublicKey => "Paste an RSA public key in PEM format, 2,048 bits or more. Never paste the private key.",
        P::NotAddresses => "Enter IP addresses such as 203.0.113.7, or networks such as 203.0.113.0/24.",
        P::NotFuture => "Choose a future date.",
        P::TooMany => "You've reached the limit. Remove one first.",
        P::TooShort => "This field is required.",
        P::NotInRange => "Choose one of the options.",
        P::NotLetterCode => "Use a two-letter code, such as NY.",
        P::BrandUnknown => "There is no brand with this name.",
        P::BrandNotBroker => "New accounts aren't allowed under this brand.",
        P::OtherHalfMissing => "Enter both the document type and the document number.",
        P::NotPlan => "Choose a plan from the list.",
        P::NotCurrency => "Choose a currency from the list.",
        P::CurrencyNotEnabled => "This currency isn't available in your country.",
        P::AccountExists => "You already have an account in this currency.",
        P::TooManyDecimals => "Too many decimals for this currency.",
        P::NotCovered => "Your balance is too low.",
        P::NotTransferable => "You can only transfer between a USDT account and a paper account.",
        P::IdempotencyKeyReused => "This form was already sent with other values. Check your orders, then try again.",
    }
}

/// The text of an error key: Mudawyl's code, or a key of `answer::Failure`.
pub(crate) fn refusal(lang: Lang, key: &str) -> &'static str {
    match lang {
        Lang::En => refusal_english(key),
    }
}

#[rustfmt::skip] // a table
fn refusal_english(key: &str) -> &'static str {
    match key {
        "1103" => "The exchange rejected this key (1103). Check the API key, the secret key and the IP whitelist.",
        "1106" => "This action needs another kind of exchange key (1106).",
        "1109" => "This exchange key is already connected, by you or another user (1109).",
        "1110" => "This exchange key is disabled (1110). Enable it first.",
        "1115" => "Spot orders aren't supported yet (1115). Use a futures key.",
        "1206" => "The strategy and the key belong to different exchanges (1206).",
        "1300" => "The exchange doesn't offer this market (1300).",
        "1306" => "The strategy trades another market (1306).",
        "1309" => "This account already copies a strategy on this market (1309).",
        "1500" => "The exchange rejected the request (1500). Check your balance, the price and the amount.",
        "2100" => "This plan isn't available (2100).",
        "2103" => "Your plan doesn't include this (2103).",
        "2129a" => "You've reached your plan's limit of exchange keys (2129a).",
        "2129b" => "Your balance is above your plan's limit (2129b).",
        "3102" => "Your card was declined, and nothing has changed (3102). Pay with another card, or keep your plan.",
        "3104" => "You have no paid subscription to change (3104).",
        "3109" => "You already have a paid subscription (3109).",
        "4100" => "This account is frozen, so new orders are blocked (4100). Reset your password to unfreeze it.",
        "4101" => "This account is suspended (4101). Contact the admin.",
        "4102" => "This is the last admin (4102). Make another user an admin first.",
        "step-up" => "Enter your password again to do this.",
        "too-many-sandboxes" => "You can open 50 paper accounts a day. Try again tomorrow.",
        "unauthenticated" => "Sign in again to continue.",
        "forbidden" => "You don't have permission to do this.",
        "not-found" => "This no longer exists. Reload the page.",
        "too-many" => "Too many attempts. Wait a few minutes, then try again.",
        "too-many-requests" => "You can send five requests an hour. Try again later; your text is kept here.",
        "unavailable" => "The exchange or payment provider isn't responding. Try again in a moment: nothing is done twice.",
        "unreachable" => "The server didn't respond. It's safe to try again: the same order is never sent twice.",
        "closed" => "Slipstream is down for maintenance. Your positions stay supervised; try again later.",
        "sent-already" => "This form was already sent. Check the result before you try again.",
        "bad-request" => "The form couldn't be read. Reload the page and try again.",
        _ => "Something went wrong on our side. The error is logged; try again in a moment.",
    }
}

/// The text of a success key.
pub(crate) fn notice(lang: Lang, key: &str) -> &'static str {
    match lang {
        Lang::En => notice_english(key),
    }
}

#[rustfmt::skip] // a table
fn notice_english(key: &str) -> &'static str {
    match key {
        "reset-sent" => "If an account with this address exists, we've sent a link. It works for one hour.",
        "password-reset" => "Your password has been changed. Sign in with the new one.",
        "password-changed" => "Your password has been changed. Your other sessions have ended, and so have the apps you didn't keep.",
        "account-frozen" => "Your account is frozen. Open positions keep their stops. To unfreeze the account, reset your password.",
        "person-changed" => "User updated.",
        "session-ended" => "Session revoked.",
        "profile-saved" => "Profile saved.",
        "support-asked" => "Request sent. We'll reply by e-mail.",
        "support-closed" => "Request closed.",
        "key-connected" => "Exchange key connected. You can trade now.",
        "key-ready" => "Paper account opened with 10,000 USDT.",
        "key-saved" => "Exchange key saved.",
        "key-deleted" => "Exchange key deleted. Orders and positions at the exchange stay open.",
        "key-closed-and-deleted" => "Orders cancelled, positions closed and exchange key deleted.",
        "sandbox-reset" => "Paper account reset.",
        "plan-changed" => "Plan changed.",
        "plan-ending" => "Your plan ends with the current period. You can keep it until then.",
        "plan-kept" => "Your plan stays active.",
        "follow-begun" => "You're copying this strategy. Trading starts with its next signal.",
        "follow-changed" => "Settings saved. An open position keeps its size, stop and take profits, and stays with the strategy that opened it.",
        "follow-paused" => "Copying paused. No new trades are copied until you resume.",
        "follow-resumed" => "Copying resumed. The next signal is copied.",
        "follow-stopped" => "Copying stopped.",
        "follow-stopped-closed" => "Copying stopped and position closed.",
        "panicked" => "Done. Copy trading is paused.",
        "desk-closed" => "Maintenance mode is on: only admins can sign in.",
        "desk-opened" => "Maintenance mode is off.",
        "review-confirmed" => "Differences confirmed. The account can trade again.",
        "copies-paused" => "All copying is paused.",
        "copies-resumed" => "Copying resumed.",
        "strategy-created" => "Strategy created. Activate it when it's ready.",
        "strategy-changed" => "Strategy saved.",
        "strategy-activated" => "Strategy activated: its signals are copied.",
        "strategy-deactivated" => "Strategy deactivated.",
        "hook-rotated" => "Webhook URL created.",
        "order-placed" => "Order placed.",
        "order-canceled" => "Order cancelled.",
        "position-closed" => "Position closed.",
        "supervision-ended" => "Slipstream no longer supervises this position. Its orders at the exchange are unchanged.",
        "supervision-resumed" => "Slipstream supervises this position again.",
        "leverage-set" => "Leverage updated.",
        "margin-set" => "Margin mode updated.",
        "notifications-saved" => "Notifications saved.",
        "telegram-unlinked" => "Telegram disconnected.",
        "unsubscribed" => "You're unsubscribed from these e-mails.",
        "message-retried" => "Message queued again.",
        "client-made" => "API client created. Copy its secret now: it won't be shown again.",
        "client-revoked" => "API client revoked.",
        "account-opened" => "Account opened.",
        "funds-moved" => "Transfer completed.",
        "funds-moving" => "Transfer pending: the exchange hasn't confirmed it yet. Your funds are held until it does.",
        "country-set" => "Country saved. The currencies of your country are shown below.",
        "sub-account-made" => "Sub-account created.",
        "sub-account-saved" => "Sub-account saved.",
        "account-credited" => "Account credited.",
        "rule-set" => "Rule saved.",
        "brand-set" => "Brand saved.",
        _ => "Done.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Refusal;

    #[test]
    fn every_refusal_has_words_of_its_own() {
        let fault = refusal(Lang::En, "fault");
        for code in Refusal::ALL.iter().map(|r| r.code()) {
            let text = refusal(Lang::En, code);
            assert!(text != fault && text.contains(code), "{code}");
        }
    }
}
