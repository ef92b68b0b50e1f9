//! The form of the client order ids that Slipstream gives its orders: `sl<install>-<22 characters>-<leg>`. It
//! distinguishes the desk's own orders from orders that were placed at the exchange in another way.

/// The prefix of every id. Binance allows 36 characters of `[A-Za-z0-9-_]` in all.
pub const PREFIX: &str = "sl";
/// The characters of the encoded intent: 62^22 > 2^128.
pub const INTENT_CHARACTERS: usize = 22;

/// The parts of an id of Slipstream's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The two characters of the install; empty in ids of releases before installs had characters.
    pub install: &'a str,
    /// The encoded intent.
    pub intent: &'a str,
    /// The number of the leg.
    pub leg: u16,
}

/// Splits a client order id of Slipstream's form into its parts; `None` if another program made it.
#[must_use]
pub fn split(id: &str) -> Option<Parts<'_>> {
    let (install, rest) = id.strip_prefix(PREFIX)?.split_once('-')?;
    let (intent, leg) = rest.split_once('-')?;
    let alphanumeric = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let fits = matches!(install.len(), 0 | 2) && intent.len() == INTENT_CHARACTERS;
    if !fits || !alphanumeric(install) || !alphanumeric(intent) {
        return None;
    }
    Some(Parts { install, intent, leg: leg.parse().ok()? })
}

/// Whether a Slipstream desk placed the order with this client order id. The order that a triggered conditional order becomes
/// keeps its id.
#[must_use]
pub fn is_from_slipstream(id: &str) -> bool {
    split(id).is_some()
}

/// Whether the exchange placed the order with this client order id to liquidate a position. Source: Binance USD-M futures,
/// "Event: Order Update", special client order ids.
#[must_use]
pub fn is_liquidation(id: &str) -> bool {
    id.starts_with("autoclose-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_split_into_install_intent_and_leg() {
        let parts = split("slAb-0355qhtT7I19h4oxHrvoac-12").unwrap();
        assert_eq!((parts.install, parts.intent, parts.leg), ("Ab", "0355qhtT7I19h4oxHrvoac", 12));
        assert_eq!(split("sl-0355qhtT7I19h4oxHrvoac-2").unwrap().install, "");
    }

    #[test]
    fn ids_of_other_programs_are_not_ours() {
        let others = [
            "web_1",
            "sl-",
            "sl-x-1",
            "slA-0355qhtT7I19h4oxHrvoac-1",
            "slAbc-0355qhtT7I19h4oxHrvoac-1",
            "sl--0355qhtT7I19h4oxHrvoac-1",
            "sl-0355qhtT7I19h4oxHrvoa_-1",
            "sl-0355qhtT7I19h4oxHrvoac-70000",
            "sl-0355qhtT7I19h4oxHrvoac",
            "x-0355qhtT7I19h4oxHrvoac-1",
            "",
        ];
        for id in others {
            assert!(!is_from_slipstream(id), "{id}");
        }
    }
}
