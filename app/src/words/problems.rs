//! Error and success messages.

use super::{Lang, texts};
use crate::notice::{DeskNotice as D, PostNotice, Rejection, RequestError as E};
use domain::{Refusal as R, validation::Problem as P};

texts! {
    /// The text of a field problem. The table has what the forms of the trade page may answer; the browser knows no other.
    problem(P) {
        P::Required => "This field is required.",
        P::NotText | P::Unknown => INVALID,
        P::NotBoolean => "Choose yes or no.",
        P::NotUuid => "Invalid ID.",
        P::NotNumber => "Enter a number, such as 0.05.",
        P::NotPositive => "Enter a number above zero.",
        P::NotLeverage => "Enter a whole number from 1 to 125.",
        P::NotSymbol => "Choose a market, such as BTC/USDT.",
        P::NotOrderType => "Choose an order type.",
        P::NotSide => "Choose buy or sell.",
        P::NotPositionSide => "Choose long or short.",
        P::NotMarginType => "Choose Isolated or Cross.",
        P::NotTimeInForce => "Choose GTC, IOC, FOK or post-only.",
        P::WouldTake => "This post-only order would fill immediately. Buy below the market price, or sell above it.",
        P::NotFilledWhole => "The whole amount couldn't be filled at this price, so nothing was filled. Use a smaller amount or IOC.",
        P::NotReducing => "This side doesn't reduce your position. Choose the other side.",
        P::NotStopType => "Choose a stop order type.",
        P::PriceRequired => "This order type needs a price.",
        P::NotWithTrailing => "Trailing orders don't support a stop or take profit.",
        P::StopPriceRequired => "A limit stop needs a stop limit price.",
        P::StopTriggerRequired => "Enter the stop price.",
        P::StopTypeRequired => "Choose a stop order type: market or limit.",
        P::TooManyTargets => "Use 25 take profits or fewer.",
        P::NotCallbackRate => "Enter a rate from 0.1 to 5 percent.",
        P::NotRiskPercent => "Enter a percentage above 0, up to 100.",
        P::StopBeyondLiquidation => "The position would be liquidated before this stop. Move the stop closer, or lower the amount or leverage.",
        P::StopOnWrongSide => "The stop would trigger immediately. For a long, set it below the price; for a short, above it.",
        P::TargetOnWrongSide => "A take profit would trigger immediately. For a long, set it above the price; for a short, below it.",
        P::TargetTooSmall => "Too many take profits for this amount: each part must reach the market's minimum amount.",
        P::NotShare => "Enter a share above 0, up to 100 percent.",
        P::SharesTooMany => "The shares add up to more than 100 percent.",
        P::MoreThanPosition => "The position is smaller than this.",
        P::EntryStillOpen => "The entry of this trade is still open. Cancel it, or wait until it has filled.",
        P::PositionOpen => "A position or an entry order is open on this market. Choose to replace it, or close it first.",
        P::PositionShared => "Another trade shares this position, and a reversal would close it too. Close one of the two first.",
        P::AlreadySupervised => "Slipstream already has an open trade on this market. Change that trade, or close it first.",
        P::NoPosition => "There is no open position on this market any more.",
        P::RiskNeedsStop => "Without a stop loss there's no risk to calculate with. Enter an amount instead.",
        P::NeedsStop => "Set a stop price first.",
        P::NotTargetNumber => "Enter the number of one of this trade's take profits, such as 1.",
        P::NotTrailingPercent => "Enter a distance from 0.1 to 50 percent.",
        P::NotAtrMultiple => "Enter a multiple above 0, up to 20.",
        P::TooFewCandles => "This market is too new for an average range. Enter a distance in percent instead.",
        P::NotPriceSource => "Choose the last price or the mark price.",
        P::NotTimeLimit => "Enter whole minutes, up to 525,600 (one year).",
        P::ChangedMeanwhile => "This trade was changed meanwhile. Check its current values and try again.",
        P::ChangedTooOften => "This trade can't be changed any more often. Close it and open a new one.",
        P::PriceFilter => "The market doesn't accept this price. Check its decimals.",
        P::LotFilter => "The market doesn't accept this amount. Check its decimals and the minimum amount.",
        P::NotionalFilter => "The order value is below this market's minimum.",
        P::KeyMayWithdraw => "This key can withdraw funds. Disable withdrawals at the exchange, then connect it again.",
        P::KeyAnyAddress => "This key works from any IP address. Restrict it to this server's IP address at the exchange, then connect it again.",
        P::AccountModeChanged => "The position mode of this account has changed at the exchange. Nothing was sent. Check the order and try again.",
        P::AccountMultiAssets => "This account is in multi-assets mode. Slipstream supports single-asset mode: switch it at Binance under Futures, Preferences, Asset Mode, and try again.",
        P::AccountPortfolio => "This account uses portfolio margin. Slipstream doesn't support it: turn it off at Binance, create a new API key, and try again.",
        P::KeyUnderReview => "This account is under review: its orders at the exchange differ from Slipstream's records. Your stop losses stay in place, and you can close positions. New orders are possible again once an admin confirms the differences.",
        P::FirstDayCap => "The order is larger than this account's first-day limit. Lower the amount, or end the limits on the Exchange keys page.",
        P::FirstDayMarket => "This account's first-day limit allows another market only. End the limits on the Exchange keys page.",
        P::TooLong | P::TextTooLong => "This is too long.",
        P::HasSpaces => "Remove the spaces and line breaks.",
        P::Contradicts => "This contradicts another field.",
        P::NotFuture => "Choose a future date.",
        P::TooMany => "You've reached the limit. Remove one first.",
        P::NotInRange => "Choose one of the options.",
        P::IdempotencyKeyReused => "This form was already sent with other values. Check your orders, then try again.",
        other => elsewhere(Lang::En, other),
    }
}

