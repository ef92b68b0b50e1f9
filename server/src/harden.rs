//! Protects this process's memory, which holds keys and passwords, from core dumps and from other programs of
//! the same user.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Disables core dumps, and debuggers other than root's. If the kernel refuses, things stay as they were:
/// nothing depends on it.
pub fn process() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}
