//! Parsing of timestamps in candle files.

use domain::{
    Micros,
    time::{HOUR, MINUTE, SECOND},
};

/// Parses digits since the Unix epoch (10 for seconds, 13 for milliseconds, 16 for microseconds), or ISO 8601
/// in UTC: `2017-08-17`, `2017-08-17T04:00Z`, `2017-08-17 04:00:00`, `2017-08-17T04:00:00.000Z`, `…+00:00`.
pub(super) fn read(text: &str) -> Option<Micros> {
    let text = text.trim_matches('"');
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return match text.len() {
            10 => Some(Micros(number * SECOND)),
            13 => Some(Micros::from_millis(number)),
            16 => Some(Micros(number)),
            _ => None,
        };
    }
    let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00")).unwrap_or(text);
    let (date, clock) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let mut parts = clock.splitn(3, ':');
    let mut part = |below| two(parts.next()?).filter(|&value| value < below);
    let (hours, minutes) = (part(24)?, part(60)?);
    let seconds = match parts.next() {
        None => 0,
        Some(rest) => {
            let (whole, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
            let zeros = !fraction.is_empty() && fraction.bytes().all(|b| b == b'0');
            two(whole).filter(|&value| value < 60 && zeros)?
        }
    };
    Some(Micros::from_date(date)?.plus(hours * HOUR + minutes * MINUTE + seconds * SECOND))
}

fn two(digits: &str) -> Option<i64> {
    let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_time_in_every_format() {
        let moment = Micros::from_iso("2017-08-17T04:00:00.000Z");
        for text in [
            "2017-08-17T04:00Z",
            "2017-08-17 04:00",
            "2017-08-17 04:00:00",
            "2017-08-17T04:00:00.000Z",
            "2017-08-17 04:00:00+00:00",
            "\"2017-08-17 04:00:00\"",
            "1502942400",
            "1502942400000",
            "1502942400000000",
        ] {
            assert_eq!(read(text), moment, "{text}");
        }
        assert_eq!(read("2017-08-17"), Micros::from_date("2017-08-17"));
    }

    #[test]
    fn invalid_timestamps_are_rejected() {
        for bad in [
            "",
            "x",
            "15029424",
            "2017-08-17T24:00Z",
            "2017-08-17T04:60Z",
            "2017-08-17T4:00Z",
            "2017-02-30T00:00Z",
            "2017-08-17T04:00:00.5Z",
            "2017-08-17T04:00:00.Z",
            "2017-08-17T04:00:00+02:00",
            "-150294240000",
            "2017-08-17T",
            "99999999999999999999",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
