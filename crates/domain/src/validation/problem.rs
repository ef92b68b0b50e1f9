//! The problems that a field can have, each with the text that `/v1` answers.

use serde::{Deserialize, Serialize};

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// A validation error of a field.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Problem { $($(#[$doc])* $name),* }

        impl Problem {
            /// Every problem.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the text that `/v1` answers as `msg`.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// Returns the key of its translation.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }
        }
    };
}

problems! {
    /// The value is missing or empty.
    Required = "is required";
    /// Not a text.
    NotText = "must be string";
    /// Not a boolean.
    NotBoolean = "must be boolean";
    /// Not a UUID.
    NotUuid = "must be UUID";
    /// Not a number, or not one that can be represented exactly.
    NotNumber = "must be number";
    /// Zero or less.
    NotPositive = "must be greater than 0";
    /// Not a whole number in the range of leverages.
    NotLeverage = "must be integer between 1 and 125";
    /// Not of the form BASE/QUOTE.
    NotSymbol = "must be valid exchange symbol";
    /// Not a supported exchange.
    NotExchange = "must be valid exchange id";
    /// Neither SPOT nor FUTURES.
    NotTradeType = "must be valid trade type";
    /// Neither AUTOMATED nor MANUAL.
    NotStrategyType = "must be valid strategy type";
    /// A SPOT key cannot be AUTOMATED.
    SpotNotAutomated = "cannot be assigned to AUTOMATED strategy";
    /// The name has more than 24 characters.
    NameTooLong = "length must be less than 25";
    /// Not an order type.
    NotOrderType = "must be valid order type";
    /// Neither BUY nor SELL.
    NotSide = "must be valid order side";
    /// Neither long nor short.
    NotPositionSide = "must be long or short";
    /// Neither GTC, IOC, FOK nor GTX.
    NotTimeInForce = "must be valid time in force";
    /// The date of an order that is too near, or beyond what an exchange takes.
    NotGoodTill = "must be at least 11 minutes ahead";
    /// A limit or trigger price that the market's price has reached, so that the order would not wait.
    PriceReached = "must not be reached by the price already";
    /// A post-only order that would fill immediately.
    WouldTake = "must not fill immediately: the order is post-only";
    /// A fill-or-kill order that could not be filled completely.
    NotFilledWhole = "must be filled completely: nothing was filled";
    /// An order that would not reduce the position.
    NotReducing = "must be the side that reduces the position";
    /// Neither ISOLATED nor CROSSED.
    NotMarginType = "must be valid margin type";
    /// Neither LIMIT nor MARKET.
    NotStopType = "must be valid stop trigger type";
    /// The order type needs a price.
    PriceRequired = "must require price with type limit or trailing stop";
    /// A trailing stop cannot have protective legs. (The misspelling is the document's.)
    NotWithTrailing = "must not use with type traililng stop";
    /// A LIMIT stop needs a price.
    StopPriceRequired = "must require stopPrice with type limit";
    /// A stop type was given without a trigger price.
    StopTriggerRequired = "must require stopTriggerPrice";
    /// A trigger price was given without a stop type.
    StopTypeRequired = "must require stopTriggerType";
    /// More targets than allowed.
    TooManyTargets = "must be array of max length 25";
    /// Outside the range from 0.1 to 5 percent.
    NotCallbackRate = "must be between 0.1 and 5";
    /// Outside the range from 0 (exclusive) to 100 percent.
    NotRiskPercent = "must be greater than 0 and at most 100";
    /// The stop would trigger immediately.
    StopOnWrongSide = "must be on the losing side of the price";
    /// The position would be liquidated before its stop is reached.
    StopBeyondLiquidation = "must be reached before the position is liquidated";
    /// A target would trigger immediately.
    TargetOnWrongSide = "must be on the winning side of the price";
    /// A target's share is less than the market's smallest amount.
    TargetTooSmall = "must give each take profit at least the minimum amount";
    /// Not a share: zero or less, or more than the whole.
    NotShare = "must be greater than 0 and at most 1";
    /// Shares that add up to more than the whole.
    SharesTooMany = "must add up to at most 1";
    /// More than the position has.
    MoreThanPosition = "must not exceed the position";
    /// The trade's entry may still fill.
    EntryStillOpen = "must belong to a trade whose entry is not open any more";
    /// A position or an entry is open on the market.
    PositionOpen = "position_open";
    /// Another trade shares the position.
    PositionShared = "must be the only trade on its position";
    /// A trade of the desk is open on the market, and owns its position.
    AlreadySupervised = "must be a market without an open trade";
    /// No position is open on the market.
    NoPosition = "must be a market with an open position";
    /// There is no stop to calculate the risk with.
    RiskNeedsStop = "must belong to a trade with a stop loss";
    /// There is no stop to move.
    NeedsStop = "must belong to a trade with a stop loss";
    /// Not the number of one of the trade's take-profits.
    NotTargetNumber = "must be the number of a take profit";
    /// Outside the range of distances of a trailing stop.
    NotTrailingPercent = "must be between 0.1 and 50";
    /// Outside the range of multiples of the average true range.
    NotAtrMultiple = "must be greater than 0 and at most 20";
    /// The market has too few candles for an average true range.
    TooFewCandles = "needs more candles than the market has";
    /// Neither last nor mark.
    NotPriceSource = "must be last or mark";
    /// Not a number of minutes up to a year.
    NotTimeLimit = "must be integer between 1 and 525600";
    /// The object was changed after the caller read it.
    ChangedMeanwhile = "was changed meanwhile";
    /// A trade whose stop or take-profits were changed as often as the desk can number them.
    ChangedTooOften = "was changed too often";
    /// The market takes no such price.
    PriceFilter = "must fit the PRICE_FILTER of the exchange";
    /// The amount does not fit the market's lot size filter.
    LotFilter = "must fit the LOT_SIZE of the exchange";
    /// The order value is below the market's minimum notional.
    NotionalFilter = "must fit the MIN_NOTIONAL of the exchange";
    /// The key may withdraw, which is too dangerous to store.
    KeyMayWithdraw = "must not allow withdrawals";
    /// The key works from any address, which the admin does not allow.
    KeyAnyAddress = "must be restricted to trusted addresses at the exchange";
    /// The position mode of the key's futures account, one-way or hedge, is another than when the order was planned.
    AccountModeChanged = "belongs to an account whose position mode has changed: nothing was sent; try again";
    /// The key's futures account is in multi-assets mode.
    AccountMultiAssets = "must belong to an account in single-asset mode, not multi-assets mode (Binance: Futures, Preferences, Asset Mode)";
    /// The key's account is in portfolio margin mode.
    AccountPortfolio = "must belong to an account without portfolio margin";
    /// The account's orders or positions at the exchange differ from the desk's records.
    KeyUnderReview = "belongs to an account under review: its orders at the exchange differ from Slipstream's, and an admin must confirm the differences";
    /// The order is larger than the key's first-day limits allow.
    FirstDayCap = "must be within the first-day limit of the exchange key";
    /// The key's first-day limits allow another market only.
    FirstDayMarket = "must be the market of the exchange key's first-day limits";
    /// Something else than letters of a name.
    NotAlphabetic = "must be alpha character";
    /// Not a country code of ISO 3166-1.
    NotCountry = "must be valid country";
    /// Neither EN nor AR.
    NotLanguage = "must be a valid language";
    /// Not a time zone of the IANA database.
    NotTimeZone = "must be a valid timezone";
    /// Not an e-mail address.
    NotEmail = "must be a valid e-mail address";
    /// A new e-mail address with characters beyond ASCII.
    EmailNotAscii = "must be in ASCII; write an international domain as xn--";
    /// Fewer than ten characters.
    PasswordTooShort = "must have at least 10 characters";
    /// More than 200 characters.
    PasswordTooLong = "must have at most 200 characters";
    /// Too easy to guess.
    PasswordTooCommon = "is too easy to guess";
    /// It is in the install's list of breached passwords.
    PasswordBreached = "is known from a data breach";
    /// It contains the user's e-mail address or the product's name.
    PasswordHasName = "must not contain your e-mail address or the product's name";
    /// E-mail or password is wrong; the response does not reveal which.
    WrongCredentials = "e-mail or password is wrong";
    /// The present password does not match.
    WrongPassword = "is not your current password";
    /// Someone has signed up with it.
    EmailTaken = "cannot be used";
    /// The reset link was used, has expired or never existed.
    ResetInvalid = "is no longer valid";
    /// Longer than exchange keys may be.
    TooLong = "is too long";
    /// Contains whitespace or control characters, as a key that was not copied cleanly.
    HasSpaces = "must not contain spaces";
    /// Not a valid page size.
    NotLimit = "must be integer between 1 and 1000";
    /// Not a date.
    NotDate = "must be valid date";
    /// Neither 1d nor 1M.
    NotInterval = "must be valid interval";
    /// Not a pagination token that we issued.
    NotToken = "must be valid next token";
    /// Not a strategy that can currently be followed.
    NotActiveStrategy = "must be active strategy automated id";
    /// An entry was given for a deactivated strategy.
    StrategyInactive = "is not active";
    /// Not a risk profile.
    NotRiskProfile = "must be valid strategy risk profile id";
    /// No Telegram chat is linked.
    TelegramNotLinked = "account must be linked to Telegram";
    /// Not a valid strategy definition.
    NotDefinition = "must be valid strategy definition";
    /// Not a supported candle interval.
    NotFrame = "must be valid timeframe";
    /// The name is already in use.
    NameTaken = "is already taken";
    /// Longer than it may be.
    TextTooLong = "exceeds the maximum length";
    /// Neither to enter nor to leave.
    NotAction = "must be valid signal action";
    /// A template placeholder that the sender should have replaced.
    Placeholder = "must not be an unreplaced placeholder";
    /// Decided too long ago for its price to be usable.
    TooOld = "is too old";
    /// Its timestamp is in the future.
    InFuture = "is in the future";
    /// Contradicts another field.
    Contradicts = "contradicts another field";
    /// The signal id was already used for a different signal.
    SignalIdReused = "was used for another signal";
    /// Not a known parameter.
    Unknown = "is not a known parameter";
    /// The idempotency key was already used with a different request.
    IdempotencyKeyReused = "was used with another request";
    /// Not a known permission.
    NotPermission = "must be valid permissions";
    /// Not an RSA public key in PEM format with at least 2,048 bits.
    NotPublicKey = "must be an RSA public key in PEM of at least 2048 bits";
    /// Neither an Ed25519 public key in PEM nor an RSA one with at least 2,048 bits.
    NotExchangePublicKey = "must be an Ed25519 or RSA public key in PEM, RSA of at least 2048 bits";
    /// Not IP addresses or networks.
    NotAddresses = "must be IP addresses or networks";
    /// Not an https address of a public host.
    NotPublicUrl = "must be an https URL of a public host";
    /// Not at one of the hosts that the install's admin allows.
    NotAllowedHost = "must be at a host that this install allows";
    /// The source is public, or a request to approve it is open.
    ApprovalRequested = "must be private and without an open request";
    /// The webhook is disabled.
    WebhookDisabled = "must be enabled";
    /// Not a topic of events.
    NotTopic = "must be valid event topics";
    /// A time in the past, or no time.
    NotFuture = "must be in the future";
    /// More items than one user may have.
    TooMany = "are too many";
    /// Empty, although text is required.
    TooShort = "is too short";
    /// Not one of the listed values.
    NotInRange = "must be one of the listed values";
    /// Not a threshold that the kind of risk rule allows.
    NotRuleThreshold = "must be a percentage up to 100, or a whole number, as the kind of rule needs";
    /// Not a follow of the user.
    NotFollow = "must be one of your follows";
    /// Not an AUTOMATED exchange key of the user.
    NotAutomatedKey = "must be one of your automated exchange keys";
    /// Not a number of hours that entries may stop.
    NotCoolDown = "must be integer between 1 and 720";
    /// A kind of risk rule that closes no positions.
    NotFlattening = "must be STOP_ENTRIES for this kind of rule";
    /// A risk rule of the same kind and action exists.
    RuleExists = "has a rule with this action already";
    /// Not a two-letter code of a country or state.
    NotLetterCode = "must be a two-letter code";
    /// No brand of that name.
    BrandUnknown = "must be an existing brand";
    /// A brand that is no broker's.
    BrandNotBroker = "must be a brand with broker permissions";
    /// The other half of the pair is missing.
    OtherHalfMissing = "must be given together with its counterpart";
    /// No plan that can be subscribed to.
    NotPlan = "must be valid subscription id";
    /// Not a currency of the ledger.
    NotCurrency = "must be valid currency";
    /// The currency is not enabled for the user's country.
    CurrencyNotEnabled = "is not supported for this user";
    /// The account already exists.
    AccountExists = "already exists";
    /// More decimals than the currency has.
    TooManyDecimals = "has more decimals than the currency";
    /// Exceeds the balance.
    NotCovered = "must be covered by the balance";
    /// A body that is no alert of a known form.
    AlertUnreadable = "must be an alert in a supported format";
    /// The alert of a signal source names another market than the source's.
    OtherMarket = "must be the market of the signal source";
    /// The price is too far from the market's.
    FarFromMarket = "is too far from the market price";
    /// An exit of a position that the signal source has not entered.
    NothingToExit = "does not exit the position of the signal source";
    /// An exit of a part of the position.
    PartialExit = "must exit the whole position";
    /// The account cannot take part in this transfer.
    NotTransferable = "must be a sandbox account and a USDT account";
}

/// A validation error with the field it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's name on the wire: `takeProfitPrices`.
    pub field: String,
    /// The validation error.
    pub problem: Problem,
}

impl FieldProblem {
    /// Creates a field problem.
    #[must_use]
    pub fn new(field: &str, problem: Problem) -> Self {
        Self { field: field.to_owned(), problem }
    }
}
