-- Who a person is to the payment provider, and when it was last asked about them.
create table billing_customers (
    user_id     uuid   not null primary key references users (id) on delete cascade,
    customer_id text   not null unique,
    created_at  bigint not null,
    asked_at    bigint not null
);
create index billing_customers_asked on billing_customers (asked_at);

-- Subscriptions as the provider last told them. It decides; this is a copy that outlives its silence.
create table subscriptions (
    id                   text    not null primary key,
    user_id              uuid    not null references users (id) on delete cascade,
    plan_id              uuid    not null references plans (id),
    item_id              text    not null,
    state                text    not null,
    amount               bigint  not null,
    currency             text    not null,
    billing_interval     text    not null,
    trial_period_days    bigint,
    period_start         bigint  not null,
    period_end           bigint  not null,
    cancel_at_period_end boolean not null,
    cancel_at            bigint,
    trial_start          bigint,
    trial_end            bigint,
    created_at           bigint  not null,
    asked_at             bigint  not null,
    -- Counts every change: of two who saw the same row, one writes.
    version              bigint  not null,
    -- What its owner was told last: of which period's failed payment, of which end to come, and that it lapsed.
    told_failed          bigint,
    told_ending          bigint,
    told_lapsed          bigint
);
create index subscriptions_user on subscriptions (user_id);
create index subscriptions_period on subscriptions (period_end);

-- What we decided to ask of the provider, written before it is asked. The id is the idempotency key.
create table billing_operations (
    id              uuid    not null primary key,
    user_id         uuid    not null references users (id) on delete cascade,
    kind            text    not null,
    status          text    not null,
    plan_id         uuid    references plans (id),
    subscription_id text,
    cancel          boolean,
    session_id      text,
    url             text,
    expires_at      bigint,
    created_at      bigint  not null,
    updated_at      bigint  not null
);
create unique index billing_operations_working on billing_operations (user_id) where status = 'working';
create unique index billing_operations_open on billing_operations (user_id) where status = 'open';

-- Messages of the provider that were heard; each is acted upon once.
create table billing_events (
    id         text   not null primary key,
    handled_at bigint not null
);
create index billing_events_handled on billing_events (handled_at);

-- Plans that the operator gave to a person.
create table plan_grants (
    user_id    uuid   not null primary key references users (id) on delete cascade,
    plan_id    uuid   not null references plans (id),
    granted_by uuid   references users (id) on delete set null,
    granted_at bigint not null
);
