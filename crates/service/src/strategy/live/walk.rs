//! How signals and bars make trades: what the record is, apart from where it is kept. It follows from them alone, so
//! that a restart, or another instance, finds the same.

use ::strategy::{Bar, Book, Costs, Decision, Price, Ticks, Trade};
use domain::{Micros, PositionSide, SignalId};
use std::collections::VecDeque;

/// A signal, as the record takes it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    /// The signal.
    pub(super) id: SignalId,
    /// Its place among its strategy's signals.
    pub(super) seq: i64,
    /// When it was given.
    pub(super) at: Micros,
    /// What the market paid then; none: it trades at the next bar's open.
    pub(super) price: Option<Price>,
    /// What it decides; none when nothing can be kept of it.
    pub(super) decision: Option<Decision>,
}

/// What came of a bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A signal's trade began.
    Entered { signal: SignalId, at: Micros, side: PositionSide, price: Price, stop: Price },
    /// It ended.
    Exited { signal: SignalId, trade: Trade },
}

/// Walks from bar to bar.
pub(super) struct Walk {
    book: Book,
    /// Whose trade stands.
    stands: Option<SignalId>,
    /// When it last traded: a signal that had to wait for another does not trade before it.
    last: Micros,
}

/// A moment whose price is known.
type Point = (Micros, Price);

impl Walk {
    pub(super) const fn new(ticks: Ticks, costs: Costs) -> Self {
        Self { book: Book::new(ticks, costs), stands: None, last: Micros(i64::MIN) }
    }

    /// The signal whose trade stands.
    pub(super) const fn stands(&self) -> Option<SignalId> {
        self.stands
    }

