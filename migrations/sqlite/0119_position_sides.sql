-- The position that an intent acts on: in hedge mode a market has a long and a short one, which are worked independently.
alter table intents add column position_side text not null default 'BOTH'
    check (position_side in ('BOTH', 'LONG', 'SHORT'));

-- One intent at a time works on a position of an account.
drop index intents_working;
create unique index intents_working on intents (exchange_key_id, symbol, position_side) where status = 'working';
