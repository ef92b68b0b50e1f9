//! Time zones of requests, by their offsets.

use super::{
    failure::{Reply, SandboxFailure},
    params::Params,
};
use domain::time;

/// The offset in microseconds that the parameter `timeZone` asks for; zero without it.
///
/// # Errors
/// -1130 if it is no offset from -12:00 to 14:00.
pub(crate) fn requested(params: &Params) -> Reply<i64> {
    let offset = params.text("timeZone")?.map_or(Some(0), offset);
    offset.ok_or_else(|| SandboxFailure::not_valid("timeZone"))
}

/// The offset of a time zone: hours, or hours and minutes, from -12:00 to 14:00.
pub(crate) fn offset(text: &str) -> Option<i64> {
    let (sign, plain) = match text.strip_prefix('-') {
        Some(plain) => (-1, plain),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = plain.split_once(':').unwrap_or((plain, "00"));
    if minutes.len() != 2 {
        return None;
    }
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let offset = sign * (hours * time::HOUR + minutes * time::MINUTE);
    let legal = minutes < 60 && (-12 * time::HOUR..=14 * time::HOUR).contains(&offset);
    legal.then_some(offset)
}

/// A number of one or two digits.
pub(crate) fn number(text: &str) -> Option<i64> {
    let digits = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_have_hours_and_perhaps_minutes() {
        for (text, minutes) in
            [("0", 0), ("8", 480), ("+8", 480), ("-1:00", -60), ("05:45", 345), ("14", 840)]
        {
            assert_eq!(offset(text), Some(minutes * time::MINUTE), "{text}");
        }
        for wrong in ["", "x", "15", "-12:01", "1:5", "1:60", "123", "1:", ":30", "-"] {
            assert_eq!(offset(wrong), None, "{wrong}");
        }
    }
}
