//! What goes wrong in a scenario, where, and how both are written: `life/fault@step/cut@step`.

use domain::time::SECOND;
use std::{fmt, str::FromStr};

/// A place in a life: an exchange call or a commit, counted from 1, or the n-th call of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Call(usize),
    Commit(usize),
    Kind(String, usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(n) => write!(f, "call{n}"),
            Self::Commit(n) => write!(f, "commit{n}"),
            Self::Kind(kind, 1) => f.write_str(kind),
            Self::Kind(kind, n) => write!(f, "{kind}#{n}"),
        }
    }
}

impl FromStr for Place {
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
    /// What the exchange or the database does wrong.
    Fault {
        /// It says no, once.
        Refuse(i64) = "refuse",
        /// It says no to every call of this kind for 30 s.
        RefuseOn(i64) = "refuse-on",
        /// The request never arrives, and nobody can know.
        Lost = "lost",
        /// It happens, and the answer is lost.
        AnswerLost = "answer-lost",
        /// It happens, the answer is lost, and looking the order up finds nothing for 20 s.
        AnswerLostHidden = "answer-lost-hidden",
        /// The connection drops, and the request arrives so many seconds later.
        Late(i64) = "late",
        /// Nothing reaches it for so many seconds.
        Down(i64) = "down",
        /// It cannot be reached this once.
        Unreachable = "unreachable",
        /// Calls of this kind cannot reach it for so many seconds; everything else can.
        Away(i64) = "away",
        /// It says that the stop's price is reached, for so many seconds.
        Reached(i64) = "reached",
        /// It says that there is a stop already, for so many seconds.
        There(i64) = "there",
        /// The request arrives so many seconds later, though its window has passed: it waited behind the check.
        Stray(i64) = "stray",
        /// From now on the market's tick is this one.
        Tick(i64) = "tick",
        /// It asks to wait two seconds.
        Limited = "limited",
        /// It finds the request too old.
        Expired = "expired",
        /// Positions and open orders lag by 3 s for the next 10 s.
        Lag = "lag",
        /// Positions and open orders lag by so many seconds for the next 10 s, and the desk is to cope with it.
        Behind(i64) = "behind",
        /// Looking an order up finds nothing until the order is 20 s old.
        Hidden = "hidden",
        /// From now on resting reduce-only orders count against a reduce-only close (-4118).
        Tight = "tight",
        /// The commit fails.
        Fail = "fail",
        /// The commit is carried out, and the desk is told that it failed: its answer was lost.
        FailAfter = "fail-after",
    }
}

words! {
    /// What happens to the desk.
    Cut {
        /// Killed before the step happens; started again 3 s later.
        KillBefore = "kill-before",
        /// Killed after it happened, before the desk knows; started again 3 s later.
        KillAfter = "kill-after",
        /// As `KillAfter`, started again so many seconds later.
        KillFor(i64) = "kill-for",
        /// Paused for so many seconds before the request leaves.
        PauseBefore(i64) = "pause-before",
        /// Paused for so many seconds when it has happened.
        PauseAfter(i64) = "pause-after",
        /// As `PauseBefore` for 40 s, while a second instance works on.
        RivalBefore = "rival-before",
        /// As `PauseAfter` for 40 s, while a second instance works on.
        RivalAfter = "rival-after",
        /// Killed before it happens, for good; a second instance goes on.
        HeirBefore = "heir-before",
        /// Killed after it happened, for good; a second instance goes on.
        HeirAfter = "heir-after",
        /// The desk's wall clock is moved by so many seconds.
        Clock(i64) = "clock",
        /// The market's price moves there before the step happens.
        Price(i64) = "price",
        /// The owner closes the position at the exchange before the step happens.
        Closed = "closed",
        /// The owner puts a stop there before the step happens.
        Stopped = "stopped",
        /// From now on the account streams tell nothing, without being closed.
        Deaf = "deaf",
    }
}

impl Cut {
    /// Whether it comes when the step has happened.
    pub(crate) const fn after(self) -> bool {
        matches!(
            self,
            Self::KillAfter | Self::KillFor(_) | Self::PauseAfter(_) | Self::RivalAfter | Self::HeirAfter
        )
    }
}

/// A fault or a cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Fault(Fault),
    Cut(Cut),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Cut(cut) => cut.fmt(f),
        }
    }
}

impl FromStr for What {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let (word, arg) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some((word, arg)) => {
                (word, Some(arg.trim_start_matches('+').parse().map_err(|_| text.to_owned())?))
            }
            None => (text, None),
        };
        let fault = Fault::read(word, arg).map(What::Fault);
        fault.or_else(|| Cut::read(word, arg).map(What::Cut)).ok_or_else(|| format!("no fault: {text}"))
    }
}

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) what: What,
    pub(crate) at: Place,
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

/// How long the exchange goes on refusing with [`Fault::RefuseOn`].
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