/// The text of a problem that needs no explanation, or that this build does not know.
const INVALID: &str = "This value isn't valid.";

/// The text of a rule that this build does not know.
const REJECTED: &str = "The request was rejected.";

#[cfg(feature = "ssr")]
texts! {
    /// The text of a field problem of other pages.
    elsewhere(P) {
        P::NotGoodTill => "Enter at least 0.2 hours: the exchange takes no shorter time.",
        P::PriceReached => "The market is already at this price. For a limit, buy below it and sell above; for a stop order, the other way round.",
        P::NotExchange => "Choose an exchange from the list.",
        P::NotTradeType => "Choose spot or futures.",
        P::NotStrategyType => "Choose Manual or Automated.",
        P::SpotNotAutomated => "Spot keys can't copy strategies. Choose Manual.",
        P::NotAlphabetic => "Use letters, spaces, hyphens and apostrophes.",
        P::NotCountry => "Choose a country from the list.",
        P::NotLanguage => "Choose a language from the list.",
        P::NotTimeZone => "Choose a time zone from the list.",
        P::NameTooLong => "Use 24 characters or fewer.",
        P::NotEmail => "Enter an e-mail address, such as name@example.org.",
        P::EmailNotAscii => "Use only letters from a to z, digits and signs. Write an international domain in its xn-- form.",
        P::PasswordTooShort => "Use at least 10 characters.",
        P::PasswordTooLong => "Use at most 200 characters.",
        P::PasswordHasName => "Don't use your e-mail address or the name Slipstream.",
        P::PasswordTooCommon => "This is too easy to guess. A few unrelated words work well.",
        P::PasswordBreached => "This password is known from a data breach. Choose another one.",
        P::WrongCredentials => "E-mail or password is wrong.",
        P::WrongPassword => "This isn't your current password.",
        P::EmailTaken => "This e-mail address can't be used. Do you already have an account?",
        P::ResetInvalid => "This link has been used or has expired. Request a new one.",
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
        P::SignalIdReused => "Another signal already used this ID.",
        P::NotPermission => "Choose at least one permission.",
        P::NotPublicKey => "Paste an RSA public key in PEM format, 2,048 bits or more. Never paste the private key.",
        P::NotExchangePublicKey => "Paste an Ed25519 or RSA public key in PEM format, RSA with 2,048 bits or more. Never paste the private key.",
        P::NotAddresses => "Enter IP addresses such as 203.0.113.7, or networks such as 203.0.113.0/24.",
        P::NotPublicUrl => "Enter an https:// address whose host is reachable from the internet.",
        P::NotAllowedHost => "This install doesn't send events to this host. Use another one, or ask the admin to allow it.",
        P::ApprovalRequested => "This source is public already, or waits for an admin's approval.",
        P::WebhookDisabled => "This webhook is disabled. Enable it first.",
        P::NotTopic => "Choose at least one kind of event.",
        P::TooShort => "This field is required.",
        P::NotRuleThreshold => "Enter a percentage up to 100, or a whole number, as the rule needs.",
        P::NotFollow => "Choose a strategy that you copy.",
        P::NotAutomatedKey => "Choose one of your automated accounts.",
        P::NotCoolDown => "Enter 1 to 720 hours.",
        P::NotFlattening => "This kind of rule can only stop entries.",
        P::RuleExists => "There's a rule of this kind with this action already. Change or remove it.",
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
        P::AlertUnreadable => "The alert has none of the supported formats. See the examples on the source's page.",
        P::FarFromMarket => "The alert's price is too far from the market price.",
        P::NothingToExit => "The alert exits a long although the source's last entry was a short, or the reverse.",
        P::PartialExit => "The alert exits a part of the position, which wasn't supported at the time.",
        P::NotTransferable => "You can only transfer between a USDT account and a paper account.",
        P::OtherMarket => "The alert is about another market than this source.",
        _ => INVALID,
    }
}

/// The browser shows problems of the trade page only.
#[cfg(not(feature = "ssr"))]
const fn elsewhere(_: Lang, _: P) -> &'static str {
    INVALID
}

/// The text of a rejected post.
pub(crate) fn rejection(lang: Lang, rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::Rule(refusal) => rule(lang, refusal),
        Rejection::Request(error) => request(lang, error),
    }
}

