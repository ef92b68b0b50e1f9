-- One value sealed under the master key. It is opened at start: a desk with a wrong key refuses to start.
create table master_key_canary (
    id         bigint not null primary key check (id = 1),
    row_id     uuid   not null,
    sealed     bytea  not null,
    created_at bigint not null
);

-- One row per instance, written when /healthz asks and no other write has shown that the database can be written.
create table write_probes (
    instance text   not null primary key,
    at       bigint not null
);
