-- How a key's futures account is set up at its exchange, as of the last check. Entries need ONE_WAY.
alter table exchange_keys add column account_mode text not null default 'ONE_WAY'
    check (account_mode in ('ONE_WAY', 'HEDGE', 'MULTI_ASSETS', 'PORTFOLIO'));
