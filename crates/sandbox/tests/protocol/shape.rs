//! Comparison of answers with the examples of Binance's documents.

use serde_json::Value;

/// Checks that an answer has the fields of the example, with values of the same kind, and no others but `more`.
pub(crate) fn same_shape(ours: &Value, example: &Value, more: &[&str]) {
    compare(ours, example, more, "answer");
}

fn compare(ours: &Value, example: &Value, more: &[&str], at: &str) {
    match (ours, example) {
        (Value::Object(ours), Value::Object(example)) => {
            for (name, value) in example {
                let own = ours.get(name).unwrap_or_else(|| panic!("{at} lacks {name}"));
                compare(own, value, more, &format!("{at}.{name}"));
            }
            let extra: Vec<_> = ours
                .keys()
                .filter(|name| !example.contains_key(*name) && !more.contains(&name.as_str()))
                .collect();
            assert!(extra.is_empty(), "{at} has {extra:?}, which the document does not have");
        }
        (Value::Array(ours), Value::Array(example)) => {
            assert_eq!(ours.is_empty(), example.is_empty(), "{at}");
            let Some(first) = example.first() else { return };
            if example.len() > 1 && !first.is_object() {
                // A row of different values, such as a candle.
                assert_eq!(ours.len(), example.len(), "{at}");
                ours.iter().zip(example).for_each(|(own, value)| compare(own, value, more, at));
            } else {
                ours.iter().for_each(|own| compare(own, first, more, at));
            }
        }
        _ => assert_eq!(std::mem::discriminant(ours), std::mem::discriminant(example), "{at}: {ours}"),
    }
}
