-- How each strategy's newest signals were executed on the accounts that copy it: figures for everyone, as JSON, computed by a
-- job for some minutes after each signal.
create table strategy_executions (
    strategy_id uuid   not null primary key references strategies (id) on delete cascade,
    figures     text   not null,
    computed_at bigint not null
);

-- A public list shows them, so each change counts.
insert into public_versions values ('strategy_executions', 0);
create trigger strategy_executions_listed after insert or delete on strategy_executions
for each row execute function public_list_changed();
create trigger strategy_executions_changed after update on strategy_executions
for each row when (new.figures <> old.figures) execute function public_list_changed();
