//! Browsers that have signed in before. A stranger's wrong passwords lock an account for strangers; a browser or a network that
//! its owner has signed in from has a count of its own, so that nobody can shut an owner out.

use crate::{
    Desk, Origin, Result,
    audit::Deed,
    notify::secret::{Purpose, sign, verify},
    throttle::Bucket,
};
use domain::UserId;
use std::net::IpAddr;

/// The value of the cookie that names a browser of this person: its number, and our signature of number and person.
///
/// # Errors
/// When the install's secret cannot be read.
pub async fn cookie(desk: &Desk, user: UserId) -> Result<String> {
    let mut number = [0_u8; 16];
    desk.chance.fill(&mut number);
    let number = hex::encode(number);
    let signature = sign(desk, Purpose::Device, &signed(&number, user)).await?;
    Ok(format!("{number}.{}", hex::encode(signature)))
}

/// Whether the browser of this request has a cookie for this person.
///
/// # Errors
/// When the install's secret cannot be read.
pub async fn is_known(desk: &Desk, origin: &Origin, user: UserId) -> Result<bool> {
    Ok(number(desk, origin, user).await?.is_some())
}

fn signed(number: &str, user: UserId) -> String {
    format!("{number}.{}", user.0.simple())
}

/// The number of the browser, if it has signed in as this person before.
async fn number(desk: &Desk, origin: &Origin, user: UserId) -> Result<Option<String>> {
    let cookie = origin.device.as_deref().unwrap_or_default();
    let (number, signature) = cookie.split_once('.').unwrap_or_default();
    let signature = hex::decode(signature).unwrap_or_default();
    // Asked also without a cookie: the time must not depend on it.
    let ours = verify(desk, Purpose::Device, &signed(number, user), &signature).await?;
    Ok(ours.then(|| number.to_owned()))
}

/// What counts sign-ins of this person from this origin: what they were seen with before counts by itself, and everything else
/// together. The same work is done for an address that nobody has (`user` is then nobody's id).
pub(crate) async fn bucket<'a>(
    desk: &Desk,
    origin: &Origin,
    user: UserId,
    email: &'a str,
) -> Result<Bucket<'a>> {
    let device = number(desk, origin, user).await?;
    let places = store::audit::places(&desk.db, user, Deed::SignedUp.word(), Deed::SignedIn.word()).await?;
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
