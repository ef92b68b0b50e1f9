//! Deterministic pseudo-random numbers derived from a seed.

/// Hashes a seed and a purpose into 64 uniformly distributed bits (the SplitMix64 finalizer, once per word).
pub(crate) fn noise(seed: u64, words: &[u64]) -> u64 {
    words.iter().fold(mix(seed), |state, &word| mix(state ^ mix(word)))
}

const fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

/// A sequence of pseudo-random numbers from one key.
pub(super) struct Run {
    key: u64,
    drawn: u64,
}

impl Run {
    pub(super) const fn new(key: u64) -> Self {
        Self { key, drawn: 0 }
    }

    /// The next number in `0..bound`; zero if the bound is not positive.
    pub(super) fn below(&mut self, bound: i64) -> i64 {
        self.drawn += 1;
        let Ok(bound) = u64::try_from(bound) else { return 0 };
        let drawn = mix(self.key ^ mix(self.drawn));
        drawn.checked_rem(bound).and_then(|n| i64::try_from(n).ok()).unwrap_or(0)
    }

    /// The next number in `-bound..=bound`, concentrated near zero: the mean of four uniform ones.
    pub(super) fn bell(&mut self, bound: i64) -> i64 {
        let sum: i64 = (0..4).map(|_| self.below(2 * bound + 1) - bound).sum();
        sum / 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_even_and_repeats() {
        assert_eq!(noise(1, &[2, 3]), noise(1, &[2, 3]));
        assert_ne!(noise(1, &[2, 3]), noise(1, &[3, 2]));
        let mut run = Run::new(9);
        let sum: i64 = (0..10_000).map(|_| run.below(101)).sum();
        assert!((490_000..510_000).contains(&sum), "{sum}");
        assert!((0..10_000).map(|_| run.bell(50)).all(|n| (-50..=50).contains(&n)));
        assert_eq!(run.below(0), 0);
    }
}
