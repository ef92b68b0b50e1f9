//! How a position is allotted among the trades that share it.
//!
//! An exchange nets the trades of one side of a market to one position and reports only its amount. Each trade has what it
//! entered less what its own orders closed. If the position is smaller than all of them together, something else has closed a
//! part of it, and the oldest trade bears that first. What exceeds them belongs to none of them.

use crate::Decimal;

/// Allots the `held` amount of a position to its trades. `rests` has for each trade, oldest first, what it entered less what
/// its own orders closed, in base units. Returns the amount of each trade, in the same order.
#[must_use]
pub fn allot(held: Decimal, rests: &[Decimal]) -> Vec<Decimal> {
    let total: Decimal = rests.iter().sum();
    let missing = hand_out(total - held, rests);
    rests.iter().zip(missing).map(|(rest, missing)| rest - missing).collect()
}

/// Hands out an amount, each of `needs` as much as it can take before the next one gets anything. Returns what each gets.
#[must_use]
pub fn hand_out(amount: Decimal, needs: &[Decimal]) -> Vec<Decimal> {
    let mut left = amount.max(Decimal::ZERO);
    let take = |need: &Decimal| {
        let taken = left.min((*need).max(Decimal::ZERO));
        left -= taken;
        taken
    };
    needs.iter().map(take).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(amounts: &[i64]) -> Vec<Decimal> {
        amounts.iter().map(|amount| Decimal::from(*amount)).collect()
    }

    #[test]
    fn the_oldest_trade_bears_what_was_closed_elsewhere() {
        assert_eq!(allot(Decimal::from(10), &all(&[5, 5])), all(&[5, 5]));
        assert_eq!(allot(Decimal::from(12), &all(&[5, 5])), all(&[5, 5]), "the rest belongs to neither");
        assert_eq!(allot(Decimal::from(7), &all(&[5, 5])), all(&[2, 5]));
        assert_eq!(allot(Decimal::from(3), &all(&[5, 5])), all(&[0, 3]));
        assert_eq!(allot(Decimal::ZERO, &all(&[5, 5])), all(&[0, 0]));
        assert_eq!(allot(Decimal::from(4), &[]), []);
    }

    #[test]
    fn an_amount_is_handed_out_in_order() {
        assert_eq!(hand_out(Decimal::from(7), &all(&[3, 0, 9])), all(&[3, 0, 4]));
        assert_eq!(hand_out(Decimal::from(-1), &all(&[3])), all(&[0]));
        assert_eq!(hand_out(Decimal::from(5), &all(&[-2, 3])), all(&[0, 3]), "nobody gives anything back");
    }

    proptest! {
        #[test]
        fn trades_never_get_more_than_is_held_or_than_they_have(
            held in 0_i64..1_000,
            rests in proptest::collection::vec(0_i64..300, 0..6),
        ) {
            let (held, rests) = (Decimal::from(held), all(&rests));
            let allotted = allot(held, &rests);
            let total: Decimal = rests.iter().sum();
            prop_assert_eq!(allotted.iter().sum::<Decimal>(), held.min(total));
            prop_assert!(allotted.iter().zip(&rests).all(|(one, rest)| *one >= Decimal::ZERO && one <= rest));
            prop_assert_eq!(allot(held, &allotted), allotted.clone(), "allotted again, everyone keeps the same");
        }

        #[test]
        fn a_younger_trade_loses_nothing_while_an_older_one_has_something(
            held in 0_i64..1_000,
            rests in proptest::collection::vec(0_i64..300, 1..6),
        ) {
            let rests = all(&rests);
            let allotted = allot(Decimal::from(held), &rests);
            let reduced = allotted.iter().zip(&rests).rposition(|(one, rest)| one < rest);
            let older = allotted.iter().take(reduced.unwrap_or(0));
            prop_assert!(older.into_iter().all(|one| one.is_zero()));
        }

        #[test]
        fn what_a_trade_closes_itself_costs_the_others_nothing(
            rests in proptest::collection::vec(1_i64..300, 2..6),
            who in any::<prop::sample::Index>(),
            closed in 1_i64..300,
        ) {
            let mut after = all(&rests);
            let who = who.index(after.len());
            let closed = Decimal::from(closed).min(after[who]);
            after[who] -= closed;
            let held = after.iter().sum();
            prop_assert_eq!(allot(held, &after), after.clone());
        }
    }
}
