-- A session gets a new token when its password is given again. The token before it stays valid for some seconds, because requests
-- may be on their way with it.
alter table sessions add column previous_hash bytea check (length(previous_hash) = 32);
alter table sessions add column previous_until bigint;
create index sessions_previous on sessions (previous_hash);
