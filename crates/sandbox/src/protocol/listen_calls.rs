//! Endpoints that create, keep alive and close the listen key of an account's user-data stream.

use super::{
    call::Call,
    failure::{Reply, SandboxFailure},
    limits::Venue,
    listen::Listener,
};
use serde_json::json;

fn no_such_key(venue: Venue) -> SandboxFailure {
    let msg = match venue {
        Venue::Spot => "This listenKey does not exist.",
        Venue::Futures => {
            "This listenKey does not exist. Please use `POST /fapi/v1/listenKey` to recreate `listenKey`"
        }
    };
    SandboxFailure::refused(-1125, msg)
}

fn listener(call: &Call<'_>) -> Reply<Listener> {
    Ok(Listener { account: call.account()?, venue: call.venue })
}

/// The listen key named by the request. It is mandatory on spot; on futures an account has only one.
fn key<'a>(call: &'a Call<'_>) -> Reply<Option<&'a str>> {
    match call.venue {
        Venue::Spot => call.params.required("listenKey").map(Some),
        Venue::Futures => call.params.text("listenKey"),
    }
}

pub(crate) fn open(call: &mut Call<'_>) -> Reply {
    let key = call.shared.listen_keys.open(call.now, listener(call)?, call.shared.entropy.as_ref());
    Ok(json!({ "listenKey": key }))
}

pub(crate) fn keep(call: &mut Call<'_>) -> Reply {
    if call.shared.listen_keys.keep(call.now, &listener(call)?, key(call)?) {
        Ok(json!({}))
    } else {
        Err(no_such_key(call.venue))
    }
}

/// Renews the account's key and answers with it, as the WebSocket API of futures does.
pub(crate) fn ping(call: &mut Call<'_>) -> Reply {
    keep(call)?;
    open(call)
}

pub(crate) fn close(call: &mut Call<'_>) -> Reply {
    let listener = listener(call)?;
    if !call.shared.listen_keys.close(&listener, key(call)?) {
        return Err(no_such_key(call.venue));
    }
    // Having no receivers is not an error.
    let _ = call.shared.closed.send(listener);
    Ok(json!({}))
}
