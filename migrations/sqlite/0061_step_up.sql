-- When the person of a session last gave their password; older sessions have to give it before they change credentials.
alter table sessions add column authenticated_at integer not null default 0;

-- The sign-ins of programs: all refresh tokens that follow from one of them are its family.
create table token_families (
    family_id        blob    not null primary key,
    user_id          blob    not null references users (id) on delete cascade,
    began_at         integer not null,
    authenticated_at integer not null
) strict;
create index token_families_user on token_families (user_id);
insert into token_families
select family_id, user_id, min(issued_at), 0 from refresh_tokens group by family_id;

-- Forms that wait for their sender's password. The body is sealed: it may hold an exchange secret.
create table pending_forms (
    id         blob    not null primary key,
    session_id blob    not null references sessions (id) on delete cascade,
    body       blob    not null,
    expires_at integer not null
) strict;
create index pending_forms_session on pending_forms (session_id);
create index pending_forms_expiry on pending_forms (expires_at);
