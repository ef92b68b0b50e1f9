-- Whether a trade was opened beside others, whose position it shares.
alter table trades add column beside boolean not null default false;
create index trades_overlap on trades (exchange_key_id, symbol, closed_at) where opened_at is not null;
