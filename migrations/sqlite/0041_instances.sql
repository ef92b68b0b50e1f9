-- The instances that share this database, and until when each may send orders. On Postgres only, by the database's own clock:
-- an SQLite file has one process, and the lock on its folder is the lease. A new process of the same name counts the generation
-- up, which ends what the one before it may do.
create table instances (
    name        text    not null primary key,
    generation  integer not null,
    lease_until integer not null,
    updated_at  integer not null
) strict;
