//! Notification settings and the Telegram link.

use super::Iso;
use domain::notification;
use serde::Serialize;
use utoipa::ToSchema;

/// "Get Notification Settings".
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct Notification {
    pub weekly_report: bool,
    pub monthly_report: bool,
    pub email_new_order: bool,
    pub email_take_profit: bool,
    pub email_stop_loss: bool,
    pub telegram_new_order: bool,
    pub telegram_take_profit: bool,
    pub telegram_stop_loss: bool,
    pub created_at: Iso,
    pub updated_at: Iso,
}

impl From<notification::Preferences> for Notification {
    fn from(set: notification::Preferences) -> Self {
        let on = set.switches;
        Self {
            weekly_report: on.weekly_report,
            monthly_report: on.monthly_report,
            email_new_order: on.email_new_order,
            email_take_profit: on.email_take_profit,
            email_stop_loss: on.email_stop_loss,
            telegram_new_order: on.telegram_new_order,
            telegram_take_profit: on.telegram_take_profit,
            telegram_stop_loss: on.telegram_stop_loss,
            created_at: Iso(set.created_at),
            updated_at: Iso(set.updated_at),
        }
    }
}

/// "Get Alert Method".
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)] // the fields are the document's
pub struct Method {
    #[schema(example = "https://t.me/example")]
    pub telegram_bot_url: String,
    #[schema(example = "8pvv88pj")]
    pub telegram_auth_code: String,
    pub telegram_active: bool,
    pub created_at: Iso,
    pub updated_at: Iso,
}

impl From<notification::Method> for Method {
    fn from(method: notification::Method) -> Self {
        Self {
            telegram_bot_url: method.bot_url,
            telegram_auth_code: method.code,
            telegram_active: method.active,
            created_at: Iso(method.created_at),
            updated_at: Iso(method.updated_at),
        }
    }
}
