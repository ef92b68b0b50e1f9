-- The outbox of mails carries messages of every channel: one machine delivers all of them.
alter table mails rename to messages;
alter table messages add column channel text not null default 'email' check (channel in ('email', 'telegram'));
-- What makes it a message that is written once; a reset link has none.
alter table messages add column once text;
-- Who is handing it over now, and until when nobody else does.
alter table messages add column holder text;
alter table messages add column sending_until integer;
-- Why the last attempt failed, in words that may be shown.
alter table messages add column failure text;
create unique index messages_once on messages (channel, once);

-- What a person is to be told of, once for each channel; messages are made of these, several of one group together.
create table notices (
    event_key  text    not null,
    user_id    blob    not null references users (id) on delete cascade,
    channel    text    not null check (channel in ('email', 'telegram')),
    kind       text    not null,
    group_key  text    not null,
    body       text    not null,
    at         integer not null,
    ready_at   integer not null,
    message_id blob,
    primary key (event_key, user_id, channel)
) strict;
create index notices_waiting on notices (user_id, channel, group_key) where message_id is null;
create index notices_at on notices (at);

create table notification_settings (
    user_id              blob    not null primary key references users (id) on delete cascade,
    weekly_report        integer not null check (weekly_report in (0, 1)),
    monthly_report       integer not null check (monthly_report in (0, 1)),
    email_new_order      integer not null check (email_new_order in (0, 1)),
    email_take_profit    integer not null check (email_take_profit in (0, 1)),
    email_stop_loss      integer not null check (email_stop_loss in (0, 1)),
    telegram_new_order   integer not null check (telegram_new_order in (0, 1)),
    telegram_take_profit integer not null check (telegram_take_profit in (0, 1)),
    telegram_stop_loss   integer not null check (telegram_stop_loss in (0, 1)),
    created_at           integer not null,
    updated_at           integer not null
) strict;

-- A person's chat with the bot, and the code that links one. The code is shown again, therefore sealed; it is found by
-- its keyed hash.
create table telegram_links (
    user_id         blob    not null primary key references users (id) on delete cascade,
    code_hash       blob    unique,
    code_sealed     blob,
    code_expires_at integer,
    chat_id         integer unique,
    active          integer not null check (active in (0, 1)),
    panic_asked_at  integer,
    created_at      integer not null,
    updated_at      integer not null
) strict;

-- A bot, by the fingerprint of its token: how far its updates are read, and how it stands with Telegram.
create table telegram_bots (
    name         text    not null primary key,
    username     text,
    next_update  integer not null,
    paused_until integer not null,
    refused_at   integer
) strict;

-- What is said on the simulator page, which stands in for Telegram where there is no bot.
create table simulated_chats (
    seq     integer primary key autoincrement,
    chat_id integer not null,
    once    text    not null unique,
    ours    integer not null check (ours in (0, 1)),
    body    text    not null,
    at      integer not null
) strict;
create index simulated_chats_chat on simulated_chats (chat_id, seq);

-- Secrets of the install that are no person's: signs unsubscribe links, hashes link codes.
create table desk_secrets (
    name       text    not null primary key,
    id         blob    not null,
    sealed     blob    not null,
    created_at integer not null
) strict;

-- Manual positions whose stop or targets stand at the exchange: looked at until none does.
create table protections (
    intent_id       blob    not null primary key references intents (id) on delete cascade,
    exchange_key_id blob    not null,
    symbol          text    not null,
    checked_at      integer not null
) strict;
create index protections_due on protections (checked_at);
