-- When a position was settled. Its row is kept for a few seconds more when a request of ours may still arrive at the exchange: what
-- arrives then is found again and cancelled.
alter table protected_trades add column ended_at integer;
