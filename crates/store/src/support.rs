//! Support tickets.

use crate::{Result, Source, Tx};
use domain::{Micros, TicketId, UserId, support::Ticket};
use sqlx::FromRow;

/// A ticket to add.
#[derive(Clone, Copy, Debug)]
pub struct NewTicket<'a> {
    /// Id of the ticket.
    pub id: TicketId,
    /// The user who wrote it.
    pub user_id: UserId,
    /// Subject, on one line.
    pub subject: &'a str,
    /// Message, which may have several lines.
    pub message: &'a str,
    /// When it was sent.
    pub created_at: Micros,
}

#[derive(FromRow)]
struct Row {
    id: TicketId,
    email: String,
    subject: String,
    message: String,
    created_at: Micros,
    closed_at: Option<Micros>,
}

impl From<Row> for Ticket {
    fn from(row: Row) -> Self {
        let Row { id, email, subject, message, created_at, closed_at } = row;
        Self { id, email, subject, message, created_at, closed_at }
    }
}

/// Adds a ticket.
pub async fn insert_ticket(tx: &mut Tx, new: &NewTicket<'_>) -> Result<()> {
    exec!(
        tx,
        "insert into tickets (id, user_id, subject, message, created_at) values ($1, $2, $3, $4, $5)",
        new.id,
        new.user_id,
        new.subject,
        new.message,
        new.created_at
    )?;
    Ok(())
}

select! {
    tickets -> Row,
    "t.id, u.email, t.subject, t.message, t.created_at, t.closed_at",
    "from tickets t join users u on u.id = t.user_id"
}

/// Lists a user's tickets, newest first.
pub async fn list_by_user(from: impl Source, user: UserId, limit: i64) -> Result<Vec<Ticket>> {
    let rows = tickets!(from, fetch_all, "where t.user_id = $1 order by t.id desc limit $2", user, limit)?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// Lists all tickets: first the open ones, oldest first, then the closed ones, newest first.
pub async fn list_tickets(from: impl Source, limit: i64) -> Result<Vec<Ticket>> {
    let rows = tickets!(
        from,
        fetch_all,
        "order by case when t.closed_at is null then 0 else 1 end, \
           case when t.closed_at is null then t.created_at else -t.closed_at end, t.id limit $1",
        limit
    )?;
    Ok(rows.into_iter().map(Ticket::from).collect())
}

/// Returns whether the ticket exists.
pub async fn ticket_exists(from: impl Source, id: TicketId) -> Result<bool> {
    Ok(value!(TicketId, from, "select id from tickets where id = $1", id)?.is_some())
}

/// Closes an open ticket; returns whether this call closed it.
pub async fn close_ticket(tx: &mut Tx, id: TicketId, by: UserId, at: Micros) -> Result<bool> {
    let rows = exec!(
        tx,
        "update tickets set closed_at = $3, closed_by = $2 where id = $1 and closed_at is null",
        id,
        by,
        at
    )?;
    Ok(rows == 1)
}
