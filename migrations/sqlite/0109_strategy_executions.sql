-- How each strategy's newest signals were executed on the accounts that copy it: figures for everyone, as JSON, computed by a
-- job for some minutes after each signal.
create table strategy_executions (
    strategy_id blob    not null primary key references strategies (id) on delete cascade,
    figures     text    not null,
    computed_at integer not null
) strict;

-- A public list shows them, so each change counts.
insert into public_versions values ('strategy_executions', 0);
create trigger strategy_executions_insert_listed after insert on strategy_executions
begin update public_versions set version = version + 1 where name = 'strategy_executions'; end;
create trigger strategy_executions_update_listed after update on strategy_executions when new.figures <> old.figures
begin update public_versions set version = version + 1 where name = 'strategy_executions'; end;
create trigger strategy_executions_delete_listed after delete on strategy_executions
begin update public_versions set version = version + 1 where name = 'strategy_executions'; end;
