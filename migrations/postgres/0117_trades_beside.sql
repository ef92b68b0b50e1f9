-- Whether a trade was opened beside others, whose position it shares.
alter table trades add column beside boolean not null default false;
