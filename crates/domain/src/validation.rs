//! Rules for what people type, with one text each.
//!
//! A [`Problem`] says what is wrong with one field; the `/v1` door answers its text as the Mudawyl document does,
//! and the pages translate it.

use crate::{Side, StrategyType, Symbol, TradeType, unseen::unseen};
use serde::{Deserialize, Serialize};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What is wrong with a field.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Problem { $($(#[$doc])* $name),* }

        impl Problem {
            /// Every problem.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The text that `/v1` answers as `msg`.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// The name of its translation.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }
        }
    };
}

problems! {
    /// Nothing was given.
    Required = "is required";
    /// No text.
    NotText = "must be string";
    /// No boolean.
    NotBoolean = "must be boolean";
    /// No UUID.
    NotUuid = "must be UUID";
    /// No number that can be kept exactly.
    NotNumber = "must be number";
    /// Zero or less.
    NotPositive = "must be greater than 0";
    /// No whole number in the range.
    NotLeverage = "must be integer between 1 and 125";
    /// Not BASE/QUOTE.
    NotSymbol = "must be valid exchange symbol";
    /// Not an exchange that we know.
    NotExchange = "must be valid exchange id";
    /// Neither SPOT nor FUTURES.
    NotTradeType = "must be valid trade type";
    /// Neither AUTOMATED nor MANUAL.
    NotStrategyType = "must be valid strategy type";
    /// SPOT keys cannot be AUTOMATED.
    SpotNotAutomated = "cannot be assigned to AUTOMATED strategy";
    /// Key names are short.
    NameTooLong = "length must be less than 25";
    /// No such order type.
    NotOrderType = "must be valid order type";
    /// Neither BUY nor SELL.
    NotSide = "must be valid order side";
    /// Neither ISOLATED nor CROSSED.
    NotMarginType = "must be valid margin type";
    /// Neither LIMIT nor MARKET.
    NotStopType = "must be valid stop trigger type";
    /// The type needs a price.
    PriceRequired = "must require price with type limit or trailing stop";
    /// A trailing stop has no protective legs. (The misspelling is the document's.)
    NotWithTrailing = "must not use with type traililng stop";
    /// A LIMIT stop needs its price.
    StopPriceRequired = "must require stopPrice with type limit";
    /// A stop type without a trigger price does nothing.
    StopTriggerRequired = "must require stopTriggerPrice";
    /// A trigger price needs its type.
    StopTypeRequired = "must require stopTriggerType";
    /// More targets than allowed.
    TooManyTargets = "must be array of max length 25";
    /// Out of 0.1 to 5.
    NotCallbackRate = "must be between 0.1 and 5";
    /// Out of 0 to 100 percent.
    NotRiskPercent = "must be greater than 0 and at most 100";
    /// The stop stands where it would trigger at once.
    StopOnWrongSide = "must be on the losing side of the price";
    /// The position would be liquidated before its stop is reached.
    StopBeyondLiquidation = "must be reached before the position is liquidated";
    /// A target stands where it would trigger at once.
    TargetOnWrongSide = "must be on the winning side of the price";
    /// A target's share is less than the market's smallest amount.
    TargetTooSmall = "must give each take profit at least the minimum amount";
    /// The market takes no such price.
    PriceFilter = "must fit the PRICE_FILTER of the exchange";
    /// The market takes no such amount.
    LotFilter = "must fit the LOT_SIZE of the exchange";
    /// The order is worth too little.
    NotionalFilter = "must fit the MIN_NOTIONAL of the exchange";
    /// The key may withdraw: too dangerous to keep.
    KeyMayWithdraw = "must not allow withdrawals";
    /// The key works from any address, and the operator takes none of those.
    KeyAnyAddress = "must be restricted to trusted addresses at the exchange";
    /// The key's futures account is in hedge mode.
    AccountHedge = "must belong to an account in one-way mode, not hedge mode (Binance: Futures, Preferences, Position Mode)";
    /// The key's futures account is in multi-assets mode.
    AccountMultiAssets = "must belong to an account in single-asset mode, not multi-assets mode (Binance: Futures, Preferences, Asset Mode)";
    /// The key's account is in portfolio margin mode.
    AccountPortfolio = "must belong to an account without portfolio margin";
    /// What the exchange shows of the key's account and what the desk knows differ.
    KeyUnderReview = "belongs to an account under review: its orders at the exchange differ from Slipstream's, and an admin must confirm the differences";
    /// Something else than letters of a name.
    NotAlphabetic = "must be alpha character";
    /// No country of ISO 3166-1.
    NotCountry = "must be valid country";
    /// Neither EN nor AR.
    NotLanguage = "must be a valid language";
    /// No zone of the IANA database.
    NotTimeZone = "must be a valid timezone";
    /// No e-mail address.
    NotEmail = "must be a valid e-mail address";
    /// Fewer than ten characters.
    PasswordTooShort = "must have at least 10 characters";
    /// More than 200 characters.
    PasswordTooLong = "must have at most 200 characters";
    /// Too easy to guess.
    PasswordTooCommon = "is too easy to guess";
    /// It contains the person's address or the product's name.
    PasswordHasName = "must not contain your e-mail address or the product's name";
    /// E-mail or password is wrong; which one is not told.
    WrongCredentials = "e-mail or password is wrong";
    /// The present password does not match.
    WrongPassword = "is not your current password";
    /// Someone has signed up with it.
    EmailTaken = "cannot be used";
    /// The reset link is spent, expired or never was.
    ResetInvalid = "is no longer valid";
    /// More than the exchange keys may be long.
    TooLong = "is too long";
    /// Not a number of items we serve.
    NotLimit = "must be integer between 1 and 1000";
    /// No date.
    NotDate = "must be valid date";
    /// Neither 1d nor 1M.
    NotInterval = "must be valid interval";
    /// No token that we gave.
    NotToken = "must be valid next token";
    /// No strategy that may be followed now.
    NotActiveStrategy = "must be active strategy automated id";
    /// An entry of a strategy that was deactivated.
    StrategyInactive = "is not active";
    /// No risk profile.
    NotRiskProfile = "must be valid strategy risk profile id";
    /// No chat is linked.
    TelegramNotLinked = "account must be linked to Telegram";
    /// Nothing that strategies are made of.
    NotDefinition = "must be valid strategy definition";
    /// No length of a candle that we know.
    NotFrame = "must be valid timeframe";
    /// Another has this name.
    NameTaken = "is already taken";
    /// Longer than it may be.
    TextTooLong = "exceeds the maximum length";
    /// Neither to enter nor to leave.
    NotAction = "must be valid signal action";
    /// A placeholder that the sender was to replace by a value.
    Placeholder = "must not be an unreplaced placeholder";
    /// Decided at a moment whose price nobody wants any more.
    TooOld = "is too old";
    /// Decided later than now.
    InFuture = "is in the future";
    /// Another field says the opposite.
    Contradicts = "contradicts another field";
    /// An id under which something else was said.
    SignalIdReused = "was used for another signal";
    /// Not known here.
    Unknown = "is not a known parameter";
    /// An idempotency key of another request.
    IdempotencyKeyReused = "was used with another request";
    /// No permission that we give.
    NotPermission = "must be valid permissions";
    /// No RSA public key in PEM of at least 2,048 bits.
    NotPublicKey = "must be an RSA public key in PEM of at least 2048 bits";
    /// Not addresses or networks.
    NotAddresses = "must be IP addresses or networks";
    /// A moment that is past, or none.
    NotFuture = "must be in the future";
    /// More of them than one person needs.
    TooMany = "are too many";
    /// Empty where something is needed.
    TooShort = "is too short";
    /// None of the words that are taken.
    NotInRange = "must be one of the listed values";
    /// Neither a letter code of a country nor of a state.
    NotLetterCode = "must be a two-letter code";
    /// No brand of that name.
    BrandUnknown = "must be an existing brand";
    /// A brand that is no broker's.
    BrandNotBroker = "must be a brand with broker permissions";
    /// The other half of the pair is missing.
    OtherHalfMissing = "must be given together with its counterpart";
    /// No plan that can be subscribed to.
    NotPlan = "must be valid subscription id";
    /// No currency that we keep.
    NotCurrency = "must be valid currency";
    /// Not enabled where the person lives.
    CurrencyNotEnabled = "is not supported for this user";
    /// There is one already.
    AccountExists = "already exists";
    /// Finer than the currency.
    TooManyDecimals = "has more decimals than the currency";
    /// More than there is.
    NotCovered = "must be covered by the balance";
    /// The account cannot take part in this.
    NotTransferable = "must be a sandbox account and a USDT account";
}

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's name on the wire: `takeProfitPrices`.
    pub field: String,
    /// What is wrong.
    pub problem: Problem,
}

