//! Reactive parts with few types: Leptos compiles each function that a view depends on separately, with its effect, and each
//! type of a signal's value with its graph. The functions and types below erase the type, so that the bundle contains that code
//! once.

mod state;

use leptos::prelude::*;
pub(crate) use state::{Memo, Peek, PeekUntracked, PeekValue, RwSignal, StoredValue};
use std::sync::Arc;

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
