-- Addresses of users' own programs that receive the users' events.
create table event_webhooks (
    id              uuid   not null primary key,
    user_id         uuid   not null references users (id) on delete cascade,
    name            text   not null,
    url             text   not null,
    -- The topics, separated by spaces.
    topics          text   not null,
    sealed_secret   bytea  not null,
    -- The secret before the last rotation, which signs too until then.
    sealed_previous bytea,
    previous_until  bigint,
    disabled        text   check (disabled in ('OWNER', 'FAILING')),
    -- Events up to this number have their deliveries.
    after_seq       bigint not null,
    failing_since   bigint,
    -- The instance that delivers, and until when no other one may.
    holder          text,
    held_until      bigint,
    created_at      bigint not null,
    check ((sealed_previous is null) = (previous_until is null))
);
create index event_webhooks_user on event_webhooks (user_id);

-- The deliveries of each webhook: those that wait, and the newest of the others as its log.
create table event_deliveries (
    id              uuid   not null primary key,
    webhook_id      uuid   not null references event_webhooks (id) on delete cascade,
    -- The event's number; null for a test.
    seq             bigint,
    kind            text   not null,
    body            text   not null,
    created_at      bigint not null,
    -- Counted before each attempt.
    attempts        bigint not null,
    -- Null after the delivery succeeded or failed for good.
    next_attempt_at bigint,
    attempted_at    bigint,
    delivered_at    bigint,
    status          bigint,
    duration_ms     bigint,
    answer          text,
    problem         text   check (problem in ('STATUS', 'TIMEOUT', 'NOT_PUBLIC', 'NO_ADDRESS', 'CONNECTION',
                                               'INTERRUPTED')),
    unique (webhook_id, seq)
);
create index event_deliveries_due on event_deliveries (webhook_id, next_attempt_at) where next_attempt_at is not null;