impl FieldProblem {
    /// Names a field's problem.
    #[must_use]
    pub fn new(field: &str, problem: Problem) -> Self {
        Self { field: field.to_owned(), problem }
    }
}

/// An e-mail address in lower case, fit for comparing.
///
/// # Errors
/// [`Problem::NotEmail`].
pub fn email(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let (local, host) = text.rsplit_once('@').ok_or(Problem::NotEmail)?;
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | ',' | '(' | ')');
    let labels = host.split('.').collect::<Vec<_>>();
    let host_good = labels.len() > 1
        && labels.iter().all(|l| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-'));
    if local.is_empty() || text.len() > 254 || !text.chars().all(plain) || local.contains('@') || !host_good {
        return Err(Problem::NotEmail);
    }
    Ok(text.to_lowercase())
}

/// The length of a password. What else is asked of a new one, the service knows (`password::policy`): it needs lists that no
/// browser should load.
///
/// # Errors
/// The rule it breaks.
pub fn password(text: &str) -> Result<(), Problem> {
    match text.chars().count() {
        ..10 => Err(Problem::PasswordTooShort),
        10..=200 => Ok(()),
        _ => Err(Problem::PasswordTooLong),
    }
}

/// A key's name: 1 to 24 characters, as the document's "less than 25".
///
/// # Errors
/// [`Problem::Required`], [`Problem::NameTooLong`], or [`Problem::NotText`] for characters that are [`unseen`], some of
/// which Postgres would not store.
pub fn key_name(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Problem::Required),
        1..=24 if text.chars().any(unseen) => Err(Problem::NotText),
        1..=24 => Ok(text.to_owned()),
        _ => Err(Problem::NameTooLong),
    }
}

