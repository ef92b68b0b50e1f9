-- Whose look an account's pages wear; the admin adds more.
create table brands (
    name   text    not null primary key,
    broker integer not null check (broker in (0, 1))
) strict;
insert into brands values ('currencycloud', 1);

-- Legal entities on the books (Currencycloud). The main one is the owner's own.
create table sub_accounts (
    id                   blob    not null primary key check (length(id) = 16),
    user_id              blob    not null references users (id),
    short_reference      text    not null unique,
    main                 integer not null check (main in (0, 1)),
    account_name         text    not null,
    brand                text    not null references brands (name),
    your_reference       text,
    status               text    not null check (status in ('enabled', 'enabled_no_trading', 'disabled')),
    legal_entity_type    text    not null check (legal_entity_type in ('company', 'individual')),
    street               text    not null,
    city                 text    not null,
    postal_code          text    not null,
    state_or_province    text,
    country              text    not null,
    spread_table         text    not null,
    api_trading          integer not null check (api_trading in (0, 1)),
    online_trading       integer not null check (online_trading in (0, 1)),
    phone_trading        integer not null check (phone_trading in (0, 1)),
    identification_type  text,
    identification_value text,
    created_at           integer not null,
    updated_at           integer not null
) strict;
create index sub_accounts_user on sub_accounts (user_id, id);
create unique index sub_accounts_main on sub_accounts (user_id) where main = 1;
create index sub_accounts_brand on sub_accounts (brand);

-- The last number given on a day; short references are made of both.
create table short_references (
    day  text    not null primary key,
    last integer not null
) strict;

-- What 3Commas programs know an exchange account by: a random number, so that none can be guessed from another.
create table account_numbers (
    exchange_key_id blob    not null primary key references exchange_keys (id) on delete cascade,
    number          integer not null unique
) strict;
