//! API keys: an account may have several.

use super::{Account, AccountId, ApiSecret, CommandResult, Engine, Reject};

impl Account {
    /// The secret of one of its keys.
    #[must_use]
    pub fn secret_of(&self, api_key: &str) -> Option<&ApiSecret> {
        if self.api_key == api_key { Some(&self.secret) } else { self.more_keys.get(api_key) }
    }
}

impl Engine {
    pub(super) fn add_key(
        &mut self,
        id: AccountId,
        api_key: String,
        secret: ApiSecret,
    ) -> Result<CommandResult, Reject> {
        if self.keys.contains_key(&api_key) {
            return Err(Reject::key_taken());
        }
        let account = self.accounts.get_mut(&id).ok_or_else(Reject::invalid_key)?;
        account.more_keys.insert(api_key.clone(), secret);
        self.keys.insert(api_key, id);
        Ok(CommandResult::Done)
    }
}
