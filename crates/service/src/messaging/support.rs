//! Support requests from users to the operator. A request is stored and mailed to every admin in one
//! transaction.

use crate::{
    actor::{Actor, Origin},
    error::{Error, Result},
    messaging::{Messaging, mail},
    platform::{
        audit::{self, AuditAction},
        recipient::lang_of_user,
        throttle::{self, Bucket},
    },
};
use domain::{
    Role, TicketId,
    support::{self, Ticket},
    validation::FieldProblem,
};
use store::support::NewTicket;

/// Maximum requests shown to a user.
const MINE: i64 = 100;
/// Maximum requests shown to the operator.
const ALL: i64 = 500;

/// Sends a request to the operator.
///
/// # Errors
/// Problems of `subject` and `message`; too many requests.
pub async fn send_request(
    desk: &Messaging,
    actor: &Actor,
    origin: &Origin,
    subject: &str,
    message: &str,
) -> Result<Ticket> {
    let (subject, message) = checked(subject, message)?;
    throttle::count(desk, &[Bucket::Support(actor.user)]).await?;
    let ticket = Ticket {
        id: TicketId::mint(&*desk.clock, &*desk.entropy),
        email: actor.email.clone(),
        subject,
        message,
        created_at: desk.clock.now(),
        closed_at: None,
    };
    let new = NewTicket {
        id: ticket.id,
        user_id: actor.user,
        subject: &ticket.subject,
        message: &ticket.message,
        created_at: ticket.created_at,
    };
    let mut tx = desk.db.begin().await?;
    store::support::insert_ticket(&mut tx, &new).await?;
    for admin in store::user::list_admins(&mut tx).await? {
        let lang = lang_of_user(desk, &mut tx, admin.id).await?;
        let letter = mail::support_requested(desk, lang, &ticket);
        mail::enqueue(desk, &mut tx, Some(admin.id), &admin.email, &letter).await?;
    }
    let subject = ticket.id.to_string();
    audit::record(desk, &mut tx, Some(actor.user), AuditAction::SupportRequested, &subject, Some(origin))
        .await?;
    tx.commit().await?;
    Ok(ticket)
}

fn checked(subject: &str, message: &str) -> Result<(String, String)> {
    match (support::subject(subject), support::message(message)) {
        (Ok(subject), Ok(message)) => Ok((subject, message)),
        (subject, message) => {
            let subject = subject.err().map(|problem| FieldProblem::new("subject", problem));
            let message = message.err().map(|problem| FieldProblem::new("message", problem));
            Err(Error::Fields(subject.into_iter().chain(message).collect()))
        }
    }
}

/// The user's own requests, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list_own(desk: &Messaging, actor: &Actor) -> Result<Vec<Ticket>> {
    Ok(store::support::list_by_user(&desk.db, actor.user, MINE).await?)
}

/// All requests: open ones first, the oldest at the top.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin.
pub async fn list_tickets(desk: &Messaging, admin: &Actor) -> Result<Vec<Ticket>> {
    admin.must(Role::Admin)?;
    Ok(store::support::list_tickets(&desk.db, ALL).await?)
}

/// Closes a request; a closed one stays closed.
///
/// # Errors
/// [`Error::Forbidden`] for anyone but an admin; not found.
pub async fn close_request(desk: &Messaging, admin: &Actor, origin: &Origin, id: TicketId) -> Result<()> {
    admin.must(Role::Admin)?;
    let mut tx = desk.db.begin().await?;
    if store::support::close_ticket(&mut tx, id, admin.user, desk.clock.now()).await? {
        let subject = id.to_string();
        audit::record(desk, &mut tx, Some(admin.user), AuditAction::SupportClosed, &subject, Some(origin))
            .await?;
        return Ok(tx.commit().await?);
    }
    if store::support::ticket_exists(&mut tx, id).await? { Ok(()) } else { Err(Error::NotFound) }
}
