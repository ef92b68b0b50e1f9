-- People, how they sign in, and what is told and noted about it.
create table users (
    id            uuid   not null primary key,
    email         text   not null unique check (length(email) between 3 and 254),
    password_hash text   not null,
    role          text   not null check (role in ('trader', 'admin')),
    created_at    bigint not null,
    updated_at    bigint not null
);

-- A browser. Without a user it is anonymous: it only carries flashes.
create table sessions (
    id           uuid   not null primary key,
    user_id      uuid   references users (id) on delete cascade,
    token_hash   bytea  not null unique check (length(token_hash) = 32),
    user_agent   text   not null,
    address      text   not null,
    created_at   bigint not null,
    last_seen_at bigint not null,
    expires_at   bigint not null
);
create index sessions_user on sessions (user_id);
create index sessions_expiry on sessions (expires_at);

create table flashes (
    id         uuid   not null primary key,
    session_id uuid   not null references sessions (id) on delete cascade,
    body       text   not null,
    expires_at bigint not null
);
create index flashes_session on flashes (session_id);
create index flashes_expiry on flashes (expires_at);

create table password_resets (
    token_hash bytea  not null primary key check (length(token_hash) = 32),
    user_id    uuid   not null references users (id) on delete cascade,
    created_at bigint not null,
    expires_at bigint not null,
    used_at    bigint
);
create index password_resets_user on password_resets (user_id);
create index password_resets_expiry on password_resets (expires_at);

create table refresh_tokens (
    token_hash bytea  not null primary key check (length(token_hash) = 32),
    family_id  uuid   not null,
    user_id    uuid   not null references users (id) on delete cascade,
    issued_at  bigint not null,
    expires_at bigint not null,
    used_at    bigint,
    revoked_at bigint
);
create index refresh_tokens_family on refresh_tokens (family_id);
create index refresh_tokens_user on refresh_tokens (user_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);

create table signing_keys (
    id         uuid   not null primary key,
    public_key bytea  not null,
    sealed     bytea  not null,
    created_at bigint not null,
    retired_at bigint
);

create table throttle (
    bucket         text   not null primary key,
    count          bigint not null check (count > 0),
    window_ends_at bigint not null
);
create index throttle_expiry on throttle (window_ends_at);

create table mails (
    id              uuid   not null primary key,
    user_id         uuid   references users (id) on delete set null,
    to_address      text   not null,
    sealed_body     bytea  not null,
    created_at      bigint not null,
    sent_at         bigint,
    attempts        bigint not null check (attempts >= 0),
    next_attempt_at bigint not null,
    failed_at       bigint
);
create index mails_user on mails (user_id);
create index mails_due on mails (next_attempt_at) where sent_at is null and failed_at is null;

create table audit (
    id      bigint generated always as identity primary key,
    user_id uuid   references users (id) on delete set null,
    action  text   not null,
    subject text   not null,
    detail  text   not null,
    address text   not null,
    at      bigint not null
);
create index audit_user on audit (user_id, id);
