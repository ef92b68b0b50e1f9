//! Replays signals and bars into trades: the content of the record, independent of its storage. It depends on
//! nothing else, so that a restart or another instance produces the same trades.

use ::strategy::{Bar, Book, Costs, Decision, Price, Ticks, Trade};
use domain::{Micros, PositionSide, SignalId};
use std::collections::VecDeque;

/// A signal as the replay needs it.
#[derive(Clone, Debug)]
pub(super) struct RecordedSignal {
    pub(super) id: SignalId,
    /// The signal's sequence number within its strategy.
    pub(super) seq: i64,
    /// When the signal was given.
    pub(super) at: Micros,
    /// The market price at that time; `None` if it trades at the next bar's open.
    pub(super) price: Option<Price>,
    /// The decision; `None` if it cannot be simulated.
    pub(super) decision: Option<Decision>,
}

/// A change of the record caused by a bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReplayEvent {
    /// A signal's trade was opened.
    Entered { signal: SignalId, at: Micros, side: PositionSide, price: Price, stop: Price },
    /// A signal's trade was closed.
    Exited { signal: SignalId, trade: Trade },
}

/// The replay state between two bars.
pub(super) struct TradeReplay {
    book: Book,
    /// The signal whose trade is open.
    open_signal: Option<SignalId>,
    /// Time of the last trade. A signal that waited for another one does not trade earlier.
    last: Micros,
}

/// A time at which the price is known.
type Point = (Micros, Price);

impl TradeReplay {
    pub(super) const fn new(ticks: Ticks, costs: Costs) -> Self {
        Self { book: Book::new(ticks, costs), open_signal: None, last: Micros(i64::MIN) }
    }

    /// The signal whose trade is open.
    pub(super) const fn open_signal(&self) -> Option<SignalId> {
        self.open_signal
    }

    /// Processes a bar that closed at `until`, and the signals due before that in order of time. Each trades
    /// at its own time and price, or at the bar's open if its price is unknown.
    pub(super) fn take(
        &mut self,
        bar: &Bar,
        until: Micros,
        due: &mut VecDeque<RecordedSignal>,
    ) -> Vec<ReplayEvent> {
        let mut events = Vec::new();
        while let Some(signal) = due.pop_front_if(|signal| signal.at <= bar.at) {
            let point = signal.price.map_or((bar.at, bar.open), |price| (signal.at, price));
            self.trade(&signal, point, &mut events);
        }
        let mut within = Vec::new();
        while let Some(signal) = due.pop_front_if(|signal| signal.at < until && signal.price.is_some()) {
            within.push(signal);
        }
        self.within(bar, &within, &mut events);
        events
    }

    /// Processes a bar with signals inside it. Between its open and close the only known prices are those of
    /// the signals, so a trade that begins or ends inside the bar meets these, the open and the close; a
    /// trade that outlasts the bar meets its full range.
    fn within(&mut self, bar: &Bar, mut signals: &[RecordedSignal], events: &mut Vec<ReplayEvent>) {
        let mut from: Option<Point> = None;
        loop {
            let next = signals.iter().position(|signal| self.changes_position(signal));
            let point =
                next.and_then(|next| signals.get(next)).and_then(|signal| Some((signal.at, signal.price?)));
            let (at, first) = from.unwrap_or((bar.at, bar.open));
            let stretch = match (from, point) {
                (None, None) => *bar,
                (_, point) => Bar::between(at, first, point.map_or(bar.close, |(_, price)| price)),
            };
            // A stop takes effect before the signal; the signal is then evaluated again without the position.
            if self.meet(&stretch, events) {
                continue;
            }
            let Some((next, point)) = next.zip(point) else { return };
            if let Some(signal) = signals.get(next) {
                self.trade(signal, point, events);
            }
            signals = signals.get(next + 1..).unwrap_or_default();
            from = Some(point);
        }
    }

    /// Applies a stretch's prices. Returns whether the open trade has ended.
    fn meet(&mut self, stretch: &Bar, events: &mut Vec<ReplayEvent>) -> bool {
        let mut closed = Vec::new();
        self.book.step(stretch, &mut closed);
        self.ended(closed, events)
    }

    /// Whether a signal changes anything. As for a follower in a position, a repeated entry or an exit
    /// without a position is ignored.
    fn changes_position(&self, signal: &RecordedSignal) -> bool {
        match &signal.decision {
            Some(Decision::Enter { side, .. }) => self.book.held() != Some(*side),
            Some(Decision::Exit) => self.book.held().is_some(),
            None => false,
        }
    }

