//! Texts of maintenance mode, for everyone and for operators.

use super::table;

table! {
    /// Maintenance mode.
    Closed, closed {
        title: "Down for maintenance",
        lead: "The desk is closed for a while. Your positions keep their stops and are still looked after.",
        since: "Since {} UTC.",
        banner: "The desk is closed to everybody but you.",
        open_title: "The desk is open",
        open_lead: "There is no maintenance at the moment.",
        home: "To the start",
        operate: "Maintenance",
        operate_lead: "While the desk is closed, people see a page that says so and programs are answered 503. You can sign in and open it again. Positions are looked after all the time, and signals are copied unless you pause that, too.",
        now_open: "The desk is open.",
        now_closed: "The desk is closed to everybody but you.",
        message: "Message",
        message_hint: "Everybody reads it: what happens, and until when.",
        close: "Close the desk",
        change: "Change the message",
        open: "Open the desk",
        reviews: "Accounts under review",
        reviews_lead: "The exchange shows orders that this desk sent and its database does not know, as after a restore. Missing stops are placed. Nothing is entered, cancelled or closed there until you confirm.",
        not_looked_at: "The account has not been checked yet. The desk checks one every few seconds.",
        supervised: "The desk supervises this position.",
        not_supervised: "The desk does not know its stop and does not supervise it.",
        confirm: "Confirm differences",
    }
}
