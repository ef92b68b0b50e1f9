//! What moves in the browser. Islands share one stream and one [`bus::Bus`] per tab.
//!
//! The islands of every page take no props and read the stream by hand, without serde: together they stay small. The
//! trade desk alone brings the heavy parts.

pub(crate) mod bus;
#[cfg(any(feature = "ssr", feature = "desk"))]
pub mod desk;
pub mod pill;
pub mod price;
#[cfg(feature = "islands")]
pub(crate) mod stream;
pub mod toasts;
pub(crate) mod told;
