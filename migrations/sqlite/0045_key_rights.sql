-- What a key is known to be allowed, as of its last check, and its owner's word about the account.
-- The key may withdraw: it takes no entries until its owner removes that right.
alter table exchange_keys add column may_withdraw integer not null default 0 check (may_withdraw in (0, 1));
-- When the exchange ends the key's right to trade; none when it names no date.
alter table exchange_keys add column expires_at integer;
-- The account is also traded outside Slipstream: such fills are no news.
alter table exchange_keys add column traded_elsewhere integer not null default 0 check (traded_elsewhere in (0, 1));
