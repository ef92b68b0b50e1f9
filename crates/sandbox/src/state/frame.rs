//! The on-disk record format: length, checksum, payload.

/// Size of the header: payload length and CRC-32, each a little-endian `u32`.
const HEADER: usize = 8;
/// Maximum payload size. A larger length is treated as damage instead of being allocated.
const LARGEST: usize = 256 * 1024 * 1024;

/// Appends `payload` to `out` as one frame; `None` if it exceeds the maximum size.
pub(crate) fn encode(payload: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let length = u32::try_from(payload.len()).ok().filter(|_| payload.len() <= LARGEST)?;
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&crc32fast::hash(payload).to_le_bytes());
    out.extend_from_slice(payload);
    Some(())
}

/// Iterates over the complete frames at the start of a buffer. Stops at the first torn or damaged frame.
pub(crate) struct Frames<'a> {
    rest: &'a [u8],
    good: usize,
}

impl<'a> Frames<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, good: 0 }
    }

    /// Total size of the frames yielded so far, in bytes.
    pub(crate) const fn good(&self) -> usize {
        self.good
    }

    /// Whether unread bytes remain; after the iteration ends, these are a torn or damaged frame.
    pub(crate) const fn torn(&self) -> bool {
        !self.rest.is_empty()
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, after) = self.rest.split_first_chunk::<4>()?;
        let (crc, after) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok().filter(|l| *l <= LARGEST)?;
        let payload = after.get(..length)?;
        if crc32fast::hash(payload) != u32::from_le_bytes(*crc) {
            return None;
        }
        self.rest = &after[length..];
        self.good += HEADER + length;
        Some(payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_written_and_stops_at_every_torn_byte() {
        let mut bytes = Vec::new();
        let mut ends = vec![0];
        for payload in [&b"one"[..], b"", b"a third record"] {
            encode(payload, &mut bytes).unwrap();
            ends.push(bytes.len());
        }
        for cut in 0..=bytes.len() {
            let mut frames = Frames::new(&bytes[..cut]);
            let whole = frames.by_ref().count();
            let expected = ends.iter().filter(|end| **end > 0 && **end <= cut).count();
            assert_eq!((whole, frames.good()), (expected, ends[expected]), "cut at {cut}");
            assert_eq!(frames.torn(), cut != ends[expected]);
        }
    }

    #[test]
    fn a_flipped_bit_ends_the_reading() {
        let mut bytes = Vec::new();
        encode(b"first", &mut bytes).unwrap();
        encode(b"second", &mut bytes).unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            let read: Vec<_> = Frames::new(&damaged).collect();
            assert!(read.len() < 2, "bit {at} went unnoticed");
            assert!(read.iter().all(|payload| payload == b"first"));
        }
    }
}
