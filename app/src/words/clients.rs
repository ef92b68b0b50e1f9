//! Texts of the page about API clients.

use super::table;

table! {
    /// API clients.
    Clients, clients {
        title: "API clients",
        lead: "Credentials for your own apps. You can revoke them at any time.",
        none: "No API clients yet.",
        name: "Name",
        name_hint: "Up to 24 characters, visible only to you.",
        permissions: "Permissions",
        accounts_read: "Read accounts",
        accounts_write: "Create and edit accounts",
        bots_read: "Read bots",
        bots_write: "Edit bots",
        smart_trades_read: "Read SmartTrades",
        smart_trades_write: "Edit SmartTrades",
        addresses: "IP whitelist",
        addresses_hint: "IP addresses or networks, separated by spaces. Leave empty to allow any address.",
        rsa: "RSA public key",
        rsa_hint: "PEM format. Only needed if your app signs with RSA. Never share the private key.",
        expires: "Expiry date",
        expires_hint: "The last valid day, such as 2027-12-31. Leave empty for no expiry.",
        make: "Create API client",
        make_title: "Create an API client",
        once_title: "Copy the secret now",
        once_lead: "It's shown only once and stored encrypted.",
        api_key: "API key",
        secret: "Secret",
        login_id: "Login ID",
        used(time, address): "Last used {time} from {address}",
        unused: "Never used",
        made(date): "Created {date}",
        until(time): "Expires {time} UTC",
        only_from(addresses): "IP whitelist: {addresses}",
        signs_rsa: "RSA signing",
        revoke: "Revoke client",
        revoke_sure(name): "Revoke “{name}”? Apps that use it stop working immediately.",
        apps_title: "Connect your apps",
        door_threecommas(url): "3Commas apps: {url}/public/api/ver1, with the API key and the secret",
        door_lumetrade(url): "Lumetrade apps: {url}/api/v1, with the API key and the secret",
        door_currencycloud(url): "Currencycloud apps: {url}/v2, with the login ID, and the secret as the API key",
    }
}
