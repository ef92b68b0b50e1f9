//! The session of a connection: the API key that it is authenticated with, its subscriptions, and the methods
//! about them.

use super::{
    call::signer,
    frame::{self, ApiRequest, text},
    subscriptions::Subscriptions,
};
use crate::{
    engine::{AccountId, Engine, KeyState},
    protocol::{
        failure::{Reply, SandboxFailure},
        keys::KeyKind,
        limits::Venue,
        shared::ServerState,
        time_unit::{TimeUnit, stamp},
    },
};
use domain::Micros;
use serde_json::{Value, json};
use std::sync::Arc;

/// The weight of each of these methods.
pub(super) const WEIGHT: u32 = 2;

/// An authenticated session.
#[derive(Clone, Debug)]
pub(super) struct Login {
    pub(super) api_key: String,
    account: AccountId,
    since: Micros,
}

/// The result of a method, and the events that follow from it.
pub(super) type Outcome = (Reply, Vec<Value>);

/// A method about the connection itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Logon,
    Status,
    Logout,
    Subscriptions,
    Subscribe,
    SubscribeSignature,
    Unsubscribe,
}

impl Method {
    /// Only spot delivers user data over this connection.
    pub(super) fn parse(venue: Venue, name: &str) -> Option<Self> {
        let spot = venue == Venue::Spot;
        Some(match name {
            "session.logon" => Self::Logon,
            "session.status" => Self::Status,
            "session.logout" => Self::Logout,
            "session.subscriptions" if spot => Self::Subscriptions,
            "userDataStream.subscribe" if spot => Self::Subscribe,
            "userDataStream.subscribe.signature" if spot => Self::SubscribeSignature,
            "userDataStream.unsubscribe" if spot => Self::Unsubscribe,
            _ => return None,
        })
    }
}

/// The state of one connection.
pub(super) struct Session {
    pub(super) shared: Arc<ServerState>,
    pub(super) venue: Venue,
    /// Whether responses report rate limits where their request has no wish.
    pub(super) shows_limits: bool,
    /// The unit of the times in frames.
    pub(super) unit: TimeUnit,
    pub(super) connected: Micros,
    pub(super) login: Option<Login>,
    pub(super) subscriptions: Subscriptions,
}

impl Session {
    pub(super) fn new(shared: Arc<ServerState>, venue: Venue, shows_limits: bool, unit: TimeUnit) -> Self {
        let connected = shared.exchange.now();
        let (login, subscriptions) = (None, Subscriptions::default());
        Self { shared, venue, shows_limits, unit, connected, login, subscriptions }
    }

    /// Carries out a method about the connection.
    pub(super) fn carry_out(&mut self, method: Method, request: &ApiRequest, now: Micros) -> Outcome {
        let silent = |reply: Reply| (reply, Vec::new());
        match method {
            Method::Logon => silent(self.logon(request, now)),
            Method::Status => silent(Ok(self.status(now))),
            Method::Logout => {
                self.login = None;
                let ended = self.subscriptions.end_session(now);
                (Ok(self.status(now)), ended)
            }
            Method::Subscriptions => silent(Ok(self.subscriptions.list())),
            Method::Subscribe => silent(self.subscribe()),
            Method::SubscribeSignature => silent(self.subscribe_signature(request, now)),
            Method::Unsubscribe => match self.unsubscribe(request, now) {
                Ok(ended) => (Ok(json!({})), ended),
                Err(failure) => silent(Err(failure)),
            },
        }
    }

    fn logon(&mut self, request: &ApiRequest, now: Micros) -> Reply {
        let (api_key, account, kind) = signer(&self.shared, request, now)?;
        if kind != KeyKind::Ed25519 {
            let msg = format!("{} API key is not supported.", kind.word());
            return Err(SandboxFailure::refused(-4056, msg));
        }
        self.login = Some(Login { api_key, account, since: now });
        Ok(self.status(now))
    }

    fn status(&self, now: Micros) -> Value {
        let mut status = json!({
            "apiKey": self.login.as_ref().map(|login| login.api_key.as_str()),
            "authorizedSince": self.login.as_ref().map(|login| stamp(login.since)),
            "connectedSince": stamp(self.connected),
            "returnRateLimits": self.shows_limits,
            "serverTime": stamp(now),
        });
        if self.venue == Venue::Spot {
            status["userDataStream"] = (!self.subscriptions.is_empty()).into();
        }
        status
    }

    fn subscribe(&mut self) -> Reply {
        let login = self.login.as_ref().ok_or_else(|| SandboxFailure::missing("apiKey"))?;
        let id = self.subscriptions.add(login.account, true)?;
        Ok(json!({ "subscriptionId": id }))
    }

    fn subscribe_signature(&mut self, request: &ApiRequest, now: Micros) -> Reply {
        let (_, account, _) = signer(&self.shared, request, now)?;
        let id = self.subscriptions.add(account, false)?;
        Ok(json!({ "subscriptionId": id }))
    }

    fn unsubscribe(&mut self, request: &ApiRequest, now: Micros) -> Reply<Vec<Value>> {
        let id = match request.params.get("subscriptionId") {
            None => None,
            Some(value) => {
                let number = text(value).parse::<u64>();
                Some(number.map_err(|_| SandboxFailure::illegal("subscriptionId", "^[0-9]{1,20}$"))?)
            }
        };
        self.subscriptions.end(id, now)
    }

    /// Ends the session if its key has been deleted since. Returns the frames that report it.
    pub(super) fn revoked(&mut self, now: Micros) -> Option<Vec<Value>> {
        let key = &self.login.as_ref()?.api_key;
        let alive = |engine: &Engine| {
            engine.account_by_key(key).is_some_and(|account| account.rights.state != KeyState::Deleted)
        };
        if self.shared.exchange.read(alive).unwrap_or(false) {
            return None;
        }
        self.login = None;
        let error = frame::response(&Value::Null, &Err(SandboxFailure::unknown_key()), now, None);
        Some(std::iter::once(error).chain(self.subscriptions.end_session(now)).collect())
    }
}
