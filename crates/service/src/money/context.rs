//! State of billing: the payment provider.

use crate::{platform::locks::Locks, trading::SharedTrading};
use domain::UserId;
use payment::PaymentGateway;
use std::{ops::Deref, sync::Arc};

/// The context of money: its own state and what trading has.
pub struct Money {
    trading: SharedTrading,
    /// The payment provider; `None` if plans are not for sale.
    pub payments: Option<Arc<dyn PaymentGateway>>,
    /// Serializes billing operations of one user within this process.
    pub(crate) paying: Locks<UserId>,
}

/// Shared handle of the district's context.
pub type SharedMoney = Arc<Money>;

impl Money {
    pub(crate) fn new(trading: SharedTrading, payments: Option<Arc<dyn PaymentGateway>>) -> SharedMoney {
        Arc::new(Self { payments, paying: Locks::default(), trading })
    }
}

impl Deref for Money {
    type Target = SharedTrading;

    fn deref(&self) -> &SharedTrading {
        &self.trading
    }
}
