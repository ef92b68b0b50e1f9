//! Tests of the sandbox as its clients see it: Binance's protocol, the streams, the control API, and crashes.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod control;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod depth;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod ear;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod futures_market;
#[cfg(test)]
mod futures_orders;
#[cfg(test)]
mod hedge;
#[cfg(test)]
mod key_kinds;
#[cfg(test)]
mod lag;
#[cfg(test)]
mod market_streams;
#[cfg(test)]
mod naked;
mod past;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod retired;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod shape;
#[cfg(test)]
mod spot_lists;
#[cfg(test)]
mod spot_orders;
#[cfg(test)]
mod spot_replace;
#[cfg(test)]
mod spot_shapes;
#[cfg(test)]
mod stream_ends;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod tickers;
#[cfg(test)]
mod time_units;
#[cfg(test)]
mod trading;
#[cfg(test)]
mod ws_api;
#[cfg(test)]
mod ws_sessions;
