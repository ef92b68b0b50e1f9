//! Billing records: customers, prices, subscriptions, invoices and their events. No I/O, no clock.

mod calendar;
mod change;
mod life;
mod model;
mod open;
mod shape;

pub(crate) use change::{Change, Proration};
pub(crate) use model::{
    Books, Card, Customer, Endpoint, Event, Interval, Invoice, Line, Made, Metadata, Price, Product, Reply,
    Session, Subscription, SubscriptionStatus,
};
pub(crate) use open::{Declined, NewPrice, NewSubscription, Open};
pub(crate) use shape::Object;

#[cfg(test)]
mod tests;
