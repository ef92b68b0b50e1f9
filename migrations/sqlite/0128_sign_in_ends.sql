-- How many times sign-ins of a user have ended, and when last: instances read it to end the user's open event streams.
-- A row is deleted once every instance has had time to read it.
create table sign_in_ends (
    user_id  blob    not null primary key references users (id) on delete cascade,
    count    integer not null,
    ended_at integer not null
) strict;

create index sign_in_ends_by_time on sign_in_ends (ended_at);
