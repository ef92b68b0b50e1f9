-- Accounts that take no new trades: frozen by their owner, who does not know what happened, or suspended by the operator.
alter table users add column frozen_at bigint;
alter table users add column suspended_at bigint;

-- Who was shown the token of a strategy's webhook: it ends with everything else that they hold.
alter table strategies add column hook_by uuid references users (id) on delete set null;

-- Links "this was not me" that were used, by the message that carried them.
create table freeze_links (
    message_id uuid   not null primary key,
    user_id    uuid   not null references users (id) on delete cascade,
    used_at    bigint not null,
    expires_at bigint not null
);
create index freeze_links_user on freeze_links (user_id);
create index freeze_links_expiry on freeze_links (expires_at);

-- Changes that could leave the desk without an admin take turns on this row.
create table role_changes (
    id bigint not null primary key
);
insert into role_changes values (1);
