//! API clients: credentials that a user gives to a program so that it may act for them on the APIs of
//! 3Commas, Lumetrade and Currencycloud.
//!
//! The secret is encrypted, not hashed: verifying an HMAC requires the secret itself. It is shown once.

mod admit;
mod signature;
mod token;

pub(crate) use admit::Decoy;
pub use admit::{Program, by_secret, by_signature, permit};
pub use signature::{BodyKind, Signed, verify};
pub use token::{IDLE, by_token, sign_in, sign_out};

use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    identity::{Identity, step_up},
    messaging::notify::announce_credential,
    platform::{
        audit::{self, AuditAction},
        secrets::Sealed,
    },
};
use domain::{
    ApiClient, ApiClientId, Micros, Permission,
    account::Credential,
    api_client::Network,
    validation::{self, FieldProblem, Problem},
};
use store::api_client::ClientRow;
use zeroize::Zeroizing;

/// Table name that the encrypted secrets are bound to.
const TABLE: &str = "api_clients";
/// Maximum number of clients per user.
const MOST: usize = 50;
/// Maximum number of networks per client.
const MOST_NETWORKS: usize = 20;

/// Input for a new client.
#[derive(Clone, Debug, Default)]
pub struct NewClient {
    /// Display name.
    pub name: String,
    /// Wire names of [`Permission`].
    pub permissions: Vec<String>,
    /// RSA public key in PEM; if set, the client may sign with RSA as well.
    pub rsa_public_key: Option<String>,
    /// Addresses and networks the client may connect from; empty: anywhere.
    pub networks: Vec<String>,
    /// Time at which the client expires.
    pub expires_at: Option<Micros>,
}

/// A newly created client with its secret.
pub struct Made {
    /// The client.
    pub client: ApiClient,
    /// The secret, 64 hex characters; shown once.
    pub secret: Zeroizing<String>,
}

/// Creates a client.
///
/// # Errors
/// Fields: `name`, `permissions`, `rsaPublicKey`, `addresses`, `expiresAt`; [`Error::StepUp`].
pub async fn create(desk: &Identity, actor: &Actor, origin: &Origin, new: NewClient) -> Result<Made> {
    let now = desk.clock.now();
    let (name, permissions, networks) = checked(&new, now)?;
    step_up::require_recent_password(desk, actor).await?;
    let id = ApiClientId::mint(&*desk.clock, &*desk.entropy);
    let secret = Zeroizing::new(random_hex(desk, 32));
    let sealed = desk.sealer.seal(TABLE, id.0, actor.user.0, secret.as_bytes())?;
    let row = ClientRow {
        id,
        user_id: actor.user,
        name,
        login_id: format!("sl-{}", random_hex(desk, 8)),
        api_key: random_hex(desk, 32),
        sealed_secret: sealed.to_bytes(),
        rsa_public_key: new.rsa_public_key.filter(|pem| !pem.trim().is_empty()),
        permissions: permissions.iter().map(|p| p.word()).collect::<Vec<_>>().join(" "),
        networks: networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        created_at: now,
        expires_at: new.expires_at,
        last_used_at: None,
        last_used_from: None,
        revoked_at: None,
    };
    let mut tx = desk.db.begin().await?;
    actor.hold(&mut tx).await?;
    if store::api_client::list_by_user(&mut tx, actor.user).await?.len() >= MOST {
        return Err(Error::field("name", Problem::TooMany));
    }
    store::api_client::insert_client(&mut tx, &row).await?;
    let (action, subject) = (AuditAction::ClientCreated, id.to_string());
    audit::record(desk, &mut tx, Some(actor.user), action, &subject, Some(origin)).await?;
    let about = (subject.as_str(), row.name.as_str());
    announce_credential(desk, &mut tx, actor.user, Credential::ClientCreated, about).await?;
    tx.commit().await?;
    Ok(Made { client: shown(row)?, secret })
}