    /// Takes a bar that closed at `until`, and the signals that were due before that, which come in the order of their
    /// moments: each trades at its own moment and price, or at the bar's open where its price is not known.
    pub(super) fn take(&mut self, bar: &Bar, until: Micros, due: &mut VecDeque<Told>) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(told) = due.pop_front_if(|told| told.at <= bar.at) {
            let point = told.price.map_or((bar.at, bar.open), |price| (told.at, price));
            self.trade(&told, point, &mut events);
        }
        let mut within = Vec::new();
        while let Some(told) = due.pop_front_if(|told| told.at < until && told.price.is_some()) {
            within.push(told);
        }
        self.within(bar, &within, &mut events);
        events
    }

    /// A bar with signals inside. Of the prices between them only those are known at which they were given, so a trade
    /// that begins or ends inside of the bar meets these, the open and the close; one that outlasts it meets all.
    fn within(&mut self, bar: &Bar, mut told: &[Told], events: &mut Vec<Event>) {
        let mut from: Option<Point> = None;
        loop {
            let next = told.iter().position(|told| self.heeds(told));
            let point = next.and_then(|next| told.get(next)).and_then(|told| Some((told.at, told.price?)));
            let (at, first) = from.unwrap_or((bar.at, bar.open));
            let stretch = match (from, point) {
                (None, None) => *bar,
                (_, point) => Bar::between(at, first, point.map_or(bar.close, |(_, price)| price)),
            };
            // A stop comes before what was said meanwhile; that is heard once more, without the position.
            if self.meet(&stretch, events) {
                continue;
            }
            let Some((next, point)) = next.zip(point) else { return };
            if let Some(told) = told.get(next) {
                self.trade(told, point, events);
            }
            told = told.get(next + 1..).unwrap_or_default();
            from = Some(point);
        }
    }

    /// Whether what stood has ended by a stretch's prices.
    fn meet(&mut self, stretch: &Bar, events: &mut Vec<Event>) -> bool {
        let mut closed = Vec::new();
        self.book.step(stretch, &mut closed);
        self.ended(closed, events)
    }

    /// Whether a signal changes anything: what is already so is said for nothing, as to a follower in a position.
    fn heeds(&self, told: &Told) -> bool {
        match &told.decision {
            Some(Decision::Enter { side, .. }) => self.book.held() != Some(*side),
            Some(Decision::Exit) => self.book.held().is_some(),
            None => false,
        }
    }

    fn trade(&mut self, told: &Told, (at, price): Point, events: &mut Vec<Event>) {
        let Some(decision) = told.decision.clone().filter(|_| self.heeds(told)) else { return };
        let enters = matches!(decision, Decision::Enter { .. });
        let at = at.max(self.last);
        self.last = at;
        let mut closed = Vec::new();
        self.book.fill(decision, at, price, &mut closed);
        self.ended(closed, events);
        // An entry whose stop or target the price has passed is not taken.
        if let Some(position) = self.book.position().filter(|_| enters)
            && let Some(stop) = position.stop
        {
            let (side, price) = (position.side, position.entry);
            events.push(Event::Entered { signal: told.id, at, side, price, stop });
            self.stands = Some(told.id);
        }
    }

    fn ended(&mut self, closed: Vec<Trade>, events: &mut Vec<Event>) -> bool {
        let mut any = false;
        for trade in closed {
            if let Some(signal) = self.stands.take() {
                events.push(Event::Exited { signal, trade });
                any = true;
            }
        }
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Decimal, strategy::Exit, time::MINUTE};
    use uuid::Uuid;

    fn p(units: i64) -> Price {
        Price::from_decimal(Decimal::from(units)).unwrap()
    }

    fn bar(minute: i64, [open, high, low, close]: [i64; 4]) -> Bar {
        Bar {
            at: Micros(minute * MINUTE),
            open: p(open),
            high: p(high),
            low: p(low),
            close: p(close),
            volume: 1.0,
        }
    }

    fn told(second: i64, price: i64, decision: Decision) -> Told {
        let id = SignalId(Uuid::from_u128(u128::try_from(second).unwrap()));
        Told {
            id,
            seq: second,
            at: Micros(second * 1_000_000),
            price: Some(p(price)),
            decision: Some(decision),
        }
    }

    fn enter(side: PositionSide, stop: i64) -> Decision {
        Decision::Enter { side, stop: Some(p(stop)), targets: Vec::new() }
    }

    fn walk() -> Walk {
        Walk::new(Ticks::new(Decimal::new(1, 1)).unwrap(), Costs::PERPETUAL)
    }

    /// Seconds at which trades began, and at which they ended, and how.
    fn seen(events: &[Event]) -> Vec<(i64, Option<Exit>)> {
        let seconds = |at: Micros| at.0 / 1_000_000;
        events
            .iter()
            .map(|event| match event {
                Event::Entered { at, .. } => (seconds(*at), None),
                Event::Exited { trade, .. } => (seconds(trade.exited_at), Some(trade.reason)),
            })
            .collect()
    }

    const LONG: PositionSide = PositionSide::Long;

    #[test]
    fn rounds_inside_of_one_bar_are_booked_one_by_one_at_their_prices() {
        let mut due = VecDeque::from([
            told(61, 101, enter(LONG, 90)),
            told(65, 100, Decision::Exit),
            told(70, 102, enter(LONG, 90)),
            told(75, 101, Decision::Exit),
        ]);
        let mut walk = walk();
        let events = walk.take(&bar(1, [100, 110, 80, 109]), Micros(2 * MINUTE), &mut due);
        assert_eq!(
            seen(&events),
            [(61, None), (65, Some(Exit::Signal)), (70, None), (75, Some(Exit::Signal))]
        );
        let lost = |event: &Event| matches!(event, Event::Exited { trade, .. } if trade.profit.percent() < Decimal::ZERO);
        assert_eq!(events.iter().filter(|event| lost(event)).count(), 2);
        assert_eq!((walk.stands(), due.len()), (None, 0));
    }

    #[test]
    fn what_the_bar_did_before_a_signal_is_not_the_signals_doing() {
        let mut walk = walk();
        let mut due = VecDeque::from([told(90, 100, enter(LONG, 95))]);
        // It had been at 80 before.
        let events = walk.take(&bar(1, [81, 101, 80, 99]), Micros(2 * MINUTE), &mut due);
        assert_eq!(seen(&events), [(90, None)]);
        let events = walk.take(&bar(2, [99, 99, 94, 98]), Micros(3 * MINUTE), &mut due);
        assert_eq!(seen(&events), [(120, Some(Exit::Stop))]);
    }

    #[test]
    fn a_stop_comes_before_what_was_said_inside_of_its_bar() {
        let mut walk = walk();
        let mut due = VecDeque::from([told(60, 100, enter(LONG, 95))]);
        walk.take(&bar(1, [100, 101, 99, 100]), Micros(2 * MINUTE), &mut due);
        // The same again is said for nothing while the position stands, and enters once it is stopped out.
        due.push_back(told(150, 97, enter(LONG, 90)));
        let events = walk.take(&bar(2, [100, 100, 94, 98]), Micros(3 * MINUTE), &mut due);
        assert_eq!(seen(&events), [(120, Some(Exit::Stop)), (150, None)]);
        due.push_back(told(190, 99, enter(LONG, 90)));
        assert_eq!(walk.take(&bar(3, [98, 99, 97, 98]), Micros(4 * MINUTE), &mut due), []);
    }

    #[test]
    fn without_a_price_the_next_open_counts_and_what_follows_waits() {
        let mut walk = walk();
        let unpriced = Told { price: None, ..told(90, 1, enter(LONG, 90)) };
        let mut due = VecDeque::from([unpriced, told(100, 103, Decision::Exit)]);
        assert_eq!(walk.take(&bar(1, [100, 105, 99, 104]), Micros(2 * MINUTE), &mut due), []);
        assert_eq!(due.len(), 2);
        let events = walk.take(&bar(2, [104, 105, 103, 104]), Micros(3 * MINUTE), &mut due);
        assert_eq!(seen(&events), [(120, None), (120, Some(Exit::Signal))]);
    }
}
