//! The faults of a scenario, the places where they occur, and the notation for both: `life/fault@step/cut@step`.

use domain::time::SECOND;
use std::{fmt, str::FromStr};

/// A place in a life: an exchange call or a commit, counted from 1, or the n-th call of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LifePlace {
    Call(usize),
    Commit(usize),
    Kind(String, usize),
}

impl fmt::Display for LifePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(n) => write!(f, "call{n}"),
            Self::Commit(n) => write!(f, "commit{n}"),
            Self::Kind(kind, 1) => f.write_str(kind),
            Self::Kind(kind, n) => write!(f, "{kind}#{n}"),
        }
    }
}

impl FromStr for LifePlace {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let number = |digits: &str| digits.parse::<usize>().ok();
        if let Some(n) = text.strip_prefix("call").and_then(number) {
            return Ok(Self::Call(n));
        }
        if let Some(n) = text.strip_prefix("commit").and_then(number) {
            return Ok(Self::Commit(n));
        }
        let (kind, n) = text.split_once('#').unwrap_or((text, "1"));
        Ok(Self::Kind(kind.to_owned(), number(n).ok_or_else(|| format!("no step: {text}"))?))
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$case:meta])* $variant:ident $(($arg:ty))? = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($(#[$case])* $variant $(($arg))?),* }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(words!(@pattern $variant value $(($arg))?) => words!(@show f $word value $(($arg))?)),* }
            }
        }

        impl $name {
            fn read(word: &str, arg: Option<i64>) -> Option<Self> {
                $(if word == $word { return words!(@make $variant arg $(($arg))?); })*
                None
            }
        }
    };
    (@pattern $variant:ident $v:ident) => { Self::$variant };
    (@pattern $variant:ident $v:ident ($arg:ty)) => { Self::$variant($v) };
    (@show $f:ident $word:literal $v:ident) => { $f.write_str($word) };
    (@show $f:ident $word:literal $v:ident ($arg:ty)) => { write!($f, "{}({})", $word, $v) };
    (@make $variant:ident $a:ident) => { if $a.is_none() { Some(Self::$variant) } else { None } };
    (@make $variant:ident $a:ident ($arg:ty)) => { $a.map(Self::$variant) };
}

words! {
    /// A fault of the exchange or the database.
    Fault {
        /// The exchange refuses once.
        Refuse(i64) = "refuse",
        /// The exchange refuses every call of this kind for 30 s.
        RefuseOn(i64) = "refuse-on",
        /// The request never arrives, and the outcome is unknown.
        Lost = "lost",
        /// The request takes effect, and the response is lost.
        AnswerLost = "answer-lost",
        /// The request takes effect, the response is lost, and looking up the order finds nothing for 20 s.
        AnswerLostHidden = "answer-lost-hidden",
        /// The connection drops, and the request arrives this many seconds later.
        Late(i64) = "late",
        /// The exchange is unreachable for this many seconds.
        Down(i64) = "down",
        /// The exchange is unreachable once.
        Unreachable = "unreachable",
        /// Calls of this kind cannot reach the exchange for this many seconds; all others can.
        Away(i64) = "away",
        /// For this many seconds the exchange reports that the stop price has been reached.
        Reached(i64) = "reached",
        /// For this many seconds the exchange reports that a stop already exists.
        There(i64) = "there",
        /// The request arrives this many seconds later although its validity has ended: it was queued after
        /// the check.
        Stray(i64) = "stray",
        /// From now on the market's tick size is this one.
        Tick(i64) = "tick",
        /// The exchange asks to wait two seconds.
        Limited = "limited",
        /// The exchange rejects the request as too old.
        Expired = "expired",
        /// Positions and open orders lag by 3 s for the next 10 s.
        Lag = "lag",
        /// Positions and open orders lag by this many seconds for the next 10 s, and the desk must cope with
        /// it.
        Behind(i64) = "behind",
        /// Looking up an order finds nothing until the order is 20 s old.
        Hidden = "hidden",
        /// From now on resting reduce-only orders count against a reduce-only close (-4118).
        Tight = "tight",
        /// The commit fails.
        Fail = "fail",
        /// The commit succeeds, but its response is lost, so that the desk takes it for failed.
        FailAfter = "fail-after",
    }
}

