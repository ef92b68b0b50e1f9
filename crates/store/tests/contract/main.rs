//! A single contract test suite that runs on both engines: both must behave the same.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod accounts;
mod archive;
mod billing;
mod clients;
mod copies;
mod current_copies;
mod edges;
mod engine;
mod equity;
mod event_webhooks;
mod events;
mod executions;
mod first_day;
mod followed_keys;
mod group_commit;
mod instances;
mod intents;
mod keys;
mod leases;
mod ledgers;
mod messages;
mod outage;
mod own_sources;
mod paused_copies;
mod plans;
mod presets;
mod profiles;
mod reports;
mod risk_rules;
mod samples;
mod sign_in_ends;
mod signals;
mod strategies;
mod subs;
mod tokens;
mod trades;
mod users;
