//! Browsers that have signed in before. Wrong passwords from unknown origins lock an account for unknown
//! origins only; a browser or network that its owner has signed in from is counted separately, so that an
//! attacker cannot lock the owner out.

use crate::{
    actor::Origin,
    error::Result,
    identity::Identity,
    platform::{
        audit::AuditAction,
        secrets::{Purpose, sign, verify_signature},
        throttle::Bucket,
    },
};
use domain::UserId;
use std::net::IpAddr;

/// The device cookie of a browser of this user: a random number, and a signature over number and user.
///
/// # Errors
/// When the install's secret cannot be read.
pub async fn cookie(desk: &Identity, user: UserId) -> Result<String> {
    let mut number = [0_u8; 16];
    desk.entropy.fill(&mut number);
    let number = hex::encode(number);
    let signature = sign(desk, Purpose::Device, &signed(&number, user)).await?;
    Ok(format!("{number}.{}", hex::encode(signature)))
}

/// Whether the request carries a device cookie of this user.
///
/// # Errors
/// When the install's secret cannot be read.
pub async fn is_known(desk: &Identity, origin: &Origin, user: UserId) -> Result<bool> {
    Ok(number(desk, origin, user).await?.is_some())
}

fn signed(number: &str, user: UserId) -> String {
    format!("{number}.{}", user.0.simple())
}

/// The number in the device cookie, if the signature is valid for this user.
async fn number(desk: &Identity, origin: &Origin, user: UserId) -> Result<Option<String>> {
    let cookie = origin.device.as_deref().unwrap_or_default();
    let (number, signature) = cookie.split_once('.').unwrap_or_default();
    let signature = hex::decode(signature).unwrap_or_default();
    // Verify even without a cookie, so that the time does not depend on it.
    let ours = verify_signature(desk, Purpose::Device, &signed(number, user), &signature).await?;
    Ok(ours.then(|| number.to_owned()))
}

/// The rate-limit bucket for sign-ins of this user from this origin: known browsers and networks have their
/// own, all others share one. The same work is done for an unknown address (`user` is then the nil id).
pub(crate) async fn bucket<'a>(
    desk: &Identity,
    origin: &Origin,
    user: UserId,
    email: &'a str,
) -> Result<Bucket<'a>> {
    let device = number(desk, origin, user).await?;
    let places = store::audit::list_addresses(
        &desk.db,
        user,
        AuditAction::SignedUp.word(),
        AuditAction::SignedIn.word(),
    )
    .await?;
    let network = origin.network();
    let here = |place: &String| {
        place.parse::<IpAddr>().is_ok_and(|address| Origin::new(address, "").network() == network)
    };
    Ok(match device {
        Some(number) => Bucket::Known(email, format!("device:{number}")),
        None if places.iter().any(here) => Bucket::Known(email, format!("network:{network}")),
        None => Bucket::Account(email),
    })
}
