//! What was wrong, in words that help.

use super::Lang;
use domain::validation::Problem;

/// What is wrong with a field.
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
        P::Required => "Please fill this in.",
        P::NotText | P::Unknown => "This cannot be read.",
        P::NotBoolean => "Choose yes or no.",
        P::NotUuid => "This is no id of ours.",
        P::NotNumber => "Enter a number, such as 0.05.",
        P::NotPositive => "Enter a number above zero.",
        P::NotLeverage => "Enter a whole number from 1 to 125.",
        P::NotSymbol => "Choose a market, such as BTC/USDT.",
        P::NotExchange => "Choose an exchange from the list.",
        P::NotTradeType => "Choose spot or futures.",
        P::NotStrategyType => "Choose “By hand” or “By strategies”.",
        P::SpotNotAutomated => "A spot key cannot follow strategies. Choose “By hand”.",
        P::NotAlphabetic => "Use letters, spaces, hyphens and apostrophes.",
        P::NotCountry => "Use a country's two capital letters, such as GB.",
        P::NotLanguage => "Choose a language from the list.",
        P::NotTimeZone => "Choose a time zone from the list.",
        P::NameTooLong => "Use 24 characters or fewer.",
        P::NotOrderType => "Choose an order type.",
        P::NotSide => "Choose buy or sell.",
        P::NotMarginType => "Choose isolated or cross.",
        P::NotStopType => "Choose how the stop closes.",
        P::PriceRequired => "This order type needs a price.",
        P::NotWithTrailing => "A trailing stop takes no targets and no stop.",
        P::StopPriceRequired => "A limit stop needs its limit price.",
        P::StopTriggerRequired => "Enter the price that triggers the stop.",
        P::StopTypeRequired => "Choose how the stop closes: market or limit.",
        P::TooManyTargets => "At most 25 targets.",
        P::NotCallbackRate => "Enter a rate from 0.1 to 5 percent.",
        P::NotRiskPercent => "Enter more than 0 and at most 100 percent.",
        P::StopBeyondLiquidation => {
            "The position would be liquidated before this stop. Move the stop closer, or lower the amount or the leverage."
        }
        P::StopOnWrongSide => "The stop would trigger at once: put it on the losing side of the price.",
        P::TargetOnWrongSide => "A target would trigger at once: put it on the winning side of the price.",
        P::TargetTooSmall => "Too many targets for this amount: each must get the smallest amount of the market.",
        P::PriceFilter => "The market takes no such price. Check its decimals.",
        P::LotFilter => "The market takes no such amount. Check its decimals and the smallest amount.",
        P::NotionalFilter => "The order is worth too little for this market.",
        P::KeyMayWithdraw => "This key may withdraw. Switch withdrawals off at the exchange; we keep no such key.",
        P::KeyAnyAddress => "This key works from any address. Restrict it to this server's IP address at the exchange, then connect it again.",
        P::AccountHedge => "This account is in hedge mode. Slipstream supports one-way mode: switch it at Binance under Futures, Preferences, Position Mode, and try again.",
        P::AccountMultiAssets => "This account is in multi-assets mode. Slipstream supports single-asset mode: switch it at Binance under Futures, Preferences, Asset Mode, and try again.",
        P::AccountPortfolio => "This account uses portfolio margin. Slipstream doesn't support it: turn it off at Binance, create a new API key, and try again.",
        P::KeyUnderReview => "This account is under review: its orders at the exchange differ from the desk's. Your stops stay in place, and you can close positions. New orders are possible again when the operator has confirmed the differences.",
        P::NotEmail => "Enter an e-mail address, such as name@example.org.",
        P::PasswordTooShort => "Use at least 10 characters.",
        P::PasswordTooLong => "Use at most 200 characters.",
        P::PasswordHasName => "Leave out your e-mail address and the name Slipstream.",
        P::PasswordTooCommon => "This is too easy to guess. A few unrelated words work well.",
        P::WrongCredentials => "E-mail or password is wrong.",
        P::WrongPassword => "This is not your present password.",
        P::EmailTaken => "This address cannot be used. Do you have an account already?",
        P::ResetInvalid => "This link is used up or too old. Ask for a new one.",
        P::TooLong | P::TextTooLong => "This is too long.",
        P::HasSpaces => "Remove the spaces and line breaks.",
        P::NotLimit => "Enter a whole number from 1 to 1,000.",
        P::NotDate => "Enter a date.",
        P::NotInterval => "Choose days or months.",
        P::NotToken => "This page is not there any more. Begin at the first.",
        P::TelegramNotLinked => "Link Telegram first.",
        P::NotActiveStrategy => "Choose a strategy that is active.",
        P::StrategyInactive => "The strategy is not active. Activate it first.",
        P::NotRiskProfile => "Choose a risk profile.",
        P::NotDefinition => "This is no definition of a strategy.",
        P::NotFrame => "Choose the length of a candle from the list.",
        P::NameTaken => "Another has this name. Choose a different one.",
        P::NotAction => "Choose enter or exit.",
        P::Placeholder => "A placeholder was not replaced by its value.",
        P::TooOld => "This was decided too long ago.",
        P::InFuture => "This is in the future.",
        P::Contradicts => "Another field says the opposite.",
        P::SignalIdReused => "Another signal was given under this id.",
        P::NotPermission => "Choose what the program may do.",
        P::NotPublicKey => "Paste an RSA public key in PEM, of 2,048 bits or more. The private key stays with you.",
        P::NotAddresses => "Enter addresses such as 203.0.113.7, or networks such as 203.0.113.0/24.",
        P::NotFuture => "Choose a day to come.",
        P::TooMany => "You have too many of these. Remove one first.",
        P::TooShort => "Enter at least one character.",
        P::NotInRange => "This is not one of the choices.",
        P::NotLetterCode => "Use two capital letters, such as GB.",
        P::BrandUnknown => "There is no brand of this name.",
        P::BrandNotBroker => "Accounts cannot be opened under this brand.",
        P::OtherHalfMissing => "A document needs both its kind and its number.",
        P::NotPlan => "Choose a plan from the list.",
        P::NotCurrency => "Choose a currency from the list.",
        P::CurrencyNotEnabled => "This currency is not available where you live.",
        P::AccountExists => "You have an account in this currency already.",
        P::TooManyDecimals => "The currency has no such small coins. Use fewer decimals.",
        P::NotCovered => "The balance does not cover this.",
        P::NotTransferable => "Funds move between a USDT account and a sandbox account only.",
        P::IdempotencyKeyReused => "This was sent already with other values. Check your orders, then try again.",
    }
}

