-- Who runs a background job, until when: two instances share the work.
create table job_leases (
    name   text   not null primary key,
    holder text   not null,
    until  bigint not null
);
