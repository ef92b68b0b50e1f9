//! Where an audited action comes from, as the audit's address column states it.

use crate::actor::{Actor, Origin};

/// The way by which an action reached the desk.
#[derive(Clone, Copy, Debug)]
pub enum Via<'a> {
    /// An HTTP request: the row has its address and client.
    Request(&'a Origin),
    /// The person's Telegram chat.
    Telegram,
    /// A command on the desk's machine.
    CommandLine,
    /// A background job.
    Job,
    /// An answer of the payment provider.
    PaymentProvider,
    /// A token of another issuer.
    Issuer,
}

impl<'a> Via<'a> {
    /// The names of everything that has no address.
    pub const NAMES: [&'static str; 5] =
        ["telegram", "command line", "job", "payment provider", "identity provider"];

    /// For the address column: the address of a request, or a name from [`Self::NAMES`].
    #[must_use]
    pub fn address(self) -> String {
        match self {
            Self::Request(origin) => origin.address.to_string(),
            Self::Telegram => "telegram".to_owned(),
            Self::CommandLine => "command line".to_owned(),
            Self::Job => "job".to_owned(),
            Self::PaymentProvider => "payment provider".to_owned(),
            Self::Issuer => "identity provider".to_owned(),
        }
    }

    /// For the client column: the user agent of a request.
    #[must_use]
    pub const fn client(self) -> &'a str {
        match self {
            Self::Request(origin) => origin.user_agent.as_str(),
            Self::Telegram | Self::CommandLine | Self::Job | Self::PaymentProvider | Self::Issuer => "",
        }
    }
}

impl<'a> Via<'a> {
    /// For what an operator does: on their page, or by a command when there is no actor.
    #[must_use]
    pub fn of(operator: Option<&'a Actor>) -> Self {
        operator.map_or(Self::CommandLine, |actor| actor.from.as_ref().into())
    }
}

/// An actor without an origin acts for the desk itself.
impl<'a> From<Option<&'a Origin>> for Via<'a> {
    fn from(origin: Option<&'a Origin>) -> Self {
        origin.map_or(Self::Job, Self::Request)
    }
}

#[cfg(test)]
mod tests {
    use super::Via;

    #[test]
    fn sources_without_an_address_have_a_name() {
        let named = [Via::Telegram, Via::CommandLine, Via::Job, Via::PaymentProvider, Via::Issuer];
        assert_eq!(named.map(Via::address), Via::NAMES);
        assert!(named.iter().all(|via| via.client().is_empty()));
        assert!(Via::NAMES.iter().all(|name| name.parse::<std::net::IpAddr>().is_err()));
    }
}
