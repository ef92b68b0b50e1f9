-- When the person of a session last gave their password; older sessions have to give it before they change credentials.
alter table sessions add column authenticated_at bigint not null default 0;

-- The sign-ins of programs: all refresh tokens that follow from one of them are its family.
create table token_families (
    family_id        uuid   not null primary key,
    user_id          uuid   not null references users (id) on delete cascade,
    began_at         bigint not null,
    authenticated_at bigint not null
);
create index token_families_user on token_families (user_id);
insert into token_families
select distinct on (family_id) family_id, user_id, issued_at, 0 from refresh_tokens order by family_id, issued_at;

-- Forms that wait for their sender's password. The body is sealed: it may hold an exchange secret.
create table pending_forms (
    id         uuid   not null primary key,
    session_id uuid   not null references sessions (id) on delete cascade,
    body       bytea  not null,
    expires_at bigint not null
);
create index pending_forms_session on pending_forms (session_id);
create index pending_forms_expiry on pending_forms (expires_at);
