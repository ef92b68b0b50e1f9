//! How comments begin: the first line is what the item is, in a sentence or a noun phrase with a subject.

use super::super::place::Place;
use super::{COMMENTS, Rule, rule, shaped};

const SUBJECT: &str =
    "what the item is: a noun phrase (\"The decision for one queued copy.\") or what it returns";

/// Beginnings of comments.
pub(super) const RULES: &[Rule] = &[
    shaped("riddle", COMMENTS, "the field's term for the item: `Whose.` is `Owner's account id.`"),
    // Doc comments are exempt: `missing_docs` demands one on every public field, where `/// Stop price.` suffices.
    shaped(
        "short-comment",
        &[Place::Note],
        "a phrase with unit, source or reason, or no comment where none is required",
    ),
    rule(
        "opening-one-that",
        COMMENTS,
        &["^one|ones|those|all that|who|whose|which", "^all|those of them|it|these"],
        SUBJECT,
    ),
    rule("opening-what", COMMENTS, &["^what"], SUBJECT),
    rule("opening-whose", COMMENTS, &["^whose|who|whom|which"], SUBJECT),
    rule("opening-none-when", COMMENTS, &["^none when|if|where|for|until|unless|before|after"], SUBJECT),
    rule("opening-that", &[Place::Doc], &["^that"], SUBJECT)
        .except(&["^that is|means|was|includes|makes|would|keeps|one|way|file|is why"]),
];
