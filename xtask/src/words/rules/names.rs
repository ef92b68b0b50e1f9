//! Declared names: a reader from another company finds the thing under the name that the field gives it.

use super::super::place::Place;
use super::{NAMES, Rule, rule, shaped};

const TYPES: &[Place] = &[Place::Type, Place::Alias];

/// Names without a meaning in the field, and names that std uses.
pub(super) const RULES: &[Rule] = &[
    shaped("std-name", TYPES, "a name that is not one of the prelude or of std"),
    rule("asked", NAMES, &["asked"], "`Request`, `query`, `requested`"),
    rule("begun", NAMES, &["begun"], "`PendingIntent`, `started`"),
    rule("keeper", NAMES, &["keeper|keepers"], "`reconciler`"),
    rule("floor-name", TYPES, &["floor|floors"], "`MarketState`, `Minimum`"),
    rule("around", TYPES, &["^around$"], "`FollowContext`"),
    rule("round", TYPES, &["^round$"], "`ClaimContext`, `Tick`"),
    rule("hands", TYPES, &["^hands$"], "`ClockAdapter`"),
    rule("chance", TYPES, &["^chance$"], "`Entropy`"),
    rule("pulse", TYPES, &["^pulse$"], "`JobHeartbeats`"),
    rule("trouble", TYPES, &["trouble"], "`HttpFailure`"),
    rule("happening", TYPES, &["^happening$", "^what$"], "`Event`"),
];
