-- People whom another issuer vouches for (OIDC): one person per issuer and subject. They have no password: the text in its
-- place is empty.
create table identities (
    issuer     text    not null,
    subject    text    not null,
    user_id    blob    not null references users (id) on delete cascade,
    created_at integer not null,
    primary key (issuer, subject)
) strict;
create index identities_user on identities (user_id);

-- What the operator says of a switch, to everybody.
alter table switches add column message text;

-- Counts the changes of each table that public lists are made of, whoever makes them: a kept answer is good while the
-- sum stays. Only rows that a public list shows count; a backtest's trades are in none.
create table public_versions (
    name    text    not null primary key,
    version integer not null
) strict;
insert into public_versions values ('plans', 0), ('risk_profiles', 0), ('strategies', 0), ('strategy_trades', 0);

create trigger plans_insert_listed after insert on plans
begin update public_versions set version = version + 1 where name = 'plans'; end;
create trigger plans_update_listed after update on plans
begin update public_versions set version = version + 1 where name = 'plans'; end;
create trigger plans_delete_listed after delete on plans
begin update public_versions set version = version + 1 where name = 'plans'; end;
create trigger risk_profiles_insert_listed after insert on risk_profiles
begin update public_versions set version = version + 1 where name = 'risk_profiles'; end;
create trigger risk_profiles_update_listed after update on risk_profiles
begin update public_versions set version = version + 1 where name = 'risk_profiles'; end;
create trigger risk_profiles_delete_listed after delete on risk_profiles
begin update public_versions set version = version + 1 where name = 'risk_profiles'; end;
create trigger strategies_insert_listed after insert on strategies
begin update public_versions set version = version + 1 where name = 'strategies'; end;
create trigger strategies_update_listed after update on strategies
begin update public_versions set version = version + 1 where name = 'strategies'; end;
create trigger strategies_delete_listed after delete on strategies
begin update public_versions set version = version + 1 where name = 'strategies'; end;
create trigger strategy_trades_insert_listed after insert on strategy_trades when new.kind = 'LIVE'
begin update public_versions set version = version + 1 where name = 'strategy_trades'; end;
create trigger strategy_trades_update_listed after update on strategy_trades when new.kind = 'LIVE'
begin update public_versions set version = version + 1 where name = 'strategy_trades'; end;
create trigger strategy_trades_delete_listed after delete on strategy_trades when old.kind = 'LIVE'
begin update public_versions set version = version + 1 where name = 'strategy_trades'; end;
