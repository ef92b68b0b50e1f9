//! The words of trading, accounts and billing.

use super::{EVERYWHERE, PROSE, Rule, SHOWN, UI, rule};

/// Terms of the interface.
pub(super) const RULES: &[Rule] = &[
    rule("by-hand", EVERYWHERE, &["by hand"], "`Manual` (a key's use), `manually`, `hand-written`"),
    rule("by-strategies", UI, &["by strategies"], "`Automated`"),
    rule("play-money", EVERYWHERE, &["play money"], "`paper account`, `test payment`"),
    rule("sandbox-account", SHOWN, &["sandbox account|accounts"], "`paper account`"),
    rule("follows-label", UI, &["^follows$"], "`Copy trading`"),
    rule("deepest-fall", EVERYWHERE, &["deepest fall"], "`Max drawdown`"),
    rule("trade-columns", UI, &["^entered$", "^left$", "^how$"], "`Entry`, `Exit`, `Exit reason`"),
    rule("stop-fields", UI, &["stop trigger", "closes with"], "`Stop price`, `Stop order type`"),
    rule(
        "ticket-figures",
        UI,
        &["entry about", "^cost$", "loss at the stop", "gain at"],
        "`Est. entry`, `Order value`, `Risk`, `Reward` (with the R multiple)",
    ),
    rule("target", UI, &["target|targets"], "`Take profit` (`TP1`, `TP2` …)"),
    rule("switched-off", PROSE, &["switched off|on"], "`Disabled`, `Enabled`"),
    rule("switch-off", UI, &["switch off|on"], "`Disable`, `Enable`"),
    rule("refused", UI, &["refused|refuse|refuses|refusal"], "`Rejected`"),
    rule("let-in", PROSE, &["let|lets in"], "`Connected`"),
    rule("brain", EVERYWHERE, &["brain|brains"], "`Signal source`"),
    rule("hook", SHOWN, &["hook|hooks"], "`Webhook`").except(&["panic|git|commit hook|hooks"]),
    rule("followers-leave", UI, &["followers leave"], "`Close all copied positions`"),
    rule("strategy-rules", UI, &["its rules", "decided by"], "`Strategy rules`"),
    rule(
        "billing-period",
        UI,
        &["present period", "in force", "kept for your next invoices|invoice"],
        "`Current period`, `Active until`, `Account credit`",
    ),
    rule("show-and-print", UI, &["show and print"], "`View invoice`"),
    rule(
        "alert-names",
        UI,
        &["sign-in told", "reach|reaches your chat"],
        "`New sign-in alert`, `Telegram connected`",
    ),
    rule(
        "desk-closed",
        UI,
        &["closed to everybody|everyone", "the desk is open|closed", "close|open the desk"],
        "`Maintenance mode is on: only admins can sign in`, `Turn on maintenance mode`",
    ),
    rule("given-up", SHOWN, &["given up"], "`Failed`"),
    rule("record-and-rules", UI, &["record and rules"], "`Details`"),
    rule("result-label", UI, &["^what happened$", "in words why"], "`Result`, `Skipped: reason`"),
    rule(
        "nothing-stood",
        PROSE,
        &["nothing stood|stands|stand"],
        "`No open orders or positions`, `Status unknown: the exchange didn't answer`",
    ),
    rule(
        "on-our-books",
        PROSE,
        &["on our|its|the|your|their books", "keep|keeps|kept on file"],
        "`Currency accounts`, `Sub-accounts`",
    ),
    rule("capital-letters", UI, &["two capital letters"], "a country picker with names"),
    rule(
        "spelling",
        SHOWN,
        &[
            "realise|realised|realises|unrealised|recognise|recognised|organise|organised",
            "authorise|authorised|optimise|optimised|unoptimised|optimising|optimisation|summarise|summarised",
            "canceled|canceling|color|colors|behavior|favorite|favorites",
        ],
        "British spelling with -ize: `realized`, `colour`, `cancelled`",
    ),
    rule("operator", UI, &["operate|operates|operator|operators"], "`Admin`"),
];
