-- Programs' credentials on the desk. The secret is sealed by the service: HMACs are checked with it.
create table api_clients (
    id             uuid   not null primary key,
    user_id        uuid   not null references users (id) on delete cascade,
    name           text   not null,
    login_id       text   not null unique,
    api_key        text   not null unique,
    sealed_secret  bytea  not null,
    rsa_public_key text,
    permissions    text   not null,
    networks       text   not null,
    created_at     bigint not null,
    expires_at     bigint,
    last_used_at   bigint,
    last_used_from text,
    revoked_at     bigint
);
create index api_clients_user on api_clients (user_id);

-- What a client that has signed in (Currencycloud) sends instead of its secret.
create table client_tokens (
    token_hash bytea  not null primary key check (length(token_hash) = 32),
    client_id  uuid   not null references api_clients (id) on delete cascade,
    expires_at bigint not null
);
create index client_tokens_client on client_tokens (client_id);
create index client_tokens_expiry on client_tokens (expires_at);
