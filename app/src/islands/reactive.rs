//! Reactive parts with few types: Leptos compiles each function that a view depends on separately, with its effect. The
//! functions below erase the type of the closure, so that the bundles contain that code once per result.

use leptos::prelude::*;
use std::{ops::Deref, sync::Arc};

/// A function that a text or an attribute depends on.
pub(crate) type Dynamic<T> = Arc<dyn Fn() -> T + Send + Sync>;

/// A handler of an event.
pub(crate) type Handler<E> = Box<dyn FnMut(E)>;

/// A text or an attribute that is computed again when the signals in `compute` change.
pub(crate) fn dynamic<T>(compute: impl Fn() -> T + Send + Sync + 'static) -> Dynamic<T> {
    Arc::new(compute)
}

/// A handler of an event.
pub(crate) fn handler<E>(handle: impl FnMut(E) + 'static) -> Handler<E> {
    Box::new(handle)
}

/// Runs `run` in the browser now, and again when its signals change.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    boxed_effect(Box::new(run));
}

fn boxed_effect(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_| run());
}

/// Reads a signal by reference. Leptos's `with` is compiled for each closure; the guard used here once for each type of value.
pub(crate) trait Peek: Read {
    /// Passes the value to `read`, and depends on it.
    fn peek<U>(&self, read: impl FnOnce(&<Self::Value as Deref>::Target) -> U) -> U {
        read(&self.read())
    }
}

impl<S: Read> Peek for S {}

/// As [`Peek`], without depending on the signal.
pub(crate) trait PeekUntracked: ReadUntracked {
    /// Passes the value to `read`.
    fn peek_untracked<U>(&self, read: impl FnOnce(&<Self::Value as Deref>::Target) -> U) -> U {
        read(&self.read_untracked())
    }
}

impl<S: ReadUntracked> PeekUntracked for S {}

/// As [`Peek`], for stored values.
pub(crate) trait PeekValue: ReadValue {
    /// Passes the value to `read`.
    fn peek_value<U>(&self, read: impl FnOnce(&<Self::Value as Deref>::Target) -> U) -> U {
        read(&self.read_value())
    }
}

impl<V: ReadValue> PeekValue for V {}