    fn trade(&mut self, signal: &RecordedSignal, (at, price): Point, events: &mut Vec<ReplayEvent>) {
        let Some(decision) = signal.decision.clone().filter(|_| self.changes_position(signal)) else {
            return;
        };
        let enters = matches!(decision, Decision::Enter { .. });
        let at = at.max(self.last);
        self.last = at;
        let mut closed = Vec::new();
        self.book.fill(decision, at, price, &mut closed);
        self.ended(closed, events);
        // An entry whose stop or target the price has already passed is not taken.
        if let Some(position) = self.book.position().filter(|_| enters)
            && let Some(stop) = position.stop
        {
            let (side, price) = (position.side, position.entry);
            events.push(ReplayEvent::Entered { signal: signal.id, at, side, price, stop });
            self.open_signal = Some(signal.id);
        }
    }

    fn ended(&mut self, closed: Vec<Trade>, events: &mut Vec<ReplayEvent>) -> bool {
        let mut any = false;
        for trade in closed {
            if let Some(signal) = self.open_signal.take() {
                events.push(ReplayEvent::Exited { signal, trade });
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

    fn recorded_signal(second: i64, price: i64, decision: Decision) -> RecordedSignal {
        let id = SignalId(Uuid::from_u128(u128::try_from(second).unwrap()));
        RecordedSignal {
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

    fn replay() -> TradeReplay {
        TradeReplay::new(Ticks::new(Decimal::new(1, 1)).unwrap(), Costs::PERPETUAL)
    }

    /// Returns the second of each trade's begin or end, with the exit reason for an end.
    fn seen(events: &[ReplayEvent]) -> Vec<(i64, Option<Exit>)> {
        let seconds = |at: Micros| at.0 / 1_000_000;
        events
            .iter()
            .map(|event| match event {
                ReplayEvent::Entered { at, .. } => (seconds(*at), None),
                ReplayEvent::Exited { trade, .. } => (seconds(trade.exited_at), Some(trade.reason)),
            })
            .collect()
    }

    const LONG: PositionSide = PositionSide::Long;

    #[test]
    fn rounds_inside_of_one_bar_are_booked_one_by_one_at_their_prices() {
        let mut due = VecDeque::from([
            recorded_signal(61, 101, enter(LONG, 90)),
            recorded_signal(65, 100, Decision::Exit),
            recorded_signal(70, 102, enter(LONG, 90)),
            recorded_signal(75, 101, Decision::Exit),
        ]);
        let mut replay = replay();
        let events = replay.take(&bar(1, [100, 110, 80, 109]), Micros(2 * MINUTE), &mut due);
        assert_eq!(
            seen(&events),
            [(61, None), (65, Some(Exit::Signal)), (70, None), (75, Some(Exit::Signal))]
        );
        let lost = |event: &ReplayEvent| matches!(event, ReplayEvent::Exited { trade, .. } if trade.profit.percent() < Decimal::ZERO);
        assert_eq!(events.iter().filter(|event| lost(event)).count(), 2);
        assert_eq!((replay.open_signal(), due.len()), (None, 0));
    }

    #[test]
    fn the_part_of_a_bar_before_its_signal_does_not_count() {
        let mut replay = replay();
        let mut due = VecDeque::from([recorded_signal(90, 100, enter(LONG, 95))]);
        // The price had been at 80 before the signal.
        let events = replay.take(&bar(1, [81, 101, 80, 99]), Micros(2 * MINUTE), &mut due);
        assert_eq!(seen(&events), [(90, None)]);
        let events = replay.take(&bar(2, [99, 99, 94, 98]), Micros(3 * MINUTE), &mut due);
        assert_eq!(seen(&events), [(120, Some(Exit::Stop))]);
    }

    #[test]
    fn a_stop_comes_before_signals_inside_its_bar() {
        let mut replay = replay();
        let mut due = VecDeque::from([recorded_signal(60, 100, enter(LONG, 95))]);
        replay.take(&bar(1, [100, 101, 99, 100]), Micros(2 * MINUTE), &mut due);
        // The repeated entry is ignored while the position is open, and enters once it is stopped out.
        due.push_back(recorded_signal(150, 97, enter(LONG, 90)));
        let events = replay.take(&bar(2, [100, 100, 94, 98]), Micros(3 * MINUTE), &mut due);
        assert_eq!(seen(&events), [(120, Some(Exit::Stop)), (150, None)]);
        due.push_back(recorded_signal(190, 99, enter(LONG, 90)));
        assert_eq!(replay.take(&bar(3, [98, 99, 97, 98]), Micros(4 * MINUTE), &mut due), []);
    }

    #[test]
    fn without_a_price_the_next_open_counts_and_what_follows_waits() {
        let mut replay = replay();
        let unpriced = RecordedSignal { price: None, ..recorded_signal(90, 1, enter(LONG, 90)) };
        let mut due = VecDeque::from([unpriced, recorded_signal(100, 103, Decision::Exit)]);
        assert_eq!(replay.take(&bar(1, [100, 105, 99, 104]), Micros(2 * MINUTE), &mut due), []);
        assert_eq!(due.len(), 2);
        let events = replay.take(&bar(2, [104, 105, 103, 104]), Micros(3 * MINUTE), &mut due);
        assert_eq!(seen(&events), [(120, None), (120, Some(Exit::Signal))]);
    }
}
