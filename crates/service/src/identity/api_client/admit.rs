//! Authentication of programs. An unknown key is looked up, decrypted and compared like any other, against a
//! random secret: neither the answer nor the amount of work distinguishes a wrong key from a wrong secret.

use super::{Signed, TABLE, secret, signature};
use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::Identity,
    platform::{
        rejection::{self, Rejection},
        throttle::{self, Bucket},
    },
};
use domain::{ApiClient, ApiClientId, Micros, Permission, UserId, account::AccountState, time::MINUTE};
use std::sync::OnceLock;
use store::api_client::ClientRow;
use uuid::Uuid;
use zeroize::Zeroizing;

/// An authenticated program.
#[derive(Clone, Debug)]
pub struct Program {
    /// The user it acts for.
    pub actor: Actor,
    /// The client whose credentials it used.
    pub client: ApiClient,
}

impl Program {
    /// Checks that the client has the permission.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if not.
    pub fn must(&self, permission: Permission) -> Result<()> {
        if self.client.permissions.contains(&permission) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

/// Dummy client, used in place of an unknown key.
#[derive(Default)]
pub(crate) struct Decoy(OnceLock<ClientRow>);

impl Decoy {
    fn row(&self, desk: &Identity) -> Result<ClientRow> {
        if let Some(row) = self.0.get() {
            return Ok(row.clone());
        }
        let mut unknown = Zeroizing::new([0_u8; 32]);
        desk.entropy.fill(unknown.as_mut());
        let text = Zeroizing::new(hex::encode(unknown.as_slice()));
        let sealed = desk.sealer.seal(TABLE, Uuid::nil(), Uuid::nil(), text.as_bytes())?;
        let row = ClientRow {
            id: ApiClientId(Uuid::nil()),
            user_id: UserId(Uuid::nil()),
            name: String::new(),
            login_id: String::new(),
            api_key: String::new(),
            sealed_secret: sealed.to_bytes(),
            rsa_public_key: None,
            permissions: Permission::AccountsRead.word().to_owned(),
            networks: String::new(),
            created_at: Micros(0),
            expires_at: None,
            last_used_at: None,
            last_used_from: None,
            revoked_at: None,
        };
        Ok(self.0.get_or_init(|| row).clone())
    }
}

/// Authenticates a program by key and secret (Lumetrade).
///
/// # Errors
/// [`Error::Unauthenticated`] for a wrong key, a wrong secret, a revoked or expired client, or an address
/// outside the client's networks; too many attempts.
pub async fn by_secret(desk: &Identity, origin: &Origin, key: &str, given: &str) -> Result<Program> {
    patience(desk, origin).await?;
    let row = store::api_client::by_key(&desk.db, key).await?;
    let known = owner(row.as_ref());
    let row = compare(desk, row, |secret, _| signature::same(secret, given.as_bytes()))?;
    noted(desk, origin, known, admit(desk, origin, row).await)
}

/// Authenticates a program by the signature of its request (3Commas). `None` if the client exists but the
/// signature is wrong: keys are public, and 3Commas answers the two cases differently. The amount of work is
/// the same.
///
/// # Errors
/// As [`by_secret`], except for a wrong signature.
pub async fn by_signature(
    desk: &Identity,
    origin: &Origin,
    key: &str,
    signed: &Signed<'_>,
) -> Result<Option<Program>> {
    patience(desk, origin).await?;
    let row = store::api_client::by_key(&desk.db, key).await?;
    let known = owner(row.as_ref());
    let row = compare(desk, row, |secret, pem| signature::verify(secret, pem, signed))?;
    let wrong = known.is_some() && row.is_none();
    match noted(desk, origin, known, admit(desk, origin, row).await) {
        Err(Error::Unauthenticated) if wrong => Ok(None),
        admitted => admitted.map(Some),
    }
}

/// Rejects networks that have sent too many wrong keys recently.
pub(super) async fn patience(desk: &Identity, origin: &Origin) -> Result<()> {
    let below = throttle::ensure_below_limit(desk, &Bucket::Programs(origin)).await;
    if matches!(below, Err(Error::TooMany { .. })) {
        rejection::note(desk, Rejection::Throttled, None, origin);
    }
    below
}

/// The client and the user whose key was presented.
pub(super) fn owner(row: Option<&ClientRow>) -> Option<(UserId, ApiClientId)> {
    row.map(|row| (row.user_id, row.id))
}

/// Notes a rejection. It costs the same for a known and an unknown key: nothing is written here.
pub(super) fn noted(
    desk: &Identity,
    origin: &Origin,
    known: Option<(UserId, ApiClientId)>,
    admitted: Result<Program>,
) -> Result<Program> {
    let (user, client) = (known.map(|(user, _)| user), known.map(|(_, client)| client));
    match &admitted {
        Err(Error::Unauthenticated) => rejection::note(desk, Rejection::Program(client), user, origin),
        Err(Error::TooMany { .. }) => rejection::note(desk, Rejection::Throttled, user, origin),
        _ => {}
    }
    admitted
}

/// Checks that a program has the permission, if one is needed; notes a rejection.
///
/// # Errors
/// [`Error::Forbidden`] if not.
pub fn permit(desk: &Identity, origin: &Origin, program: &Program, needed: Option<Permission>) -> Result<()> {
    let permitted = needed.map_or(Ok(()), |permission| program.must(permission));
    if permitted.is_err() {
        rejection::note(desk, Rejection::Forbidden, Some(program.actor.user), origin);
    }
    permitted
}

/// Returns the client if `fits` accepts its secret. The decoy is compared as well but never returned.
pub(super) fn compare(
    desk: &Identity,
    row: Option<ClientRow>,
    fits: impl FnOnce(&[u8], Option<&str>) -> bool,
) -> Result<Option<ClientRow>> {
    let (row, real) = match row {
        Some(row) => (row, true),
        None => (desk.decoy.row(desk)?, false),
    };
    let secret = secret(desk, &row)?;
    let right = fits(&secret, row.rsa_public_key.as_deref());
    Ok(Some(row).filter(|_| right & real))
}

/// Completes the authentication of a client whose secret was right: checks that it is neither revoked nor
/// expired, that it connects from one of its networks, and that its owner is active.
pub(super) async fn admit(desk: &Identity, origin: &Origin, row: Option<ClientRow>) -> Result<Program> {
    let now = desk.clock.now();
    let owner = row.as_ref().map_or(UserId(Uuid::nil()), |row| row.user_id);
    let user = store::user::get_user(&desk.db, owner).await?;
    let user = user.filter(|user| user.state() == AccountState::Active);
    let client = row.map(super::shown).transpose()?;
    let at_home = |c: &ApiClient| c.networks.is_empty() || c.networks.iter().any(|n| n.holds(origin.address));
    let (Some(client), Some(user)) = (client.filter(|c| c.alive(now) && at_home(c)), user) else {
        throttle::note(desk, &Bucket::Programs(origin)).await?;
        return Err(Error::Unauthenticated);
    };
    throttle::count(desk, &[Bucket::Client(client.id)]).await?;
    if client.last_used.as_ref().is_none_or(|(at, _)| now.since(*at) >= MINUTE) {
        let mut tx = desk.db.begin().await?;
        store::api_client::touch(&mut tx, client.id, now, &origin.address.to_string()).await?;
        tx.commit().await?;
    }
    let actor = Actor {
        user: user.id,
        email: user.email,
        role: user.role,
        session: None,
        token: None,
        from: Some(origin.clone()),
    };
    Ok(Program { actor, client })
}
