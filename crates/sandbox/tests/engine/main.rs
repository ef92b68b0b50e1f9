//! The engine and its market, from outside: commands and ticks in, answers and events out.

mod candles;
mod conditional;
mod conservation;
mod desk;
mod funding;
mod futures;
mod liquidation;
mod replay;
mod settings;
mod spot;