/// What a refusal's key means: Mudawyl's code, or a word of `answer::Failure`.
pub(crate) fn refusal(lang: Lang, key: &str) -> &'static str {
    match lang {
        Lang::En => refusal_english(key),
    }
}

#[rustfmt::skip] // a table
fn refusal_english(key: &str) -> &'static str {
    match key {
        "1103" => "The exchange does not let this key in (1103). Check the key, its secret, and its address whitelist.",
        "1106" => "This needs another kind of key (1106).",
        "1109" => "This key is connected already, here or by someone else (1109).",
        "1110" => "This key is switched off (1110). Activate it first.",
        "1115" => "Spot orders cannot be sent yet (1115). Use a futures key.",
        "1206" => "Strategy and key are of different exchanges (1206).",
        "1300" => "The exchange has no such market (1300).",
        "1306" => "The strategy trades another market (1306).",
        "1309" => "This key follows a strategy on that market already (1309).",
        "1500" => "The exchange refuses this as it stands (1500). Check balance, price and amount.",
        "2100" => "This plan cannot be bought (2100).",
        "2103" => "Your plan does not include this (2103).",
        "2129a" => "Your plan allows no more keys (2129a).",
        "2129b" => "Your balance is above what your plan allows (2129b).",
        "3102" => "The card was declined, and nothing has changed (3102). Pay with another card, or keep your plan.",
        "3104" => "There is no paid subscription to change (3104).",
        "3109" => "There is a paid subscription already (3109).",
        "4100" => "This account is frozen: no new orders (4100). Reset your password to open it again.",
        "4101" => "This account is suspended (4101). Write to the operator of this desk.",
        "4102" => "This is the last admin (4102). Make somebody else an admin first.",
        "step-up" => "Enter your password again to do this.",
        "too-many-sandboxes" => "You can open 50 paper accounts a day. Try again tomorrow.",
        "unauthenticated" => "Please sign in again.",
        "forbidden" => "This is not yours to do.",
        "not-found" => "It is not there any more.",
        "too-many" => "Too many attempts. Please wait a while.",
        "too-many-requests" => "Five requests an hour can be sent. Please wait a while; what you wrote is kept here.",
        "unavailable" => "This cannot be asked just now. Please try again in a moment: nothing is done twice.",
        "unreachable" => "The desk did not answer. Trying again is safe: the same order is never sent twice.",
        "closed" => "The desk is closed for maintenance. Your positions are looked after; please try again later.",
        "sent-already" => "This form was sent already. Check what it did, then try again.",
        "bad-request" => "This could not be read. Please reload the page.",
        _ => "Something broke on our side. It is logged; please try again.",
    }
}

