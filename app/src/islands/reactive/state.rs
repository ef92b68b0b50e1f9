//! Leptos's signals, memos and stored values under their own names, with values of any type.

#[cfg(feature = "islands")]
use leptos::prelude::WriteValue as _;
use leptos::prelude::{
    self, Read as _, ReadUntracked as _, ReadValue as _, Set as _, SetValue as _, Track as _, Write as _,
};
use std::{any::Any, marker::PhantomData};

/// A value whose type is known to its signal.
type Erased = Box<dyn Any + Send + Sync>;

/// Passes a value to `read`. A signal never holds a value of another type.
fn pass<T: 'static, U>(value: &dyn Any, read: impl FnOnce(&T) -> U) -> U {
    let Some(value) = value.downcast_ref() else { unreachable!() };
    read(value)
}

/// As [`pass`], for a change.
fn pass_mut<T: 'static, U>(value: &mut dyn Any, change: impl FnOnce(&mut T) -> U) -> U {
    let Some(value) = value.downcast_mut() else { unreachable!() };
    change(value)
}

/// Reads a signal or a memo by reference.
pub(crate) trait Peek {
    type Value;
    /// Passes the value to `read`, and depends on it.
    fn peek<U>(&self, read: impl FnOnce(&Self::Value) -> U) -> U;
}

/// As [`Peek`], without depending on it.
pub(crate) trait PeekUntracked {
    type Value;
    /// Passes the value to `read`.
    fn peek_untracked<U>(&self, read: impl FnOnce(&Self::Value) -> U) -> U;
}

/// As [`Peek`], for stored values.
pub(crate) trait PeekValue {
    type Value;
    /// Passes the value to `read`.
    fn peek_value<U>(&self, read: impl FnOnce(&Self::Value) -> U) -> U;
}

/// Copies handles, whatever their values are.
macro_rules! copied {
    ($($handle:ident),+) => {$(
        impl<T> Clone for $handle<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $handle<T> {}
    )+};
}

copied!(RwSignal, Memo, StoredValue);

/// Reads signals and memos.
macro_rules! readable {
    ($handle:ident: $($bound:tt)+) => {
        impl<T: $($bound)+> $handle<T> {
            pub(crate) fn get(self) -> T
            where
                T: Clone,
            {
                self.peek(T::clone)
            }

            pub(crate) fn get_untracked(self) -> T
            where
                T: Clone,
            {
                self.peek_untracked(T::clone)
            }
        }

        impl<T: $($bound)+> Peek for $handle<T> {
            type Value = T;

            fn peek<U>(&self, read: impl FnOnce(&T) -> U) -> U {
                pass(&**self.inner.read(), read)
            }
        }

        impl<T: $($bound)+> PeekUntracked for $handle<T> {
            type Value = T;

            fn peek_untracked<U>(&self, read: impl FnOnce(&T) -> U) -> U {
                pass(&**self.inner.read_untracked(), read)
            }
        }
    };
}

/// A value that views depend on.
pub(crate) struct RwSignal<T> {
    inner: prelude::RwSignal<Erased>,
    of: PhantomData<fn() -> T>,
}

impl<T: Send + Sync + 'static> RwSignal<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { inner: prelude::RwSignal::new(Box::new(value)), of: PhantomData }
    }

    pub(crate) fn set(self, value: T) {
        self.inner.set(Box::new(value));
    }

    pub(crate) fn update(self, change: impl FnOnce(&mut T)) {
        pass_mut(&mut **self.inner.write(), change);
    }

    /// Depends on the value without reading it.
    pub(crate) fn track(self) {
        self.inner.track();
    }
}

readable!(RwSignal: Send + Sync + 'static);

/// A value that is computed from others, and counts as changed only if it differs.
pub(crate) struct Memo<T> {
    inner: prelude::Memo<Erased>,
    of: PhantomData<fn() -> T>,
}

impl<T: PartialEq + Send + Sync + 'static> Memo<T> {
    pub(crate) fn new(compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static) -> Self {
        Self::new_with_compare(compute, |old, new| old != new)
    }

    /// A memo with its own rule for when it has changed.
    pub(crate) fn new_with_compare(
        compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
        is_changed: fn(Option<&T>, Option<&T>) -> bool,
    ) -> Self {
        let compute = move |old: Option<Erased>| -> (Erased, bool) {
            let old = old.as_ref().and_then(|old| old.downcast_ref());
            let new = compute(old);
            let changed = is_changed(old, Some(&new));
            (Box::new(new), changed)
        };
        Self { inner: boxed_memo(Box::new(compute)), of: PhantomData }
    }
}

/// Computes a memo's value from the one before it, and whether it has changed.
type Compute = Box<dyn Fn(Option<Erased>) -> (Erased, bool) + Send + Sync>;

fn boxed_memo(compute: Compute) -> prelude::Memo<Erased> {
    prelude::Memo::new_owning(compute)
}

readable!(Memo: PartialEq + Send + Sync + 'static);

/// A value that nothing depends on.
pub(crate) struct StoredValue<T> {
    inner: prelude::StoredValue<Erased>,
    of: PhantomData<fn() -> T>,
}

impl<T: Send + Sync + 'static> StoredValue<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { inner: prelude::StoredValue::new(Box::new(value)), of: PhantomData }
    }

    pub(crate) fn get_value(self) -> T
    where
        T: Clone,
    {
        self.peek_value(T::clone)
    }

    pub(crate) fn set_value(self, value: T) {
        self.inner.set_value(Box::new(value));
    }

    /// Changes the value, and returns the result of `change`.
    #[cfg(feature = "islands")]
    pub(crate) fn update_value<U>(self, change: impl FnOnce(&mut T) -> U) -> U {
        pass_mut(&mut **self.inner.write_value(), change)
    }
}

impl<T: Send + Sync + 'static> PeekValue for StoredValue<T> {
    type Value = T;

    fn peek_value<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        pass(&**self.inner.read_value(), read)
    }
}
