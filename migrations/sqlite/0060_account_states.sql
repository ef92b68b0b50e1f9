-- Accounts that take no new trades: frozen by their owner, who does not know what happened, or suspended by the operator.
alter table users add column frozen_at integer;
alter table users add column suspended_at integer;

-- Who was shown the token of a strategy's webhook: it ends with everything else that they hold.
alter table strategies add column hook_by blob references users (id) on delete set null;

-- Links "this was not me" that were used, by the message that carried them.
create table freeze_links (
    message_id blob    not null primary key,
    user_id    blob    not null references users (id) on delete cascade,
    used_at    integer not null,
    expires_at integer not null
) strict;
create index freeze_links_user on freeze_links (user_id);
create index freeze_links_expiry on freeze_links (expires_at);

-- Changes that could leave the desk without an admin take turns on this row.
create table role_changes (
    id integer not null primary key
) strict;
insert into role_changes values (1);