/// An exchange's key or secret: something, of a bearable length, without spaces inside.
///
/// # Errors
/// [`Problem::Required`] or [`Problem::TooLong`].
pub fn credential(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    match text.len() {
        0 => Err(Problem::Required),
        1..=256 if !text.contains(|c: char| c.is_whitespace() || c.is_control()) => Ok(text.to_owned()),
        _ => Err(Problem::TooLong),
    }
}

/// SPOT keys cannot follow strategies.
///
/// # Errors
/// [`Problem::SpotNotAutomated`], on `tradeType`.
pub fn key_kind(trade: TradeType, strategy: StrategyType) -> Result<(), Problem> {
    if trade == TradeType::Spot && strategy == StrategyType::Automated {
        Err(Problem::SpotNotAutomated)
    } else {
        Ok(())
    }
}

/// A pair of the form BASE/QUOTE.
///
/// # Errors
/// [`Problem::NotSymbol`].
pub fn symbol(text: &str) -> Result<Symbol, Problem> {
    text.parse().map_err(|_| Problem::NotSymbol)
}

/// BUY or SELL.
///
/// # Errors
/// [`Problem::NotSide`].
pub fn side(text: &str) -> Result<Side, Problem> {
    Side::parse(text).ok_or(Problem::NotSide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        assert_eq!(email(" Ada@Example.org ").unwrap(), "ada@example.org");
        for bad in ["", "a", "a@b", "@b.c", "a b@c.d", "a@b..c", "a@@b.c", "<a@b.c>"] {
            assert_eq!(email(bad), Err(Problem::NotEmail), "{bad}");
        }
    }

    #[test]
    fn passwords() {
        assert_eq!(password("short"), Err(Problem::PasswordTooShort));
        assert_eq!(password(&"é".repeat(201)), Err(Problem::PasswordTooLong));
        assert_eq!(password("correct horse battery"), Ok(()));
    }

    #[test]
    fn key_names_end_at_24_characters() {
        assert!(key_name(&"x".repeat(24)).is_ok());
        assert_eq!(key_name(&"x".repeat(25)), Err(Problem::NameTooLong));
        assert_eq!(key_name("  "), Err(Problem::Required));
        for bad in ["a\0b", "a\u{202e}gpj.exe", "a\u{200b}"] {
            assert_eq!(key_name(bad), Err(Problem::NotText), "{bad:?}");
        }
    }
}
