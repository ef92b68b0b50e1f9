//! Plays a scenario: a life with what goes wrong in it, the desk's restarts, and a while of quiet afterwards.

use crate::{
    judge,
    lives::{Act, Ask, Life, Said},
    sim::{
        Signal,
        gate::Step,
        plan::{Fault, Item, Scenario, What},
    },
    stage::{Stage, Template, background, runtime},
};
use domain::{Decimal, time::SECOND};
use service::{SharedDesk, health, order::protection::Unprotected};
use std::{future::Future, pin::pin, time::Duration};
use store::protection::Protection;

/// How long a second instance may need to take over from one that is gone: the lease, and the time after it in which
/// a request of the first may still arrive.
const TAKEOVER: i64 = 45 * SECOND;
/// The passes after the life: how many, how many milliseconds apart. 150 s in all.
const QUIET: [(usize, i64); 3] = [(20, 500), (10, 2_000), (12, 10_000)];
/// A scenario that takes longer than this of real time hangs.
const HANGS: Duration = Duration::from_secs(40);

/// What was asked and answered.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) ask: Ask,
    /// None when the desk was killed before it answered.
    pub(crate) said: Option<Said>,
    /// When it was asked, by the exchange's clock.
    pub(crate) asked_at: domain::Micros,
    /// The position when the answer came.
    pub(crate) position: Decimal,
}

/// What came of a scenario.
pub(crate) struct Outcome {
    /// The steps of the life, where they were wanted.
    pub(crate) steps: Vec<Step>,
    /// What was planned and did not happen.
    pub(crate) missed: Vec<String>,
    /// The invariants that were broken, in words.
    pub(crate) broken: Vec<String>,
}

/// A scenario while it plays.
pub(crate) struct Play<'a> {
    pub(crate) life: &'a Life,
    pub(crate) stage: Stage,
    pub(crate) heard: Vec<Heard>,
    /// What the trader was told by events.
    pub(crate) events: Vec<String>,
    /// What the desk still supervises at the end, and what it says of it.
    pub(crate) supervised: Vec<Protection>,
    pub(crate) unprotected: Unprotected,
    /// Nothing goes wrong.
    pub(crate) faultless: bool,
    /// All that goes wrong is an answer that asks to look before anything is done.
    pub(crate) only_ambiguous: bool,
    /// How many acts have begun, the passes of the quiet time among them.
    begun: usize,
    instance: usize,
}

enum Ended {
    Over,
    Killed(i64),
    Inherited,
    Overrun,
}

/// Plays `scenario`, and records its steps if they are wanted.
pub(crate) fn play(template: &Template, life: &Life, scenario: &Scenario, record: bool) -> Outcome {
    let stage = template.stage();
    {
        let mut world = stage.sim.world();
        world.book().stop_wanted = life.stop;
        world.gate.armed = true;
        world.gate.recording = record;
        world.gate.plan(&scenario.items);
    }
    let faultless = scenario.items.is_empty();
    let ambiguous =
        |item: &Item| matches!(item.what, What::Fault(Fault::Refuse(-4130 | -4509) | Fault::Tick(_)));
    let mut play = Play {
        life,
        stage,
        heard: Vec::new(),
        events: Vec::new(),
        supervised: Vec::new(),
        unprotected: Unprotected::default(),
        faultless,
        only_ambiguous: scenario.items.iter().all(ambiguous),
        begun: 0,
        instance: 0,
    };
    let mut broken = match run(&mut play) {
        Ok(()) => judge::judge(&play),
        Err(why) => vec![why.to_owned()],
    };
    broken.dedup();
    let world = play.stage.sim.world();
    Outcome { steps: world.gate.steps.clone(), missed: world.gate.missed(), broken }
}

/// Prepares the life's beginning: what is not taken apart.
pub(crate) fn prepare(base: &Template, life: &Life) -> Template {
    let stage = base.stage();
    runtime().block_on(async {
        let desk = stage.open(0).await;
        for act in life.setup {
            match *act {
                Act::Ask(ask) => assert_eq!(ask.ask(&desk, &stage.cast).await, Said::Yes, "{}", life.name),
                Act::Passes(count, gap) => passes(&stage, &[&desk], count, gap * 1_000).await,
                Act::Happens(event) => stage.sim.happen(|book| event.happen(book)),
            }
        }
        stage.sim.advance(10 * SECOND);
        let mut template = stage.keep(desk).await;
        template.book.meter = crate::sim::meter::Meter::default();
        template
    })
}

