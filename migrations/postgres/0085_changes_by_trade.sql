-- One request may change several trades of a market: it cancels all their entries. So a change has an entry per trade.
alter table trade_changes drop constraint trade_changes_pkey;
drop index trade_changes_trade;
alter table trade_changes add primary key (trade_id, id);
create index trade_changes_intent on trade_changes (id);
