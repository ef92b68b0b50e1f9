-- Whether a trade was opened beside others, whose position it shares.
alter table trades add column beside integer not null default 0 check (beside in (0, 1));