/// The user's clients that are not revoked, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(desk: &Identity, actor: &Actor) -> Result<Vec<ApiClient>> {
    store::api_client::list_by_user(&desk.db, actor.user).await?.into_iter().map(shown).collect()
}

/// Revokes a client and its tokens; takes effect with its next request. Returns the client's name.
///
/// # Errors
/// [`Error::NotFound`] if the user has no such client; [`Error::StepUp`].
pub async fn revoke(desk: &Identity, actor: &Actor, origin: &Origin, id: ApiClientId) -> Result<String> {
    step_up::require_recent_password(desk, actor).await?;
    let mut tx = desk.db.begin().await?;
    let known = store::api_client::list_by_user(&mut tx, actor.user).await?;
    let name = known.into_iter().find(|row| row.id == id).ok_or(Error::NotFound)?.name;
    if !store::api_client::revoke_client(&mut tx, actor.user, id, desk.clock.now()).await? {
        return Err(Error::NotFound);
    }
    let (action, subject) = (AuditAction::ClientRevoked, id.to_string());
    audit::record(desk, &mut tx, Some(actor.user), action, &subject, Some(origin)).await?;
    announce_credential(desk, &mut tx, actor.user, Credential::ClientRevoked, (&subject, &name)).await?;
    tx.commit().await?;
    Ok(name)
}

fn random_hex(desk: &Identity, bytes: usize) -> String {
    let mut random = Zeroizing::new(vec![0_u8; bytes]);
    desk.entropy.fill(&mut random);
    hex::encode(random.as_slice())
}

fn checked(new: &NewClient, now: Micros) -> Result<(String, Vec<Permission>, Vec<Network>)> {
    let mut problems = Vec::new();
    let mut fail = |field: &str, problem| problems.push(FieldProblem::new(field, problem));
    let name = validation::key_name(&new.name).unwrap_or_else(|problem| {
        fail("name", problem);
        String::new()
    });
    let permissions =
        Permission::parse_all(new.permissions.iter().map(String::as_str)).unwrap_or_else(|problem| {
            fail("permissions", problem);
            Vec::new()
        });
    if let Some(pem) = new.rsa_public_key.as_deref().filter(|pem| !pem.trim().is_empty())
        && !signature::is_public_key(pem)
    {
        fail("rsaPublicKey", Problem::NotPublicKey);
    }
    let networks =
        new.networks.iter().map(|text| text.parse()).collect::<std::result::Result<Vec<Network>, _>>();
    let networks = networks.ok().filter(|all| all.len() <= MOST_NETWORKS).unwrap_or_else(|| {
        fail("addresses", Problem::NotAddresses);
        Vec::new()
    });
    if new.expires_at.is_some_and(|at| at <= now) {
        fail("expiresAt", Problem::NotFuture);
    }
    if problems.is_empty() { Ok((name, permissions, networks)) } else { Err(Error::Fields(problems)) }
}

/// The client as shown to its owner.
fn shown(row: ClientRow) -> Result<ApiClient> {
    let permissions = Permission::parse_all(row.permissions.split(' '));
    let networks = row.networks.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>();
    Ok(ApiClient {
        id: row.id,
        name: row.name,
        login_id: row.login_id,
        api_key: row.api_key,
        permissions: permissions
            .map_err(|_| Error::fault("could not parse the permissions of an API client"))?,
        rsa: row.rsa_public_key.is_some(),
        networks: networks.map_err(|_| Error::fault("could not parse the IP whitelist of an API client"))?,
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used: row.last_used_at.zip(row.last_used_from),
        revoked_at: row.revoked_at,
    })
}

/// Decrypts a client's secret.
fn secret(desk: &Identity, row: &ClientRow) -> Result<Zeroizing<Vec<u8>>> {
    desk.sealer.open(TABLE, row.id.0, row.user_id.0, &Sealed::from_bytes(&row.sealed_secret)?)
}
