//! The foundation of the other districts: configuration, secrets, the audit log, rate limits, and the state that several
//! instances share.

pub mod archive;
pub mod audit;
mod context;
pub mod fence;
pub(crate) mod heartbeats;
pub(crate) mod locks;
pub(crate) mod opaque;
pub(crate) mod outward;
pub mod pace;
pub mod public_list;
pub(crate) mod recent;
pub(crate) mod recipient;
pub mod rejection;
pub mod secrets;
pub mod settings;
pub(crate) mod shares;
pub(crate) mod spreadsheet;
pub mod system;
pub(crate) mod throttle;
pub mod time_zone;
pub(crate) mod user_events;
pub(crate) mod watched;
pub mod work;

pub(crate) use context::PlatformParts;
pub use context::{Platform, SharedPlatform};
