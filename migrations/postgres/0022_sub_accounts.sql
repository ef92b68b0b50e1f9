-- Whose look an account's pages wear; the admin adds more.
create table brands (
    name   text    not null primary key,
    broker boolean not null
);
insert into brands values ('currencycloud', true);

-- Legal entities on the books (Currencycloud). The main one is the owner's own.
create table sub_accounts (
    id                   uuid    not null primary key,
    user_id              uuid    not null references users (id),
    short_reference      text    not null unique,
    main                 boolean not null,
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
    api_trading          boolean not null,
    online_trading       boolean not null,
    phone_trading        boolean not null,
    identification_type  text,
    identification_value text,
    created_at           bigint  not null,
    updated_at           bigint  not null
);
create index sub_accounts_user on sub_accounts (user_id, id);
create unique index sub_accounts_main on sub_accounts (user_id) where main;
create index sub_accounts_brand on sub_accounts (brand);

-- The last number given on a day; short references are made of both.
create table short_references (
    day  text   not null primary key,
    last bigint not null
);

-- What 3Commas programs know an exchange account by: a random number, so that none can be guessed from another.
create table account_numbers (
    exchange_key_id uuid   not null primary key references exchange_keys (id) on delete cascade,
    number          bigint not null unique
);