/// Good news, by its key.
pub(crate) fn notice(lang: Lang, key: &str) -> &'static str {
    match lang {
        Lang::En => notice_english(key),
    }
}

#[rustfmt::skip] // a table
fn notice_english(key: &str) -> &'static str {
    match key {
        "reset-sent" => "If there is an account with this address, a link is on its way. It works for one hour.",
        "password-reset" => "Your password is changed. Sign in with the new one.",
        "password-changed" => "Your password is changed. Your other sessions have ended, and the programs that you did not keep.",
        "account-frozen" => "Your account is frozen. Open positions keep their stops. Reset your password to open the account again.",
        "person-changed" => "Done.",
        "session-ended" => "That session has ended.",
        "profile-saved" => "Your profile is saved.",
        "support-asked" => "Sent. The answer comes by mail.",
        "support-closed" => "The request is closed.",
        "key-connected" => "Connected. You can trade with it now.",
        "key-ready" => "A sandbox account is open: 10,000 USDT of play money.",
        "key-saved" => "Saved.",
        "key-deleted" => "The key is deleted. Orders and positions at the exchange stay as they are.",
        "key-closed-and-deleted" => "Everything was closed, and the key is deleted.",
        "sandbox-reset" => "The sandbox account starts afresh.",
        "plan-changed" => "Your plan is changed.",
        "plan-ending" => "Your plan ends with the paid period. You can keep it until then.",
        "plan-kept" => "Your plan goes on.",
        "follow-begun" => "You follow it now. The next signal is copied.",
        "follow-changed" => "Changed. A position that stands keeps its size, stop and targets, and stays with the strategy that entered it.",
        "follow-paused" => "Paused. Nothing new is copied until you resume it.",
        "follow-resumed" => "Resumed. The next signal is copied.",
        "follow-stopped" => "You no longer follow it.",
        "follow-stopped-closed" => "You no longer follow it, and its position is closed.",
        "panicked" => "Done. Every follow it reached is paused.",
        "desk-closed" => "The desk is closed to everybody but you.",
        "desk-opened" => "The desk is open again.",
        "review-confirmed" => "The differences are confirmed. The account trades again.",
        "copies-paused" => "All new copies are paused.",
        "copies-resumed" => "Signals are copied again.",
        "strategy-created" => "Made. Activate it when it is ready to be followed.",
        "strategy-changed" => "Saved.",
        "strategy-activated" => "It is active: its signals are copied.",
        "strategy-deactivated" => "It is not active any more.",
        "hook-rotated" => "The hook has a new address.",
        "order-placed" => "Sent. The exchange has your order.",
        "order-canceled" => "Cancelled.",
        "position-closed" => "The position is closed.",
        "supervision-ended" => "Slipstream no longer supervises this position. Its orders at the exchange are unchanged.",
        "supervision-resumed" => "Slipstream supervises this position again.",
        "leverage-set" => "Leverage is set.",
        "margin-set" => "Margin type is set.",
        "notifications-saved" => "Saved.",
        "telegram-unlinked" => "The chat is unlinked.",
        "unsubscribed" => "Done. You get no more mails of this kind.",
        "message-retried" => "It is tried again.",
        "client-made" => "The API client is made. Copy its secret now: it is not shown again.",
        "client-revoked" => "Revoked. Its next request is refused.",
        "account-opened" => "The account is open.",
        "funds-moved" => "The funds have moved.",
        "funds-moving" => "The exchange has not confirmed yet. We go on asking; your funds are held until it is certain.",
        "country-set" => "Saved. The currencies of your country are shown below.",
        "sub-account-made" => "The sub-account is made.",
        "sub-account-saved" => "Saved.",
        "account-credited" => "The account is credited.",
        "rule-set" => "The rule is set.",
        "brand-set" => "The brand is saved.",
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
