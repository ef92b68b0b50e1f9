-- Settings of the ticket that users have saved under a name. They have no prices: `settings` is JSON with distances.
create table ticket_presets (
    id         uuid    not null primary key,
    user_id    uuid    not null references users (id) on delete cascade,
    name       text    not null,
    settings   text    not null,
    created_at bigint  not null,
    unique (user_id, name)
);
