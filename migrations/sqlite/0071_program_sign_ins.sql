-- The owner sees each sign-in of a program, and can end it: which program, from where, and when it last refreshed its tokens.
alter table token_families add column user_agent text not null default '';
alter table token_families add column address text not null default '';
alter table token_families add column last_used_at integer not null default 0;
update token_families set last_used_at = coalesce(
    (select max(r.issued_at) from refresh_tokens r where r.family_id = token_families.family_id), began_at);
