//! Tests of the sandbox as its clients see it: Binance's protocol, the streams, the control API, and crashes.

#[cfg(test)]
mod control;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod lag;
#[cfg(test)]
mod naked;
#[cfg(test)]
mod rest;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod spot_lists;
#[cfg(test)]
mod spot_orders;
#[cfg(test)]
mod spot_shapes;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod trading;
