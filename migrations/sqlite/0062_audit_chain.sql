-- The audit is read by people now: which browser or program did it.
alter table audit add column client text not null default '';

-- It is only added to.
create trigger audit_stays before update on audit
begin select raise(abort, 'the audit is only added to'); end;
create trigger audit_lasts before delete on audit
begin select raise(abort, 'the audit is only added to'); end;

-- A chain over the rows of the audit: each seal is a MAC, under a key that the database holds sealed only, of its row and of the
-- seal before it.
create table audit_seals (
    seq       integer not null primary key,
    audit_id  integer not null unique references audit (id),
    mac       blob    not null check (length(mac) = 32),
    sealed_at integer not null
) strict;
create trigger audit_seals_stay before update on audit_seals
begin select raise(abort, 'the audit is only added to'); end;
create trigger audit_seals_last before delete on audit_seals
begin select raise(abort, 'the audit is only added to'); end;
