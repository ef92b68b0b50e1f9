//! The limit on open files, which service managers set low by default.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More descriptors than this are never needed.
const WANTED: u64 = 65_536;

/// Raises the soft limit on open files up to the hard limit or what the desk needs. Returns the limit in
/// effect.
pub fn raise() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let (current, wanted) = (current.unwrap_or(WANTED), maximum.unwrap_or(WANTED).min(WANTED));
    let raised = current < wanted
        && setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum })
            .inspect_err(|error| tracing::warn!(%error, current, "could not raise the limit on open files"))
            .is_ok();
    usize::try_from(if raised { wanted } else { current }).unwrap_or(usize::MAX)
}
