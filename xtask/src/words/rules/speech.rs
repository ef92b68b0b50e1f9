//! Plain speech: riddles, personification, old-fashioned verbs, and the words of events and structures in the code.

use super::{CODE, EVERYWHERE, NAMES, PROSE, Rule, UI, rule};

/// How sentences are made.
pub(super) const RULES: &[Rule] = &[
    rule("just-now", PROSE, &["just now"], "`currently`, `a moment ago`, or nothing"),
    rule("at-once", EVERYWHERE, &["at once"], "`immediately`, or `at the same time`")
        .except(&["all at once"]),
    rule("such", CODE, &["such"], "`this`, `of this kind`, or name the thing")
        .except(&["such as", "no such"]),
    rule("such-text", UI, &["such"], "`this`, or name the thing").except(&["such as"]),
    rule("shall", PROSE, &["shall"], "`must`, `will`, or an active sentence"),
    rule(
        "whoever",
        EVERYWHERE,
        &["whoever|whomever|whosoever|whom", "somebody|nobody|everybody|anybody"],
        "`user`, `caller`, `account`; `no one` or a passive where no role fits",
    ),
    rule("people", EVERYWHERE, &["people"], "`users`, `callers`, `accounts`"),
    rule(
        "stand",
        EVERYWHERE,
        &["stand|stands|standing|stood"],
        "`open`, `active`, `current`, `resting` (an order in the book)",
    )
    .except(&["stand|stands|stood for", "stand|stands|standing in for"]),
    rule(
        "come-to",
        PROSE,
        &["come|comes|came|coming to", "come|comes|came|become|becomes|became of"],
        "`result`, `outcome`, `totals`, `reaches`",
    ),
    rule("lead-out", PROSE, &["lead|leads|led out"], "`exit`, `link`"),
    rule(
        "is-to-be",
        PROSE,
        &["is|are|was|were|not|what to be"],
        "`must be`, `should be`, or an active sentence",
    ),
    rule("of-ours", PROSE, &["of ours|yours|theirs|his|hers"], "`our`, `your`, `their`"),
    rule(
        "keeps-its-word",
        PROSE,
        &["keep|keeps|kept its|their|his|her|a|our|your word|promise"],
        "what the code does",
    ),
    rule("told", EVERYWHERE, &["told"], "`notify`, `send`, `report`, `format`"),
    rule("tell", CODE, &["tell|tells|telling"], "`notify`, `report`, `return`; `distinguish`")
        .except(&["tell|tells apart"]),
    rule("tell-name", NAMES, &["tell|tells|telling|teller"], "`notify`, `report`, `format`"),
    rule("hear", EVERYWHERE, &["hear|hears|heard|hearing|hearer"], "`receive`, `get an event`"),
    rule("say", CODE, &["say|says|said|saying"], "`format`, `return`, `state`, `show`").except(&[
        "document|documentation|docs|documents|schema|standard|manual|specification|contract say|says",
        "readme|message|messages|comment|comments|header|headers|name|names|page|pages say|says",
        "that is to say",
    ]),
    rule("say-name", NAMES, &["say|says|said|saying"], "`format`, `print`, `report`"),
    rule("speak", CODE, &["speak|speaks|spoke|spoken|speaking"], "`use`, `format`, `support`")
        .except(&["speak|speaks|speaking the|its|a|binance|stripe|smtp|http|https|tls"]),
    rule("speak-name", NAMES, &["speak|speaks|spoke|spoken|speaking"], "`format`, `send`"),
    rule("walk", CODE, &["walk|walks|walked|walking"], "`traverse`, `iterate over`, `replay`")
        .except(&["random walk|walks", "walk|walks the book"]),
    rule("walk-name", NAMES, &["walk|walks|walked|walker"], "`traversal`, `replay`, `path`")
        .except(&["random walk", "walk|walks the book"]),
    rule("floor", CODE, &["floor|floors"], "`exchange state`, `lower bound`, `minimum`")
        .except(&["notional|price floor", "floor of|division"]),
    rule("shelf", EVERYWHERE, &["shelf|shelves"], "`response cache`, `book state`"),
    rule("room", EVERYWHERE, &["room|rooms"], "`module`, `space`, `capacity`")
        .except(&["room for|left|to", "make|makes|making|no|more|enough room"]),
    rule("door", EVERYWHERE, &["door|doors"], "`API surface`, `endpoint`, `router`"),
    rule("house", EVERYWHERE, &["house|houses"], "`project`, `exchange`, `counterparty ledger`")
        .except(&["house account|accounts"]),
    rule(
        "private-document",
        PROSE,
        &["house rule|rules", "house.md|wire.md|voice.md"],
        "the reason itself, or a page under docs/",
    ),
    rule("look", CODE, &["look|looks|looked|looking"], "`inspect`, `read`, `check`, `supervise`")
        .except(&["look|looks|looked|looking up|like|as|for|ahead|back"]),
    rule("look-after", UI, &["look|looks|looked|looking after"], "`supervise`, `manage`"),
    rule("look-name", NAMES, &["look|looks|looked"], "`inspect`, `read`, `check`")
        .except(&["look|looks|looked up|like|back|ahead"]),
    rule("edition", EVERYWHERE, &["edition|editions"], "`version`").except(&["edition 2021|2024|2027"]),
    rule("moment", CODE, &["moment|moments"], "`time`, `timestamp`, `instant`").except(&[
        "at the moment",
        "in|for|after a moment",
        "a moment ago|later",
    ]),
    rule("moment-name", NAMES, &["moment|moments"], "`time`, `timestamp`, `at`"),
    rule(
        "turn",
        CODE,
        &["a|the|its|their|his|your|whose|next turn", "turns of"],
        "`lock`, `slot`, `per-market lock`",
    ),
    rule("turn-name", NAMES, &["^turn$", "^turns$"], "`lock`, `slot`, `Lock`"),
    rule("heed", EVERYWHERE, &["heed|heeds|heeded|nudge|nudges|nudged"], "`handle`, `request a refresh`"),
    rule("fate", EVERYWHERE, &["fate|fates|deed|deeds"], "`outcome`, `result`; `audit action`"),
];
