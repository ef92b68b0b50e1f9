//! Stripe's protocol, and the control API.

pub(crate) mod answer;
mod calls;
pub(crate) mod control;
mod form;
mod lists;
mod make;
