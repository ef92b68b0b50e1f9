//! The program `slipstream`: reads its configuration, opens the database and the exchange, and serves pages and HTTP
//! APIs. It decides nothing about trading: both doors call the use cases of `service`.

mod assets;
mod closed;
pub mod config;
mod cors;
pub mod document;
pub mod doors;
mod events;
mod exports;
mod guard;
mod headers;
mod health;
mod jobs;
mod limits;
mod metrics;
mod pace;
mod pages;
mod proxy;
pub mod rest;
pub mod router;
pub mod run;
mod step_up;
pub mod telemetry;
mod unsubscribe;
mod visitor;
pub mod watchdog;
