//! Pairs: after one fault, another one occurs at a later step or at the same one. There are too many to play
//! them all, so a sample is drawn, a different one for each `PROTECTION_SEED`.

use crate::{
    enumerate::{Failed, NEVER_REACHED, Ready, play_one, singles, whats},
    play::play,
    sim::plan::{Item, Scenario},
};

/// Number of singles per life from which pairs are made, and number of pairs made from each.
const SINGLES: usize = 100;
const SECONDS: usize = 6;

/// Pseudo-random numbers, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(end.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

/// Plays a sample of a life's pairs. Returns how many, and those that failed.
pub(crate) fn sample(ready: &Ready) -> (usize, Vec<Failed>) {
    let seed = std::env::var("PROTECTION_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1_u64);
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let firsts = singles(ready);
    let (mut played, mut failed) = (0, Vec::new());
    for _ in 0..SINGLES {
        let first = &firsts[dice.below(firsts.len())];
        let steps = play(&ready.template, &ready.life, first, true).steps;
        let from = steps.iter().position(|step| step.at == first.items[0].at).unwrap_or(0);
        for _ in 0..SECONDS {
            let step = &steps[from + dice.below(steps.len() - from)];
            let choices = whats(step);
            let what = choices[dice.below(choices.len())];
            let items = vec![first.items[0].clone(), Item { what, at: step.at.clone() }];
            let mut one = play_one(ready, &Scenario { life: first.life.clone(), items });
            if let Some(one) = &mut one {
                // A step of the second instance, to which no cut applies.
                one.broken.retain(|why| !why.starts_with(NEVER_REACHED));
            }
            failed.extend(one.filter(|one| !one.broken.is_empty()));
            played += 1;
        }
    }
    (played, failed)
}
