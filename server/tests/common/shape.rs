//! Comparison of JSON shapes: the same keys and the same JSON types.

use serde_json::Value;

/// Parses one of the document's examples.
#[macro_export]
macro_rules! example {
    ($name:literal) => {
        serde_json::from_str::<serde_json::Value>(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/rest/mudawyl/examples/",
            $name,
            ".json"
        )))
        .expect("an example is JSON")
    };
}

/// Panics unless `ours` has exactly the keys of `example`, at every depth, with values of the same JSON
/// types. `null` matches every scalar; each of our items is compared with the example's first item.
#[track_caller]
pub(crate) fn same(ours: &Value, example: &Value) {
    compare(ours, example, "$");
}

#[track_caller]
fn compare(ours: &Value, example: &Value, path: &str) {
    match (ours, example) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(a), keys(b), "keys of {path}");
            for (key, value) in a {
                compare(value, &b[key], &format!("{path}.{key}"));
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for (i, value) in a.iter().enumerate() {
                compare(value, b.first().unwrap_or(&Value::Null), &format!("{path}[{i}]"));
            }
        }
        (Value::Null, other) | (other, Value::Null) => {
            assert!(!other.is_array() && !other.is_object(), "{path}: {ours} is not like {example}");
        }
        _ => {
            let same = std::mem::discriminant(ours) == std::mem::discriminant(example);
            assert!(same, "{path}: {ours} is not like {example}");
        }
    }
}
