-- Deliveries to hosts that the admin has not listed have a problem of their own.
alter table event_deliveries drop constraint event_deliveries_problem_check;
alter table event_deliveries add constraint event_deliveries_problem_check
    check (problem in ('STATUS', 'TIMEOUT', 'NOT_PUBLIC', 'NO_ADDRESS', 'CONNECTION', 'INTERRUPTED', 'NOT_ALLOWED'));
