//! The program `slipstream`: reads its configuration, opens the database and the exchange, and serves pages
//! and HTTP APIs. It contains no trading logic: pages and APIs both call the use cases of `service`.

pub mod api_router;
mod assets;
mod closed;
pub mod config;
mod cors;
pub mod document;
mod events;
mod exports;
pub mod front;
mod guard;
pub mod harden;
mod headers;
mod health;
pub mod hosts;
mod in_flight;
mod jobs;
mod limits;
mod maintenance_notice;
mod metrics;
pub mod network;
mod pace;
mod pages;
mod proxy;
mod proxy_hint;
pub mod rest;
mod roles;
mod route_info;
pub mod router;
pub mod run;
mod same_site;
mod script;
mod step_up;
pub mod telemetry;
mod unsubscribe;
mod visitor;
pub mod watchdog;
