//! Tests of the engine and its market through the public interface: commands and ticks in, answers and events
//! out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper that cannot continue fails its test")]

mod amend;
mod both_venues;
mod candles;
mod conditional;
mod conservation;
mod desk;
mod funding;
mod futures;
mod futures_conservation;
mod hedge;
mod liquidation;
mod market_state;
mod markets;
mod naked;
mod past;
mod reduce_only;
mod replay;
mod settings;
mod spot;
mod spot_conditional;
mod spot_conservation;
mod spot_desk;
mod spot_lists;
mod steps;