/// Runs one process after the other until the scenario is over; or why it is not.
fn run(play: &mut Play<'_>) -> Result<(), &'static str> {
    let mut restarted = false;
    loop {
        let runtime = runtime();
        let ended = runtime.block_on(async { tokio::time::timeout(HANGS, session(play, restarted)).await });
        // What the desk was doing is gone with its runtime.
        drop(runtime);
        restarted = true;
        let sim = &play.stage.sim;
        let at = sim.world().at();
        match ended {
            Err(_) => return Err("it hangs"),
            Ok(Ended::Over) => return Ok(()),
            Ok(Ended::Overrun) => return Err("it calls the exchange without end"),
            Ok(Ended::Killed(seconds)) => {
                sim.world().book().meter.excuse(at, at + seconds * SECOND);
                sim.advance(seconds * SECOND);
            }
            Ok(Ended::Inherited) => {
                sim.world().book().meter.excuse(at, at + TAKEOVER);
                sim.world().gate.subject = 1;
                play.instance = 1;
            }
        }
    }
}

/// The life of one process, or of two at the same time.
async fn session(play: &mut Play<'_>, restarted: bool) -> Ended {
    let desk = play.stage.open(play.instance).await;
    let mut rival = None;
    let ended = acts(play, &desk, &mut rival, restarted).await;
    if matches!(ended, Ended::Over) {
        let events = store::event::after(&desk.db, play.stage.cast.trader.user, 0, 1_000).await.unwrap();
        play.events = events.into_iter().map(|event| event.body).collect();
        play.supervised = store::protection::all(&desk.db).await.unwrap();
        play.unprotected = health::unprotected(&desk);
        desk.db.close().await;
    }
    ended
}

async fn acts(
    play: &mut Play<'_>,
    desk: &SharedDesk,
    rival: &mut Option<SharedDesk>,
    restarted: bool,
) -> Ended {
    let quiet = QUIET.iter().flat_map(|(count, gap)| std::iter::repeat_n(*gap, *count));
    let all: Vec<Turn> =
        play.life.acts.iter().map(|act| Turn::Act(*act)).chain(quiet.map(Turn::Pass)).collect();
    if restarted && let Err(ended) = attend(&play.stage, rival, None, background(desk)).await {
        return ended;
    }
    while let Some(step) = all.get(play.begun).copied() {
        play.begun += 1;
        let done = match step {
            Turn::Act(Act::Ask(ask)) => asking(play, desk, rival, ask).await,
            Turn::Act(Act::Happens(event)) => {
                let happens = |book: &mut crate::sim::book::Book| {
                    book.meter.excuse(book.at, book.at + play.life.known_after * SECOND);
                    event.happen(book);
                };
                play.stage.sim.happen(happens);
                Ok(())
            }
            Turn::Act(Act::Passes(count, gap)) => quietly(&play.stage, desk, rival, count, gap * 1_000).await,
            Turn::Pass(gap) => {
                play.stage.sim.world().gate.recording = false;
                quietly(&play.stage, desk, rival, 1, gap).await
            }
        };
        if let Err(ended) = done {
            return ended;
        }
    }
    Ended::Over
}

#[derive(Clone, Copy)]
enum Turn {
    Act(Act),
    /// A pass of the quiet time, after so many milliseconds.
    Pass(i64),
}

async fn asking(
    play: &mut Play<'_>,
    desk: &SharedDesk,
    rival: &mut Option<SharedDesk>,
    ask: Ask,
) -> Result<(), Ended> {
    // Two requests never come in the same instant.
    play.stage.sim.advance(2_000);
    let asked_at = play.stage.sim.world().book().wall();
    play.heard.push(Heard { ask, said: None, asked_at, position: Decimal::ZERO });
    let said = attend(&play.stage, rival, Some(ask), ask.ask(desk, &play.stage.cast)).await?;
    let position = play.stage.sim.world().book().position;
    if let Some(heard) = play.heard.last_mut() {
        (heard.said, heard.position) = (Some(said), position);
    }
    Ok(())
}

async fn quietly(
    stage: &Stage,
    desk: &SharedDesk,
    rival: &mut Option<SharedDesk>,
    count: usize,
    gap_ms: i64,
) -> Result<(), Ended> {
    for _ in 0..count {
        stage.sim.advance(gap_ms * 1_000);
        attend(stage, rival, None, background(desk)).await?;
        if let Some(rival) = rival {
            background(rival).await;
        }
    }
    Ok(())
}

async fn passes(stage: &Stage, desks: &[&SharedDesk], count: usize, gap_ms: i64) {
    for _ in 0..count {
        stage.sim.advance(gap_ms * 1_000);
        for desk in desks {
            background(desk).await;
        }
    }
}

/// Waits for the desk's `work`, and does to the desk meanwhile what the scenario wants.
async fn attend<T>(
    stage: &Stage,
    rival: &mut Option<SharedDesk>,
    asked: Option<Ask>,
    work: impl Future<Output = T>,
) -> Result<T, Ended> {
    let mut work = pin!(work);
    loop {
        let signal = tokio::select! {
            biased;
            signal = stage.sim.signal() => signal,
            done = &mut work => return Ok(done),
        };
        match signal {
            Signal::Killed(seconds) => return Err(Ended::Killed(seconds)),
            Signal::Inherited => return Err(Ended::Inherited),
            Signal::Overrun => return Err(Ended::Overrun),
            Signal::Paused(seconds, with_rival) => {
                let at = stage.sim.world().at();
                stage.sim.world().book().meter.excuse(at, at + seconds * SECOND);
                if with_rival {
                    let second = stage.open(1).await;
                    let count = usize::try_from(seconds).unwrap_or(0);
                    let alone = [&second];
                    tokio::select! {
                        biased;
                        // Nothing is planned for the second instance.
                        _ = stage.sim.signal() => return Err(Ended::Overrun),
                        () = passes(stage, &alone, count, 1_000) => {}
                    }
                    if let Some(ask @ Ask::Once(_)) = asked {
                        // Whoever asked waits no longer and asks the other desk.
                        drop(ask.ask(&second, &stage.cast).await);
                    }
                    *rival = Some(second);
                } else {
                    stage.sim.advance(seconds * SECOND);
                }
                stage.sim.resume();
            }
        }
    }
}
