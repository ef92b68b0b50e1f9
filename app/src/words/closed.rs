//! Texts of maintenance mode, for everyone and for admins.

use super::table;

table! {
    /// Maintenance mode.
    Closed, closed {
        title: "Down for maintenance",
        lead: "Slipstream is in maintenance mode. Your positions keep their stop losses and stay supervised.",
        since(time): around { "Since {time} UTC." },
        banner: "Maintenance mode is on: only admins can sign in.",
        open_title: "Slipstream is online",
        open_lead: "No maintenance is in progress.",
        home: "Go to home page",
        maintenance_title: "Maintenance",
        maintenance_lead: "In maintenance mode, users see a maintenance page and API requests get status 503. Admins can still sign in. Positions stay supervised, and signals are copied unless you pause copying.",
        now_open: "Maintenance mode is off.",
        now_closed: "Maintenance mode is on: only admins can sign in.",
        message: "Message",
        message_hint: "Shown to all users: what is happening, and until when.",
        close: "Turn on maintenance mode",
        change: "Update message",
        open: "Turn off maintenance mode",
        reviews: "Accounts under review",
        reviews_lead: "The exchange shows orders that Slipstream sent but that aren't in its database, for example after a restore. Missing stops are placed. Nothing else is opened, cancelled or closed until you confirm.",
        not_looked_at: "Not checked yet. Slipstream checks one account every few seconds.",
        supervised(symbol, difference): "{symbol}: {difference}. Slipstream supervises this position.",
        not_supervised(symbol, difference): "{symbol}: {difference}. Slipstream doesn't know the stop of this position and doesn't supervise it.",
        confirm: "Confirm differences",
    }
}
