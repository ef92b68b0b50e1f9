//! Texts of the page about event webhooks.

use super::{table, texts};
use domain::event_webhook::{DeliveryProblem as P, DeliveryState as S, EventTopic as T};

table! {
    /// Event webhooks.
    EventWebhooks, event_webhooks {
        title: "Event webhooks",
        lead: "Slipstream sends your events to your own program: orders, fills, trades, protection, rules and keys.",
        none: "No event webhooks yet.",
        name: "Name",
        name_hint: "Up to 24 characters, visible only to you.",
        url: "URL",
        url_hint: "An https:// address that is reachable from the internet.",
        topics: "Events",
        create_title: "Create an event webhook",
        create: "Create webhook",
        once_title: "Copy the secret now",
        once_lead: "Your program checks the signature of each event with it. It's shown only once and stored encrypted.",
        secret: "Secret",
        created(date): "Created {date}",
        failing(time): "Deliveries fail since {time} UTC",
        both(time): "The previous secret works until {time} UTC",
        active: "Active",
        disabled: "Disabled",
        disabled_failing: "Disabled: no event could be delivered for three days. Check the URL and your program, then enable the webhook again.",
        edit: "Edit webhook",
        save: "Save changes",
        enable: "Enable webhook",
        disable: "Disable webhook",
        test: "Send test event",
        rotate: "Replace secret",
        rotate_sure(name): "Replace the secret of “{name}”? The previous secret works for 24 more hours.",
        remove: "Remove webhook",
        remove_sure(name): "Remove “{name}” and its log? Its address receives no more events.",
        log(name): "Deliveries of {name}",
        log_title: "Latest deliveries",
        log_none: "No deliveries yet.",
        col_event: "Event",
        col_state: "Status",
        col_answer: "Answer",
        col_action: "Action",
        attempts(count): plural { one: "{count} attempt", other: "{count} attempts" },
        answered(status, milliseconds): "HTTP {status} in {milliseconds} ms",
        again: "Send again",
        docs: "Event types, example bodies and signature checks: see the API documentation",
    }
}

texts! {
    /// A topic of events.
    topic(T) {
        T::Order => "Orders",
        T::Fill => "Fills",
        T::Trade => "Closed trades",
        T::Protection => "Stop protection",
        T::Rule => "Risk rules",
        T::Key => "Exchange keys",
        T::Account => "Account and plan",
    }
}

texts! {
    /// The state of a delivery.
    delivery_state(S) {
        S::Waiting => "Waiting",
        S::Retrying => "Retrying",
        S::Delivered => "Delivered",
        S::Failed => "Failed",
    }
}

texts! {
    /// Why an attempt failed.
    delivery_problem(P) {
        P::Status => "The address rejected the event.",
        P::Timeout => "No answer within 10 seconds.",
        P::NotPublic => "The host has a private IP address.",
        P::NotAllowed => "This install doesn't send events to this host. Ask the admin to allow it.",
        P::NoAddress => "The host name can't be resolved.",
        P::Connection => "The connection failed.",
        P::Interrupted => "The attempt was interrupted. The event may have arrived.",
    }
}
