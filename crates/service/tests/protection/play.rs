//! Plays a scenario: a life with its faults, the desk's restarts, and a quiet period afterwards.

use crate::{
    changes, judge,
    lives::{Act, Ask, DeskResponse, Life},
    sim::{
        Signal,
        gate::RecordedStep,
        plan::{Fault, FaultKind, Item, Scenario},
    },
    stage::{Stage, Template, background, runtime},
};
use domain::{Decimal, time::SECOND, trade::OpenTrade};
use service::{SharedDesk, health, trading::order::protection::Unprotected};
use std::{future::Future, pin::pin, time::Duration};
use store::protection::Protection;

/// How long a second instance may need to take over from one that is gone: the lease, and the time after it
/// during which a request of the first may still arrive.
const TAKEOVER: i64 = 45 * SECOND;
/// The passes after the life: how many, and how many milliseconds apart. 150 s in total.
const QUIET: [(usize, i64); 3] = [(20, 500), (10, 2_000), (12, 10_000)];
/// The same with a second instance: what a takeover leaves is due up to a minute later, and passes 10 s apart would be
/// what makes it late.
const QUIET_SHARED: [(usize, i64); 3] = [(20, 500), (80, 1_000), (6, 10_000)];
/// A scenario that takes longer than this in real time hangs.
const HANGS: Duration = Duration::from_secs(40);

/// A request and its answer.
#[derive(Clone, Debug)]
pub(crate) struct AnsweredRequest {
    pub(crate) ask: Ask,
    /// `None` if the desk was killed before it answered.
    pub(crate) response: Option<DeskResponse>,
    /// When it was requested, by the exchange's clock.
    pub(crate) requested_at: domain::Micros,
    /// The position at the time of the answer.
    pub(crate) position: Decimal,
}

/// The result of a scenario.
pub(crate) struct ScenarioResult {
    /// The steps of the life, if they were recorded.
    pub(crate) steps: Vec<RecordedStep>,
    /// Planned faults that did not occur.
    pub(crate) missed: Vec<String>,
    /// Descriptions of the broken invariants.
    pub(crate) broken: Vec<String>,
}

/// A scenario being played.
pub(crate) struct Play<'a> {
    pub(crate) life: &'a Life,
    pub(crate) stage: Stage,
    pub(crate) answered: Vec<AnsweredRequest>,
    /// The events that the trader received.
    pub(crate) events: Vec<String>,
    /// The positions that the desk still supervises at the end, and its own report about them.
    pub(crate) supervised: Vec<Protection>,
    pub(crate) unprotected: Unprotected,
    /// The open trades as their owner sees them at the end, if one of the requests changes a trade.
    pub(crate) trades: Vec<OpenTrade>,
    /// Whether there are no faults.
    pub(crate) faultless: bool,
    /// Whether the only faults are ambiguous refusals, which ask for an inspection.
    pub(crate) only_ambiguous: bool,
    /// Whether a second instance works beside the first, or continues its work.
    takeover: bool,
    /// How many acts have started, including the passes of the quiet period.
    started: usize,
    instance: usize,
}

enum Ended {
    Over,
    Killed(i64),
    Inherited,
    Overrun,
}

/// Plays `scenario`, and records its steps if `record` is set.
pub(crate) fn play(template: &Template, life: &Life, scenario: &Scenario, record: bool) -> ScenarioResult {
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
        |item: &Item| matches!(item.what, FaultKind::Fault(Fault::Refuse(-4130 | -4509) | Fault::Tick(_)));
    let mut play = Play {
        life,
        stage,
        answered: Vec::new(),
        events: Vec::new(),
        supervised: Vec::new(),
        unprotected: Unprotected::default(),
        trades: Vec::new(),
        faultless,
        only_ambiguous: scenario.items.iter().all(ambiguous),
        takeover: scenario.items.iter().any(|item| item.what.takeover()),
        started: 0,
        instance: 0,
    };
    let mut broken = match run(&mut play) {
        Ok(()) => judge::judge(&play),
        Err(why) => vec![why.to_owned()],
    };
    broken.dedup();
    let world = play.stage.sim.world();
    ScenarioResult { steps: world.gate.steps.clone(), missed: world.gate.missed(), broken }
}

