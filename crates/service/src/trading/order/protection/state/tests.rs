//! Simulations of the supervisor's schedule with as many positions as one IP address may have. Only the
//! schedule is real: an inspection takes no time and finds what the simulation defines.

use super::{watched::LONGEST_PAUSE, *};
use domain::{Side, UserId, time::MINUTE};
use uuid::Uuid;

/// An address's request weight per minute at Binance.
const ADDRESS: i64 = 2_400;
/// Interval between two simulated ticks. The real supervisor ticks more often.
const BEAT: i64 = 2 * SECOND;

fn row(n: u128) -> Protection {
    Protection {
        intent_id: IntentId(Uuid::from_u128(n)),
        user_id: UserId(Uuid::nil()),
        exchange_key_id: ExchangeKeyId(Uuid::from_u128(n)),
        symbol: "BTC/USDT".parse().unwrap(),
        position_side: domain::PositionSlot::Both,
        side: Side::Buy,
        wanted: Wanted::Stop,
        entered_at: Some(Micros(0)),
        told_at: None,
        ended_at: None,
        held_before: None,
        lost: None,
        created_at: Micros(0),
    }
}

/// A simulated supervisor, and the weight its inspections have cost in each minute.
struct Simulation {
    supervision: Supervision,
    rows: Vec<Protection>,
    now: Micros,
    weights: Vec<i64>,
    last_inspection: HashMap<ExchangeKeyId, Micros>,
    longest_gap: i64,
}

impl Simulation {
    fn of(positions: u128) -> Self {
        let rows: Vec<_> = (0..positions).map(row).collect();
        let supervision = Supervision::default();
        supervision.load(rows.clone(), Micros(0));
        let (last_inspection, weights) = (HashMap::new(), Vec::new());
        Self { supervision, rows, now: Micros(0), weights, last_inspection, longest_gap: 0 }
    }

    /// Runs for `minutes`. Every inspection finds agreement, except for the keys in `differing`.
    fn run(&mut self, minutes: i64, differing: &[ExchangeKeyId]) {
        let end = self.now.plus(minutes * MINUTE);
        while self.now < end {
            self.tick(differing);
            self.now = self.now.plus(BEAT);
        }
    }

    fn tick(&mut self, differing: &[ExchangeKeyId]) {
        let minute = usize::try_from(self.now.0 / MINUTE).unwrap();
        self.weights.resize(minute + 1, 0);
        for (key, _) in self.supervision.due(self.now, |_| false) {
            let row = &self.rows[usize::try_from(key.0.as_u128()).unwrap()];
            let watched = Watched::of(row);
            let cheap = self.supervision.may_inspect_cheaply(&watched, false);
            self.weights[minute] += if cheap { STOP_ALONE } else { FULL };
            let differs = differing.contains(&key);
            if differs {
                self.supervision.differs(watched.intent, self.now);
            } else if let Some(before) = self.last_inspection.insert(key, self.now) {
                self.longest_gap = self.longest_gap.max(self.now.since(before));
            }
            let pass = if differs { Pass::Differs } else { Pass::Agrees };
            self.supervision.record_inspection(&watched, pass, self.now, false);
        }
    }
}

#[test]
fn ten_thousand_positions_without_streams_fit_one_address() {
    let mut simulation = Simulation::of(10_000);
    simulation.run(70, &[]);
    let start = simulation.weights[..10].iter().max().unwrap();
    assert!(*start <= ADDRESS / 2, "at start: {start} a minute");
    let later = simulation.weights[10..].iter().max().unwrap();
    assert!(*later <= ADDRESS / 10, "in agreement: {later} a minute");
    assert_eq!(simulation.last_inspection.len(), 10_000, "each was looked at");
    assert!(simulation.longest_gap <= 45 * MINUTE, "the walk took {} s", simulation.longest_gap / SECOND);
}

#[test]
fn a_few_that_differ_never_wait_for_ten_thousand_that_agree() {
    let mut simulation = Simulation::of(10_000);
    simulation.run(15, &[]);
    let key = simulation.rows[77].exchange_key_id;
    simulation.supervision.wake(key, &simulation.rows[77].symbol);
    let intent = simulation.rows[77].intent_id;
    let mut looks = Vec::new();
    for _ in 0..60 {
        let due = simulation.supervision.due(simulation.now, |_| false);
        if due.iter().any(|(of, _)| *of == key) {
            looks.push(simulation.now);
        }
        simulation.supervision.differs(intent, simulation.now);
        let watched = Watched::of(&simulation.rows[77]);
        if looks.last() == Some(&simulation.now) {
            simulation.supervision.record_inspection(&watched, Pass::Differs, simulation.now, false);
        }
        simulation.now = simulation.now.plus(BEAT);
    }
    assert_eq!(looks.first(), Some(&Micros(15 * MINUTE)), "it was looked at as soon as something happened");
    assert!(looks.windows(2).all(|pair| pair[1].since(pair[0]) <= LONGEST_PAUSE + BEAT), "{looks:?}");
}

#[test]
fn a_handful_of_positions_is_read_in_full_every_twenty_seconds() {
    let mut simulation = Simulation::of(5);
    simulation.run(10, &[]);
    assert!(simulation.longest_gap <= WITHOUT_STREAM + BEAT);
    let most = simulation.weights.iter().max().unwrap();
    assert!(*most <= ADDRESS / 10, "{most} a minute");
}

#[test]
fn settled_positions_are_neither_counted_nor_part_of_a_round() {
    let supervision = Supervision::default();
    let rows: Vec<_> = (0..80).map(|n| Protection { wanted: Wanted::NoStop, ..row(n) }).collect();
    supervision.load(rows.clone(), Micros(0));
    let counts = || {
        let counted = supervision.unprotected(Micros(0));
        (counted.positions, counted.by_choice, counted.round)
    };
    assert_eq!(counts(), (80, 80, round(80)));
    for row in &rows[10..] {
        supervision.record_inspection(&Watched::of(row), Pass::Ending, Micros(0), false);
    }
    assert_eq!(counts(), (10, 10, round(10)));
    assert_ne!(round(80), round(10));
}

#[test]
fn an_entry_that_another_instance_saw_filled_is_inspected_immediately() {
    let supervision = Supervision::default();
    let waiting = Protection { entered_at: None, ..row(1) };
    supervision.load(vec![waiting.clone()], Micros(0));
    let watched = Watched::of(&waiting);
    supervision.record_inspection(&watched, Pass::Agrees, Micros(0), true);
    let due = |at: i64| supervision.due(Micros(at), |_| true).len();
    assert_eq!(due(2 * SECOND), 0, "the entry rests");
    supervision.load(vec![waiting], Micros(2 * SECOND));
    assert_eq!(due(2 * SECOND), 0, "nothing has happened");
    supervision.load(vec![row(1)], Micros(4 * SECOND));
    assert_eq!(due(4 * SECOND), 1, "it has filled");
    supervision.record_inspection(&watched, Pass::Agrees, Micros(4 * SECOND), true);
    supervision.load(vec![row(1)], Micros(6 * SECOND));
    assert_eq!(due(6 * SECOND), 0, "once");
}
