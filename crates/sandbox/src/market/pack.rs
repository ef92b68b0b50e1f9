//! The compact binary encoding of recorded hourly candles.
//!
//! Per candle: hours since the previous one (varint), open minus previous close (zigzag varint), close minus
//! open (zigzag varint), how far high and low extend beyond open and close (varints), volume (varint). Prices
//! are in cents, volumes in millionths. A high or low that contradicts open and close cannot be expressed in
//! the format.

use std::sync::LazyLock;

/// One recorded hourly candle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hour {
    /// Hours since the epoch.
    pub hour: i64,
    /// First price, in cents.
    pub open: i64,
    /// Highest price, in cents.
    pub high: i64,
    /// Lowest price, in cents.
    pub low: i64,
    /// Last price, in cents.
    pub close: i64,
    /// Volume, in millionths of the base unit.
    pub volume: i64,
}

/// The recorded BTC/USDT hours, oldest first.
pub fn record() -> &'static [Hour] {
    static RECORD: LazyLock<Vec<Hour>> =
        LazyLock::new(|| unpack(include_bytes!("../../data/btcusdt-1h.bin")).unwrap_or_default());
    &RECORD
}

/// Packs candles; `None` if one is invalid (high below its close, hours not increasing).
#[must_use]
pub fn pack(hours: &[Hour]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut last = Hour::default();
    for h in hours {
        put(&mut out, u64::try_from(h.hour - last.hour).ok().filter(|&gap| gap > 0)?);
        put(&mut out, zigzag(h.open - last.close));
        put(&mut out, zigzag(h.close - h.open));
        put(&mut out, u64::try_from(h.high - h.open.max(h.close)).ok()?);
        put(&mut out, u64::try_from(h.open.min(h.close) - h.low).ok()?);
        put(&mut out, u64::try_from(h.volume).ok()?);
        last = *h;
    }
    Some(out)
}

/// Unpacks candles; `None` if the bytes are not of this format.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Option<Vec<Hour>> {
    let mut rest = bytes;
    let mut hours = Vec::new();
    let mut last = Hour::default();
    while !rest.is_empty() {
        let hour = last.hour.checked_add(take(&mut rest)?.try_into().ok()?)?;
        let open = last.close.checked_add(unzigzag(take(&mut rest)?))?;
        let close = open.checked_add(unzigzag(take(&mut rest)?))?;
        let high = open.max(close).checked_add(take(&mut rest)?.try_into().ok()?)?;
        let low = open.min(close).checked_sub(take(&mut rest)?.try_into().ok()?)?;
        let volume = take(&mut rest)?.try_into().ok()?;
        last = Hour { hour, open, high, low, close, volume };
        hours.push(last);
    }
    Some(hours)
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let (&byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candle() -> impl Strategy<Value = (i64, i64, i64, i64, i64, i64)> {
        (1_i64..50, 1_i64..9_000_000, 1_i64..9_000_000, 0_i64..10_000, 0_i64..10_000, 0_i64..i64::MAX / 4)
    }

    proptest! {
        #[test]
        fn round_trips(rows in prop::collection::vec(candle(), 0..40)) {
            let mut hour = 0;
            let hours: Vec<_> = rows.into_iter().map(|(gap, open, close, up, down, volume)| {
                hour += gap;
                Hour { hour, open, close, high: open.max(close) + up, low: open.min(close) - down, volume }
            }).collect();
            prop_assert_eq!(unpack(&pack(&hours).unwrap()).unwrap(), hours);
        }

        #[test]
        fn garbage_is_refused_or_read_but_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unpack(&bytes);
        }
    }

    #[test]
    fn invalid_candles_are_not_packed() {
        let good = Hour { hour: 5, open: 10, high: 12, low: 9, close: 11, volume: 3 };
        assert!(pack(&[good]).is_some());
        assert!(pack(&[Hour { high: 10, ..good }]).is_none());
        assert!(pack(&[good, good]).is_none());
    }

    #[test]
    fn the_record_is_whole() {
        let record = record();
        assert_eq!(record.len(), 46_982);
        let first = Hour {
            hour: 417_484,
            open: 426_148,
            high: 431_362,
            low: 426_132,
            close: 430_883,
            volume: 47_181_009,
        };
        assert_eq!(record[0], first);
        let last = record[record.len() - 1];
        assert_eq!((last.open, last.close, last.volume), (1_652_028, 1_654_240, 4_973_433_070));
        assert!(record.windows(2).all(|w| w[0].hour < w[1].hour));
        assert!(record.iter().all(|h| h.low > 0));
    }
}
