-- What a person's pages were told of under a name, so that it is told once, whoever finds it out and however often.
create table told (
    user_id uuid   not null references users (id) on delete cascade,
    once    text   not null,
    at      bigint not null,
    primary key (user_id, once)
);
create index told_at on told (at);
