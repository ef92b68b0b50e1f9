-- Whether a trade was opened beside others, whose position it shares.
alter table trades add column beside integer not null default 0 check (beside in (0, 1));
create index trades_overlap on trades (exchange_key_id, symbol, closed_at) where opened_at is not null;
