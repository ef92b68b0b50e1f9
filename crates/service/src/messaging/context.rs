//! State of the notifications: the mail server and the Telegram bot.

use crate::{
    messaging::notify::{Mailer, telegram::Telegram},
    platform::SharedPlatform,
};
use std::{ops::Deref, sync::Arc};

/// The context of messaging: its own state and the platform.
pub struct Messaging {
    platform: SharedPlatform,
    /// Client of the mail server.
    pub(crate) mailer: Mailer,
    /// The Telegram bot, or its simulator.
    pub(crate) telegram: Telegram,
}

/// Shared handle of the district's context.
pub type SharedMessaging = Arc<Messaging>;

impl Messaging {
    /// # Errors
    /// When the configuration of mail or Telegram cannot be used.
    pub(crate) fn new(platform: SharedPlatform) -> anyhow::Result<SharedMessaging> {
        Ok(Arc::new(Self {
            mailer: Mailer::new(&platform.settings.mail)?,
            telegram: Telegram::new(&platform.settings.telegram)?,
            platform,
        }))
    }
}

impl Deref for Messaging {
    type Target = SharedPlatform;

    fn deref(&self) -> &SharedPlatform {
        &self.platform
    }
}