words! {
    /// An interruption of the desk.
    Cut {
        /// Killed before the step happens; started again 3 s later.
        KillBefore = "kill-before",
        /// Killed after it happened, before the desk knows; started again 3 s later.
        KillAfter = "kill-after",
        /// As `KillAfter`, started again this many seconds later.
        KillFor(i64) = "kill-for",
        /// Paused for this many seconds before the request leaves.
        PauseBefore(i64) = "pause-before",
        /// Paused for this many seconds after the step has happened.
        PauseAfter(i64) = "pause-after",
        /// As `PauseBefore` for 60 s, while a second instance works and takes over.
        RivalBefore = "rival-before",
        /// As `PauseAfter` for 60 s, while a second instance works and takes over.
        RivalAfter = "rival-after",
        /// Killed permanently before the step happens; a second instance continues.
        HeirBefore = "heir-before",
        /// Killed permanently after the step happened; a second instance continues.
        HeirAfter = "heir-after",
        /// The desk's wall clock is moved by this many seconds.
        Clock(i64) = "clock",
        /// The market price moves there before the step happens.
        Price(i64) = "price",
        /// The owner closes the position at the exchange before the step happens.
        Closed = "closed",
        /// The owner places a stop at the exchange before the step happens.
        Stopped = "stopped",
        /// From now on the account streams send nothing, without being closed.
        Deaf = "deaf",
    }
}

impl Cut {
    /// Whether it applies after the step has happened.
    pub(crate) const fn after(self) -> bool {
        matches!(
            self,
            Self::KillAfter | Self::KillFor(_) | Self::PauseAfter(_) | Self::RivalAfter | Self::HeirAfter
        )
    }
}

impl FaultKind {
    /// Whether a second instance works beside the first, or continues its work.
    pub(crate) const fn takeover(self) -> bool {
        matches!(self, Self::Cut(Cut::RivalBefore | Cut::RivalAfter | Cut::HeirBefore | Cut::HeirAfter))
    }
}

/// A fault or a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    Fault(Fault),
    Cut(Cut),
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Cut(cut) => cut.fmt(f),
        }
    }
}

impl FromStr for FaultKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (word, arg) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some((word, arg)) => {
                (word, Some(arg.trim_start_matches('+').parse().map_err(|_| text.to_owned())?))
            }
            None => (text, None),
        };
        let fault = Fault::read(word, arg).map(FaultKind::Fault);
        fault.or_else(|| Cut::read(word, arg).map(FaultKind::Cut)).ok_or_else(|| format!("no fault: {text}"))
    }
}

/// One fault or cut at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) what: FaultKind,
    pub(crate) at: LifePlace,
}

/// A life and what goes wrong in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    pub(crate) life: String,
    pub(crate) items: Vec<Item>,
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.life)?;
        self.items.iter().try_for_each(|item| write!(f, "/{}@{}", item.what, item.at))
    }
}

impl FromStr for Scenario {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.trim().split('/');
        let life = parts.next().unwrap_or_default().to_owned();
        let mut items: Vec<Item> = Vec::new();
        for part in parts {
            let (what, at) = match part.split_once('@') {
                Some((what, at)) => (what, at.parse()?),
                // As in `refuse(-2021)@call7/kill-after`: at the same step.
                None => (part, items.last().ok_or("no step")?.at.clone()),
            };
            items.push(Item { what: what.parse()?, at });
        }
        Ok(Self { life, items })
    }
}

/// How long the exchange keeps refusing with [`Fault::RefuseOn`].
pub(crate) const REFUSING: i64 = 30 * SECOND;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_reads_back_as_it_is_written() {
        for text in [
            "manual/refuse(-2021)@call7/kill-after@call7",
            "limit/late(2)@entry/clock(-30)@commit2",
            "copy-exit/rival-after@close#2",
            "close",
        ] {
            assert_eq!(text.parse::<Scenario>().unwrap().to_string(), text);
        }
        let short: Scenario = "manual/refuse(-2021)@call7/kill-after".parse().unwrap();
        assert_eq!(short.to_string(), "manual/refuse(-2021)@call7/kill-after@call7");
        assert!("manual/nonsense@call7".parse::<Scenario>().is_err());
    }
}
