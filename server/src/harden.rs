//! Keeps this process's memory, which holds keys and passwords, out of files and away from other programs of the same user.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Forbids core dumps, and debuggers that are not root's. A kernel that refuses either leaves things as they were before:
/// nothing depends on it.
pub fn process() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
