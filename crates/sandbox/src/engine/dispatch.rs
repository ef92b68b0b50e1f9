//! The dispatch of commands to the part of the engine that carries them out.

use super::{
    Account, AccountId, Command, CommandResult, Engine, NewAccount, Reject, Rights, cancel, futures_request,
    markets::MarketState, modes, naked, place, rejections, rounding, ruleset, settings, spot,
    terms::PositionId,
};
use crate::market::QUOTE;

impl Engine {
    /// Carries out a command.
    pub(super) fn dispatch(&mut self, command: Command) -> Result<CommandResult, Reject> {
        match command {
            Command::OpenAccount(new) => self.open_account(new),
            Command::SetPrice { pair, price } => self.set_price(pair, price).map(|()| CommandResult::Done),
            Command::ResetAccount { account } => self.with(account, settings::reset),
            Command::Place { account, order } => {
                self.with(account, |markets, account| place::place(markets, account, order))
            }
            Command::Cancel { account, market, which, order, cancel_id } => {
                let by = cancel_id.as_deref();
                self.with(account, |markets, account| {
                    cancel::cancel_order(markets, account, market, which, &order, by)
                })
            }
            Command::CancelAll { account, market, which, cancel_id } => {
                let by = cancel_id.as_deref();
                self.with(account, |markets, account| {
                    Ok(cancel::cancel_all_orders(markets, account, market, which, by))
                })
            }
            Command::Spot { account, market, action } => {
                self.with(account, |markets, account| spot::apply(markets, account, market, *action))
            }
            Command::SetLeverage { account, pair, leverage } => {
                self.with(account, |markets, account| settings::leverage(markets, account, pair, leverage))
            }
            Command::SetMarginMode { account, pair, mode } => {
                self.with(account, |markets, account| settings::margin_mode(markets, account, pair, mode))
            }
            Command::AdjustMargin { account, pair, amount, slot } => {
                let id = PositionId { pair, slot };
                self.with(account, |markets, account| settings::adjust_margin(markets, account, id, amount))
            }
            Command::Futures { account, request } => {
                self.with(account, |markets, account| futures_request::carry_out(markets, account, &request))
            }
            Command::AddKey { account, api_key, secret } => self.add_key(account, api_key, secret),
            Command::SetRights { account, rights } => self.set_rights(account, rights),
            Command::SetModes { account, dual, multi_assets, forced } => self
                .with(account, |markets, account| modes::set(markets, account, dual, multi_assets, forced)),
            Command::ChangeMarket(change) => self.change_market(&change),
            Command::RejectTriggers(rejection) => Ok(rejections::set(&mut self.markets, rejection)),
            Command::SetRules { version } => Ok(self.raise_rules(version)),
            Command::Fund { account, wallet, amount, reference } => self.with(account, |markets, account| {
                settings::fund(markets, account, wallet, amount, reference)
            }),
            Command::Transfer { account, from, asset, amount } => self
                .with(account, |markets, account| settings::transfer(markets, account, from, &asset, amount)),
        }
    }

    /// Switches to newer rules and starts measuring the naked time of existing accounts.
    fn raise_rules(&mut self, version: u32) -> CommandResult {
        let before = self.markets.ruleset;
        self.markets.ruleset = before.max(version);
        if before < ruleset::TRADE_NUMBERS && version >= ruleset::TRADE_NUMBERS {
            self.markets.number_trades();
        }
        if before < ruleset::STEPPED_VOLUMES && version >= ruleset::STEPPED_VOLUMES {
            self.markets.tape.step_volumes();
        }
        let now = self.markets.now;
        for account in self.accounts.values_mut() {
            naked::measure(account, now);
        }
        CommandResult::Done
    }

    fn set_rights(&mut self, account: AccountId, rights: Rights) -> Result<CommandResult, Reject> {
        self.with(account, |_, account| {
            account.rights = rights;
            Ok(CommandResult::Done)
        })
    }

    /// Runs a closure on an account.
    fn with(
        &mut self,
        id: AccountId,
        act: impl FnOnce(&mut MarketState, &mut Account) -> Result<CommandResult, Reject>,
    ) -> Result<CommandResult, Reject> {
        let account = self.accounts.get_mut(&id).ok_or_else(Reject::invalid_key)?;
        act(&mut self.markets, account)
    }

    fn open_account(&mut self, new: NewAccount) -> Result<CommandResult, Reject> {
        let ceiling = settings::LARGEST_FUNDS;
        let funds = [new.spot_funds, new.futures_funds];
        if funds.iter().any(|f| f.is_sign_negative() || *f > ceiling || f.scale() > rounding::PLACES) {
            return Err(Reject::precision());
        }
        if self.keys.contains_key(&new.api_key) {
            return Err(Reject::key_taken());
        }
        let id = AccountId(self.markets.ids.account());
        self.keys.insert(new.api_key.clone(), id);
        self.markets.counterparty.issue(QUOTE, new.spot_funds + new.futures_funds);
        self.accounts.insert(id, Account::open(id, self.markets.now, new));
        Ok(CommandResult::Account(id))
    }
}
