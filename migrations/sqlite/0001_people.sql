-- People, how they sign in, and what is told and noted about it.
create table users (
    id            blob    not null primary key check (length(id) = 16),
    email         text    not null unique check (length(email) between 3 and 254),
    password_hash text    not null,
    role          text    not null check (role in ('trader', 'admin')),
    created_at    integer not null,
    updated_at    integer not null
) strict;

-- A browser. Without a user it is anonymous: it only carries flashes.
create table sessions (
    id           blob    not null primary key check (length(id) = 16),
    user_id      blob    references users (id) on delete cascade,
    token_hash   blob    not null unique check (length(token_hash) = 32),
    user_agent   text    not null,
    address      text    not null,
    created_at   integer not null,
    last_seen_at integer not null,
    expires_at   integer not null
) strict;
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table flashes (
    id         blob    not null primary key check (length(id) = 16),
    session_id blob    not null references sessions (id) on delete cascade,
    body       text    not null,
    expires_at integer not null
) strict;
create index flashes_session on flashes (session_id);
create index flashes_expiry on flashes (expires_at);

create table password_resets (
    token_hash blob    not null primary key check (length(token_hash) = 32),
    user_id    blob    not null references users (id) on delete cascade,
    created_at integer not null,
    expires_at integer not null,
    used_at    integer
) strict;
create index password_resets_user on password_resets (user_id);
create index password_resets_expiry on password_resets (expires_at);

create table refresh_tokens (
    token_hash blob    not null primary key check (length(token_hash) = 32),
    family_id  blob    not null check (length(family_id) = 16),
    user_id    blob    not null references users (id) on delete cascade,
    issued_at  integer not null,
    expires_at integer not null,
    used_at    integer,
    revoked_at integer
) strict;
create index refresh_tokens_family on refresh_tokens (family_id);
create index refresh_tokens_user on refresh_tokens (user_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);

create table signing_keys (
    id         blob    not null primary key check (length(id) = 16),
    public_key blob    not null,
    sealed     blob    not null,
    created_at integer not null,
    retired_at integer
) strict;

create table throttle (
    bucket         text    not null primary key,
    count          integer not null check (count > 0),
    window_ends_at integer not null
) strict;
create index throttle_expiry on throttle (window_ends_at);

create table mails (
    id              blob    not null primary key check (length(id) = 16),
    user_id         blob    references users (id) on delete set null,
    to_address      text    not null,
    sealed_body     blob    not null,
    created_at      integer not null,
    sent_at         integer,
    attempts        integer not null check (attempts >= 0),
    next_attempt_at integer not null,
    failed_at       integer
) strict;
create index mails_user on mails (user_id);
create index mails_due on mails (next_attempt_at) where sent_at is null and failed_at is null;

create table audit (
    id      integer not null primary key autoincrement,
    user_id blob    references users (id) on delete set null,
    action  text    not null,
    subject text    not null,
    detail  text    not null,
    address text    not null,
    at      integer not null
) strict;
create index audit_user on audit (user_id, id);
