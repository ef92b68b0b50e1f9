-- People whom another issuer vouches for (OIDC): one person per issuer and subject. They have no password: the text in its
-- place is empty.
create table identities (
    issuer     text   not null,
    subject    text   not null,
    user_id    uuid   not null references users (id) on delete cascade,
    created_at bigint not null,
    primary key (issuer, subject)
);
create index identities_user on identities (user_id);

-- What the operator says of a switch, to everybody.
alter table switches add column message text;

-- Counts the changes of each table that public lists are made of, whoever makes them: a kept answer is good while the
-- sum stays. Only rows that a public list shows count; a backtest's trades are in none.
create table public_versions (
    name    text   not null primary key,
    version bigint not null
);
insert into public_versions values ('plans', 0), ('risk_profiles', 0), ('strategies', 0), ('strategy_trades', 0);

create function public_list_changed() returns trigger language plpgsql as $$
begin
    update public_versions set version = version + 1 where name = tg_table_name;
    return null;
end $$;
create trigger plans_listed after insert or update or delete on plans
for each row execute function public_list_changed();
create trigger risk_profiles_listed after insert or update or delete on risk_profiles
for each row execute function public_list_changed();
create trigger strategies_listed after insert or update or delete on strategies
for each row execute function public_list_changed();
create trigger strategy_trades_listed after insert or update on strategy_trades
for each row when (new.kind = 'LIVE') execute function public_list_changed();
create trigger strategy_trades_unlisted after delete on strategy_trades
for each row when (old.kind = 'LIVE') execute function public_list_changed();