/// Prepares the beginning of a life, which is not enumerated.
pub(crate) fn prepare(base: &Template, life: &Life) -> Template {
    let stage = base.stage();
    runtime().block_on(async {
        let desk = stage.open(0).await;
        for act in life.setup {
            match *act {
                Act::Ask(ask) => {
                    assert_eq!(ask.ask(&desk, &stage.cast).await, DeskResponse::Yes, "{}", life.name)
                }
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

/// Runs one process after another until the scenario is over. Returns an error if it cannot finish.
fn run(play: &mut Play<'_>) -> Result<(), &'static str> {
    let mut restarted = false;
    loop {
        let runtime = runtime();
        let ended = runtime.block_on(async { tokio::time::timeout(HANGS, session(play, restarted)).await });
        // The desk's work in progress is gone with its runtime.
        drop(runtime);
        play.stage.sim.disconnected();
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

/// The life of one process, or of two concurrent ones.
async fn session(play: &mut Play<'_>, restarted: bool) -> Ended {
    let desk = play.stage.open(play.instance).await;
    let mut rival = None;
    let ended = acts(play, &desk, &mut rival, restarted).await;
    if matches!(ended, Ended::Over) {
        let events = store::event::after(&desk.db, play.stage.cast.trader.user, 0, 1_000).await.unwrap();
        play.events = events.into_iter().map(|event| event.body.as_str().to_owned()).collect();
        play.supervised = store::protection::list_all(&desk.db).await.unwrap();
        play.unprotected = health::unprotected(&desk);
        play.trades = changes::shown(play, &desk).await;
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
    let quiet = if play.takeover { QUIET_SHARED } else { QUIET };
    let quiet = quiet.iter().flat_map(|(count, gap)| std::iter::repeat_n(*gap, *count));
    let all: Vec<PlayStep> =
        play.life.acts.iter().map(|act| PlayStep::Act(*act)).chain(quiet.map(PlayStep::Pass)).collect();
    if restarted && let Err(ended) = attend(&play.stage, rival, None, background(desk)).await {
        return ended;
    }
    while let Some(step) = all.get(play.started).copied() {
        play.started += 1;
        let done = match step {
            PlayStep::Act(Act::Ask(ask)) => asking(play, desk, rival, ask).await,
            PlayStep::Act(Act::Happens(event)) => {
                let happens = |book: &mut crate::sim::book::Book| {
                    book.meter.excuse(book.at, book.at + play.life.known_after * SECOND);
                    event.happen(book);
                };
                play.stage.sim.happen(happens);
                Ok(())
            }
            PlayStep::Act(Act::Passes(count, gap)) => {
                quietly(&play.stage, desk, rival, count, gap * 1_000).await
            }
            PlayStep::Pass(gap) => {
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
enum PlayStep {
    Act(Act),
    /// A pass of the quiet period, after this many milliseconds.
    Pass(i64),
}

async fn asking(
    play: &mut Play<'_>,
    desk: &SharedDesk,
    rival: &mut Option<SharedDesk>,
    ask: Ask,
) -> Result<(), Ended> {
    // Two requests never come at the same instant.
    play.stage.sim.advance(2_000);
    let asked_at = play.stage.sim.world().book().wall();
    play.answered.push(AnsweredRequest {
        ask,
        response: None,
        requested_at: asked_at,
        position: Decimal::ZERO,
    });
    let said = attend(&play.stage, rival, Some(ask), ask.ask(desk, &play.stage.cast)).await?;
    let position = play.stage.sim.world().book().position;
    if let Some(received) = play.answered.last_mut() {
        (received.response, received.position) = (Some(said), position);
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
        stage.elapse(desk, gap_ms * 1_000).await;
        match rival.clone() {
            // Neither waits for the other: each sleeps when the exchange is slow.
            Some(second) => {
                let both = async { tokio::join!(background(desk), background(&second)) };
                attend(stage, rival, None, both).await?;
            }
            None => attend(stage, rival, None, background(desk)).await?,
        }
    }
    Ok(())
}

async fn passes(stage: &Stage, desks: &[&SharedDesk], count: usize, gap_ms: i64) {
    for _ in 0..count {
        if let Some(desk) = desks.first() {
            stage.elapse(desk, gap_ms * 1_000).await;
        }
        for desk in desks {
            background(desk).await;
        }
    }
}

/// Waits for the desk's `work`, and meanwhile applies the scenario's cuts to the desk.
async fn attend<T>(
    stage: &Stage,
    rival: &mut Option<SharedDesk>,
    request: Option<Ask>,
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
                    if let Some(ask @ Ask::Once(_)) = request {
                        // The caller stops waiting and asks the other desk.
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
