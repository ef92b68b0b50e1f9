//! People on both databases: signing up and in, passwords, sessions, tokens, flashes, and what the database gives away.

mod people {
    mod account;
    mod database_bytes;
    mod passwords;
    mod sessions;
    mod setting;
    mod tokens;
}
