//! Bodies of alerts as they are kept: without secrets, and at most [`LONGEST`] bytes long.

use serde_json::Value;

/// The longest text that is kept, in bytes.
pub const LONGEST: usize = 4 * 1024;
/// The replacement of a secret.
const MASK: &str = "•••";
/// Parts of the names of fields that hold secrets.
const SECRET: [&str; 5] = ["secret", "password", "passphrase", "token", "apikey"];

/// Returns a body as text without secrets.
#[must_use]
pub fn redacted(body: &[u8]) -> String {
    // A JSON body is read as a whole, so that cutting cannot hide that a field is secret.
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            mask_fields(&mut value);
            value.to_string()
        }
        Err(_) => mask_words(&String::from_utf8_lossy(&body[..body.len().min(4 * LONGEST)])),
    };
    let seen: String = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    shortened(&seen)
}

fn is_secret(name: &str) -> bool {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|part| name.contains(part))
}

fn mask_fields(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if is_secret(name) {
                    *value = Value::String(MASK.to_owned());
                } else {
                    mask_fields(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask_fields),
        Value::String(text) => *text = mask_words(text),
        _ => {}
    }
}

/// Masks a line from the first name of a secret on: text that is not JSON does not show where a value ends. If the line
/// ends before the value, the next one is masked, too.
fn mask_words(text: &str) -> String {
    let mut value_follows = false;
    let line = |line: &str| {
        if value_follows && !line.trim().is_empty() {
            value_follows = false;
            return MASK.to_owned();
        }
        let lower = line.to_ascii_lowercase();
        let names = SECRET.iter().chain(&["api_key", "api-key", "api key"]);
        let Some(at) = names.filter_map(|part| lower.find(part)).min() else { return line.to_owned() };
        value_follows = line.trim_end().ends_with([':', '=']);
        // Lower case of ASCII letters keeps all positions.
        format!("{}{MASK}", &line[..at])
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn shortened(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let ends = text.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST - '…'.len_utf8());
    format!("{}…", &text[..ends.last().unwrap_or(0)])
}