texts! {
    /// The text of a business rule that rejects a request. As for problems, the browser knows those of the trade page.
    rule(R) {
        R::KeyUnauthorized => "The exchange rejected this key. Check the API key, the secret key and the IP whitelist.",
        R::KeyTypeInvalid => "This action needs another kind of exchange key.",
        R::KeyInactive => "This exchange key is disabled. Enable it first.",
        R::KeyTypeUnsupported => "Spot orders aren't supported yet. Use a futures key.",
        R::SymbolInvalid => "The exchange doesn't offer this market.",
        R::ExchangeBadRequest => "The exchange rejected the request. Check your balance, the price and the amount.",
        R::AccountFrozen => "This account is frozen, so new orders are blocked. Reset your password to unfreeze it.",
        R::AccountSuspended => "This account is suspended. Contact the admin.",
        other => rule_elsewhere(Lang::En, other),
    }
}

#[cfg(feature = "ssr")]
texts! {
    /// The text of a business rule of other pages.
    rule_elsewhere(R) {
        R::KeyExists => "This exchange key is already connected, by you or another user.",
        R::ExchangeMismatch => "The strategy and the key belong to different exchanges.",
        R::SymbolMismatch => "The strategy trades another market.",
        R::SymbolFollowed => "This account already copies a strategy on this market.",
        R::PlanInvalid => "This plan isn't available.",
        R::PlanFeature => "Your plan doesn't include this.",
        R::PlanKeyLimit => "You've reached your plan's limit of exchange keys.",
        R::PlanBalanceLimit => "Your balance is above your plan's limit.",
        R::PaymentDeclined => "Your card was declined, and nothing has changed. Pay with another card, or keep your plan.",
        R::NoStripeSubscription => "You have no paid subscription to change.",
        R::StripeSubscriptionExists => "You already have a paid subscription.",
        R::LastAdmin => "This is the last admin. Make another user an admin first.",
        _ => REJECTED,
    }
}

/// The browser shows rules of the trade page only.
#[cfg(not(feature = "ssr"))]
const fn rule_elsewhere(_: Lang, _: R) -> &'static str {
    REJECTED
}

texts! {
    /// The text of a request that failed as a whole.
    request(E) {
        E::StepUp => "Enter your password again to do this.",
        E::TooManySandboxes => "You can open 50 paper accounts a day. Try again tomorrow.",
        E::Unauthenticated => "Sign in again to continue.",
        E::Forbidden => "You don't have permission to do this.",
        E::NotFound => "This no longer exists. Reload the page.",
        E::TooMany => "Too many attempts. Wait a few minutes, then try again.",
        E::TooManyRequests => "You can send five requests an hour. Try again later; your text is kept here.",
        E::Unavailable => "The exchange or payment provider isn't responding. Try again in a moment: nothing is done twice.",
        E::Unreachable => "The server didn't respond. It's safe to try again: the same order is never sent twice.",
        E::Maintenance => "Slipstream is down for maintenance. Your positions stay supervised; try again later.",
        E::SentAlready => "This form was already sent. Check the result before you try again.",
        E::BadRequest => "The form couldn't be read. Reload the page and try again.",
        E::Fault => "Something went wrong on our side. The error is logged; try again in a moment.",
    }
}

/// The text of a success, without the name of its object.
pub(crate) fn notice(lang: Lang, notice: PostNotice) -> &'static str {
    match notice {
        PostNotice::Desk(notice) => desk_notice(lang, notice),
        #[cfg(feature = "ssr")]
        PostNotice::Page(notice) => super::notices::page_notice(lang, notice),
        PostNotice::Unknown => unknown_notice(lang, ()),
    }
}

texts! {
    /// The text of a success that this build does not know.
    unknown_notice(()) {
        () => "Done.",
    }
}

texts! {
    /// The text of a success on the trade page.
    desk_notice(D) {
        D::OrderPlaced => "Order placed.",
        D::OrderUnfilled => "Nothing was filled: the order has ended.",
        D::OrderCanceled => "Order cancelled.",
        D::PositionClosed => "Position closed.",
        D::SupervisionEnded => "Slipstream no longer supervises this position. Its orders at the exchange are unchanged.",
        D::SupervisionResumed => "Slipstream supervises this position again.",
        D::StopMoved => "Stop moved.",
        D::StopRemoved => "Stop removed. This position has no stop.",
        D::AutomationSet => "Automation saved.",
        D::TargetsSet => "Take profits updated.",
        D::PartClosed => "Part of the position closed.",
        D::PositionIncreased => "Position increased.",
        D::PositionReversed => "Position reversed.",
        D::EntriesCanceled => "Entry orders cancelled. Stops and take profits of the position stay.",
        D::MarketSet => "Leverage and margin mode updated.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "ssr")]
    #[test]
    fn every_problem_has_a_text() {
        let bare = |problem: &&P| problem.name() != "NotText" && problem.name() != "Unknown";
        for found in P::ALL.iter().filter(bare) {
            assert_ne!(problem(Lang::En, *found), INVALID, "{}", found.name());
        }
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn the_text_of_a_rule_names_its_code() {
        for refusal in R::ALL {
            assert!(rule(Lang::En, *refusal).contains(refusal.code()), "{refusal}");
        }
    }
}
