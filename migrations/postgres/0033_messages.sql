-- The outbox of mails carries messages of every channel: one machine delivers all of them.
alter table mails rename to messages;
alter table messages add column channel text not null default 'email' check (channel in ('email', 'telegram'));
-- What makes it a message that is written once; a reset link has none.
alter table messages add column once text;
-- Who is handing it over now, and until when nobody else does.
alter table messages add column holder text;
alter table messages add column sending_until bigint;
-- Why the last attempt failed, in words that may be shown.
alter table messages add column failure text;
create unique index messages_once on messages (channel, once);

-- What a person is to be told of, once for each channel; messages are made of these, several of one group together.
create table notices (
    event_key  text   not null,
    user_id    uuid   not null references users (id) on delete cascade,
    channel    text   not null check (channel in ('email', 'telegram')),
    kind       text   not null,
    group_key  text   not null,
    body       text   not null,
    at         bigint not null,
    ready_at   bigint not null,
    message_id uuid,
    primary key (event_key, user_id, channel)
);
create index notices_waiting on notices (user_id, channel, group_key) where message_id is null;
create index notices_at on notices (at);

create table notification_settings (
    user_id              uuid    not null primary key references users (id) on delete cascade,
    weekly_report        boolean not null,
    monthly_report       boolean not null,
    email_new_order      boolean not null,
    email_take_profit    boolean not null,
    email_stop_loss      boolean not null,
    telegram_new_order   boolean not null,
    telegram_take_profit boolean not null,
    telegram_stop_loss   boolean not null,
    created_at           bigint  not null,
    updated_at           bigint  not null
);

-- A person's chat with the bot, and the code that links one. The code is shown again, therefore sealed; it is found by
-- its keyed hash.
create table telegram_links (
    user_id         uuid    not null primary key references users (id) on delete cascade,
    code_hash       bytea   unique,
    code_sealed     bytea,
    code_expires_at bigint,
    chat_id         bigint  unique,
    active          boolean not null,
    panic_asked_at  bigint,
    created_at      bigint  not null,
    updated_at      bigint  not null
);

-- A bot, by the fingerprint of its token: how far its updates are read, and how it stands with Telegram.
create table telegram_bots (
    name         text   not null primary key,
    username     text,
    next_update  bigint not null,
    paused_until bigint not null,
    refused_at   bigint
);

-- What is said on the simulator page, which stands in for Telegram where there is no bot.
create table simulated_chats (
    seq     bigint generated always as identity primary key,
    chat_id bigint  not null,
    once    text    not null unique,
    ours    boolean not null,
    body    text    not null,
    at      bigint  not null
);
create index simulated_chats_chat on simulated_chats (chat_id, seq);

-- Secrets of the install that are no person's: signs unsubscribe links, hashes link codes.
create table desk_secrets (
    name       text   not null primary key,
    id         uuid   not null,
    sealed     bytea  not null,
    created_at bigint not null
);

-- Manual positions whose stop or targets stand at the exchange: looked at until none does.
create table protections (
    intent_id       uuid   not null primary key references intents (id) on delete cascade,
    exchange_key_id uuid   not null,
    symbol          text   not null,
    checked_at      bigint not null
);
create index protections_due on protections (checked_at);
