use super::*;

fn fired(place: Place, text: &str) -> Vec<&'static str> {
    let passage = Passage { place, line: 1, text: text.to_owned() };
    Matcher::new().hits(&passage).iter().map(|hit| hit.rule.id).collect()
}

/// One text for each pattern of a rule: the first alternative of each word.
fn sample(pattern: &str) -> String {
    let inner = pattern.trim_matches(['^', '$']);
    inner.split_whitespace().filter_map(|word| word.split('|').next()).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_pattern_of_every_rule_fires_on_a_sample() {
    for rule in rules::all().filter(|rule| !rule.patterns.is_empty()) {
        for place in rule.places {
            for pattern in rule.patterns {
                let name = matches!(place, Place::Type | Place::Alias | Place::Name);
                let text = if name { sample(pattern).replace(' ', "_") } else { sample(pattern) };
                assert!(fired(*place, &text).contains(&rule.id), "{} in {place:?}: {text}", rule.id);
            }
        }
    }
}

#[test]
fn shaped_rules_fire_on_a_sample() {
    assert_eq!(fired(Place::Note, "Rounded."), ["short-comment"]);
    assert_eq!(fired(Place::Doc, "Not yet."), ["riddle"]);
    assert_eq!(fired(Place::Note, "Not yet."), ["riddle"]);
    assert_eq!(fired(Place::Type, "Read"), ["std-name"]);
    let shaped = rules::all().filter(|rule| rule.patterns.is_empty()).map(|rule| rule.id);
    assert_eq!(shaped.collect::<Vec<_>>(), ["riddle", "short-comment", "std-name"]);
}

#[test]
fn a_doc_comment_may_be_short_but_no_riddle() {
    for text in ["Stop price.", "Every year.", "Fills."] {
        assert_eq!(fired(Place::Doc, text), Vec::<&str>::new(), "{text}");
        assert_eq!(fired(Place::Note, text), ["short-comment"], "{text}");
    }
    for text in ["Whose.", "Its plan.", "Since when."] {
        assert!(fired(Place::Doc, text).contains(&"riddle"), "{text}");
        assert!(fired(Place::Note, text).contains(&"riddle"), "{text}");
    }
}

#[test]
fn every_exception_of_every_rule_is_silent() {
    for rule in rules::all() {
        for place in
            rule.places.iter().filter(|place| !matches!(place, Place::Type | Place::Alias | Place::Name))
        {
            for phrase in rule.except {
                let text = format!("Here {} is plain.", sample(phrase));
                assert!(!fired(*place, &text).contains(&rule.id), "{} in {place:?}: {text}", rule.id);
            }
        }
    }
}

#[test]
fn plain_texts_are_silent() {
    let comments = [
        "The decision for one queued copy.",
        "Drains the copy queue on the caller's task. Returns when every queued copy has a decision.",
        "Understand the standard stand-in: a standalone outstanding order, such as a limit order.",
        "Cancels all orders all at once; the caller looks up the key's row and holds the lock in turn.",
        "Rounds the price to the tick size of the market.",
    ];
    for place in [Place::Doc, Place::Note, Place::Log, Place::Markdown, Place::Text] {
        for text in comments {
            assert_eq!(fired(place, text), Vec::<&str>::new(), "{place:?}: {text}");
        }
    }
    for name in
        ["CopyTrade", "standard_deviation", "understand", "place_order", "Error", "HttpFailure", "Decision"]
    {
        assert_eq!(fired(Place::Type, name), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn the_worst_comments_of_the_review_are_found() {
    for text in [
        "What is to be done with a copy.",
        "Nobody we know (401).",
        "That stand here only.",
        "What an address needs to be told besides itself.",
        "Whose.",
        "None when the account is gone.",
        "A filter that nobody can mean is not applied.",
    ] {
        assert!(!fired(Place::Doc, text).is_empty(), "{text}");
    }
}

#[test]
fn a_match_has_its_line_and_words() {
    let passage =
        Passage { place: Place::Note, line: 7, text: "An order that\n  stands, by\n  hand.".to_owned() };
    let hits = Matcher::new().hits(&passage);
    let mut found: Vec<_> = hits.iter().map(|hit| (hit.rule.id, hit.below, hit.words.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, [("by-hand", 1, "by hand"), ("stand", 1, "stands")]);
}

#[test]
fn names_are_split_into_words() {
    assert_eq!(split("MarketState"), "Market State");
    assert_eq!(split("HTTPServer_toldBy2"), "HTTP Server told By2");
    assert_eq!(split("WALK_BATCH"), "WALK BATCH");
    assert_eq!(split("r#type"), "type");
}

#[test]
fn rules_have_distinct_names() {
    let mut ids: Vec<_> = rules::all().map(|rule| rule.id).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count);
}
