//! Texts of the page about API clients.

use super::table;

table! {
    /// API clients.
    Clients, clients {
        title: "API clients",
        lead: "Give a program of yours credentials of its own. It can be taken back at any time.",
        none: "No API clients yet.",
        name: "Name",
        name_hint: "Up to 24 characters, for you.",
        permissions: "It may",
        accounts_read: "Read accounts",
        accounts_write: "Open and change accounts",
        bots_read: "Read bots",
        bots_write: "Change bots",
        smart_trades_read: "Read smart trades",
        smart_trades_write: "Change smart trades",
        addresses: "Only from these addresses",
        addresses_hint: "Addresses or networks, separated by spaces. Empty: from anywhere.",
        rsa: "RSA public key",
        rsa_hint: "PEM. Only if the program signs with RSA. The private key stays with you.",
        expires: "Until the end of",
        expires_hint: "A day, such as 2027-12-31. Empty: for good.",
        make: "Create API client",
        make_title: "Create an API client",
        once_title: "Copy the secret now",
        once_lead: "It is shown this once. We keep it sealed.",
        api_key: "API key",
        secret: "Secret",
        login_id: "Login id",
        used: "Last used {} from {}",
        unused: "Never used",
        made: "Created {}",
        until: "Works until {}",
        only_from: "Only from {}",
        signs_rsa: "May sign with RSA",
        revoke: "Revoke",
        revoke_sure: "Programs that use it stop working at once.",
        doors_title: "Point your programs here",
        door_threecommas: "3Commas clients: {}/public/api/ver1, with the API key and the secret",
        door_lumetrade: "Lumetrade clients: {}/api/v1, with the API key and the secret",
        door_currencycloud: "Currencycloud clients: {}/v2, with the login id, and the secret as API key",
    }
}
