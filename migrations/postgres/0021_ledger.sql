-- Where a person lives, which decides the currencies they may hold. Without a row: the install's default.
create table profiles (
    user_id    uuid    not null primary key references users (id) on delete cascade,
    country    text    not null check (length(country) = 2),
    updated_at bigint  not null
);

create table currencies (
    code  text    not null primary key,
    name  text    not null,
    scale bigint  not null check (scale between 0 and 8)
);

-- Which currencies are enabled where. The row of a country stands before that of everywhere, '*'.
create table currency_rules (
    country  text    not null,
    currency text    not null references currencies (code),
    enabled  boolean not null,
    primary key (country, currency)
);
create index currency_rules_currency on currency_rules (currency);

insert into currencies values
    ('ZAR', 'South African rand', 2), ('USD', 'US dollar', 2), ('EUR', 'Euro', 2), ('GBP', 'Pound sterling', 2),
    ('AED', 'UAE dirham', 2), ('SAR', 'Saudi riyal', 2), ('BTC', 'Bitcoin', 8), ('ETH', 'Ether', 8),
    ('USDT', 'Tether', 6), ('USDC', 'USD Coin', 6);
insert into currency_rules select '*', code, true from currencies;

-- Accounts in units of 10^-8. A person's never goes below what is held; the house's are the other side of money that
-- comes and goes, and may.
create table ledger_accounts (
    id         uuid    not null primary key,
    public_id  text    not null unique,
    user_id    uuid    references users (id),
    purpose    text    not null check (purpose in ('person', 'issued', 'exchange')),
    currency   text    not null references currencies (code),
    total      bigint  not null,
    locked     bigint  not null check (locked >= 0),
    created_at bigint  not null,
    check ((purpose = 'person') = (user_id is not null)),
    check (purpose <> 'person' or total >= locked)
);
create unique index ledger_accounts_person on ledger_accounts (user_id, currency) where purpose = 'person';
create unique index ledger_accounts_house on ledger_accounts (purpose, currency) where purpose <> 'person';

-- Balanced movements: the entries of one transaction add up to nothing in every currency. Neither ever changes.
create table ledger_transactions (
    id        uuid    not null primary key,
    kind      text    not null check (kind in ('credit', 'to-exchange', 'from-exchange', 'transfer')),
    -- What makes it happen once: a second one of the same reference is refused.
    reference text    not null unique,
    by_user   uuid    references users (id),
    memo      text    not null,
    at        bigint  not null
);

create table ledger_entries (
    transaction_id uuid    not null references ledger_transactions (id),
    seq            bigint  not null,
    account_id     uuid    not null references ledger_accounts (id),
    amount         bigint  not null check (amount <> 0),
    total_after    bigint  not null,
    primary key (transaction_id, seq)
);
create index ledger_entries_account on ledger_entries (account_id, transaction_id);

create function ledger_is_only_added_to() returns trigger language plpgsql as $$
begin raise exception 'the ledger is only added to'; end $$;
create trigger ledger_transactions_stay before update or delete on ledger_transactions
for each row execute function ledger_is_only_added_to();
create trigger ledger_entries_stay before update or delete on ledger_entries
for each row execute function ledger_is_only_added_to();

-- Funds that are spoken for. The open ones of an account add up to its locked balance.
create table ledger_holds (
    id         uuid    not null primary key,
    account_id uuid    not null references ledger_accounts (id),
    amount     bigint  not null check (amount > 0),
    open       boolean not null,
    created_at bigint  not null,
    ended_at   bigint,
    check ((ended_at is null) = open)
);
create index ledger_holds_open on ledger_holds (account_id) where open;

-- Funds on their way to or from an exchange account, written before the exchange is told.
create table transfers (
    id              uuid    not null primary key,
    user_id         uuid    not null references users (id),
    account_id      uuid    not null references ledger_accounts (id),
    exchange_key_id uuid    not null,
    api_key         text    not null,
    trade_type      text    not null check (trade_type in ('SPOT', 'FUTURES')),
    kind            text    not null check (kind in ('to-exchange', 'from-exchange')),
    amount          bigint  not null check (amount > 0),
    hold_id         uuid    references ledger_holds (id),
    status          text    not null check (status in ('working', 'done', 'failed')),
    lease_until     bigint  not null,
    created_at      bigint  not null,
    updated_at      bigint  not null
);
create index transfers_key on transfers (exchange_key_id, created_at);
create index transfers_working on transfers (lease_until) where status = 'working';
