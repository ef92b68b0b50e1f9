//! Donchian channel: the highest high or lowest low of the bars before the current one.

use std::collections::VecDeque;

/// A sliding maximum over the `length` values before the current one; for a minimum, of their negatives.
///
/// Implemented as a monotonically decreasing queue: a value exceeded by a later one can never be the maximum
/// again. It never grows beyond its initial allocation.
#[derive(Clone, Debug)]
pub(crate) struct Extreme {
    sign: f64,
    length: u64,
    seen: u64,
    falling: VecDeque<(u64, f64)>,
}

impl Extreme {
    pub(crate) fn highest(length: u32) -> Self {
        Self::new(length, 1.0)
    }

    pub(crate) fn lowest(length: u32) -> Self {
        Self::new(length, -1.0)
    }

    fn new(length: u32, sign: f64) -> Self {
        let falling = VecDeque::with_capacity(length as usize + 1);
        Self { sign, length: u64::from(length), seen: 0, falling }
    }

    pub(crate) fn next(&mut self, x: f64) -> f64 {
        while self.falling.front().is_some_and(|(number, _)| number + self.length < self.seen) {
            self.falling.pop_front();
        }
        let known = self.seen >= self.length;
        let extreme = self.falling.front().filter(|_| known).map_or(f64::NAN, |(_, value)| self.sign * value);
        let signed = self.sign * x;
        while self.falling.back().is_some_and(|(_, value)| *value <= signed) {
            self.falling.pop_back();
        }
        self.falling.push_back((self.seen, signed));
        self.seen += 1;
        extreme
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn is_the_extreme_of_the_window_before(
            values in prop::collection::vec(-50_i32..50, 1..120), length in 1_u32..20,
        ) {
            let (mut high, mut low) = (Extreme::highest(length), Extreme::lowest(length));
            let room = high.falling.capacity();
            for (number, &x) in values.iter().enumerate() {
                let (up, down) = (high.next(f64::from(x)), low.next(f64::from(x)));
                match number.checked_sub(length as usize) {
                    None => prop_assert!(up.is_nan() && down.is_nan()),
                    Some(first) => {
                        let window = &values[first..number];
                        prop_assert_eq!(Some(&(up as i32)), window.iter().max());
                        prop_assert_eq!(Some(&(down as i32)), window.iter().min());
                    }
                }
            }
            prop_assert_eq!(high.falling.capacity(), room);
        }
    }
}
