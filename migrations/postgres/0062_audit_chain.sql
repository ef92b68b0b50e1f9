-- The audit is read by people now: which browser or program did it.
alter table audit add column client text not null default '';

-- It is only added to.
create function audit_is_only_added_to() returns trigger language plpgsql as $$
begin raise exception 'the audit is only added to'; end $$;
create trigger audit_stays before update or delete on audit
for each row execute function audit_is_only_added_to();

-- A chain over the rows of the audit: each seal is a MAC, under a key that the database holds sealed only, of its row and of the
-- seal before it.
create table audit_seals (
    seq       bigint not null primary key,
    audit_id  bigint not null unique references audit (id),
    mac       bytea  not null check (length(mac) = 32),
    sealed_at bigint not null
);
create trigger audit_seals_stay before update or delete on audit_seals
for each row execute function audit_is_only_added_to();
