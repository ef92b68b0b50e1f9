//! Texts of the pages about reports and notices. The texts of a report itself are shared with its mail:
//! `service::report::words`.

use super::table;

table! {
    /// Reports and notices.
    Reports, reports {
        title: "Reports",
        lead: "What your week and your month came to, in the days of your own time zone. Each is mailed to you once and stays here.",
        empty: "No report yet. The first comes when this week ends: {}.",
        so_far: "This week so far",
        so_far_lead: "Not ended yet: this is how it stands now.",
        so_far_empty: "There is nothing to report yet. Connect a key: the first figures appear within two minutes.",
        fees_partly: "{}, not all collected yet",
        see_so_far: "See this week so far",
        col_period: "Period",
        col_days: "Days",
        week: "Week",
        month: "Month",
        settings: "Which reports are mailed to you",
        as_mailed: "As it is mailed",
        all: "All reports",
        menu: "Reports",

        notices: "Notices",
        notices_lead: "What has happened on your accounts in the last seven days, newest first.",
        notices_empty: "Nothing has happened yet. Orders, ended positions, what goes wrong with a key and new sign-ins are told here.",
        older: "Older",
        newest: "Newest",
        new: "New",
        bell: "Notices",
    }
}
