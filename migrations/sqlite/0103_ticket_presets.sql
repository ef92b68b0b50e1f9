-- Settings of the ticket that users have saved under a name. They have no prices: `settings` is JSON with distances.
create table ticket_presets (
    id         blob    not null primary key check (length(id) = 16),
    user_id    blob    not null references users (id) on delete cascade,
    name       text    not null,
    settings   text    not null,
    created_at integer not null,
    unique (user_id, name)
) strict;
