"""A user with objects of every kind, so that generated requests meet existing objects and not only 404."""

import hashlib
import hmac
import os
import subprocess
from functools import cache
from itertools import count

import requests

DESK = os.environ["DESK_URL"]
ADA = {"email": "ada@example.org", "password": "correct horse battery"}
# A user who only signs in and out.
EVE = {"email": "eve@example.org", "password": "correct horse battery"}
PERMISSIONS = [f"{of}_{how}" for of in ("ACCOUNTS", "BOTS", "SMART_TRADES") for how in ("READ", "WRITE")]
SUB_ACCOUNT = {
    "account_name": "Acme",
    "legal_entity_type": "company",
    "street": "1 Long Street",
    "city": "Cape Town",
    "postal_code": "8001",
    "country": "ZA",
}
# How many objects of each kind exist for operations that delete them.
SPARE = 3
# The rate limit of a client is 300 requests a minute, so these take turns.
PROGRAMS = 30


def answered(response):
    """Returns the JSON of a successful response; any other response ends the run."""
    if not response.ok:
        raise RuntimeError(f"{response.request.method} {response.request.path_url}: {response.text}")
    return response.json()


class Signature(requests.auth.AuthBase):
    """The signature of 3Commas, over the path with its query, and the body."""

    def __init__(self, secret):
        self.secret = secret

    def __call__(self, request):
        body = request.body or b""
        body = body if isinstance(body, bytes) else body.encode()
        text = request.path_url.encode() + (b"?" + body if body else b"")
        request.headers["Signature"] = hmac.new(self.secret.encode(), text, hashlib.sha256).hexdigest()
        return request


class World:
    """A user who is also an admin, with keys, an order, a follow, accounts, and API clients."""

    def __init__(self):
        self.http = requests.Session()
        self.http.trust_env = False
        self.token = None
        self.post("/v1/auth/sign-up", **ADA)
        self.post("/v1/auth/sign-up", **EVE)
        operator = [os.environ["SLIPSTREAM_BIN"], "admin", ADA["email"]]
        subprocess.run(operator, check=True, stdout=subprocess.DEVNULL)
        self.token = self.post("/v1/auth/sign-in", **ADA)["accessToken"]
        self.programs = [self.program() for _ in range(PROGRAMS)]
        self.secrets = {one["apiKey"]: one["apiSecret"] for one in self.programs}
        self.tokens = [self.sign_in(one) for one in self.programs]
        self.spare_clients = [self.program()["id"] for _ in range(SPARE)]
        self.calls = count()
        self.openings = count()
        self.trade()
        self.signals()
        self.accounts()

    def post(self, path, **body):
        headers = {"Authorization": self.token} if self.token else {}
        return answered(self.http.post(DESK + path, json=body, headers=headers))

    def leaving(self):
        """Returns a token of a sign-in that no other request uses."""
        return answered(self.http.post(DESK + "/v1/auth/sign-in", json=EVE))["accessToken"]

    def get(self, path):
        return answered(self.http.get(DESK + path, headers={"Authorization": self.token}))

    def program(self):
        return self.post("/v1/priv/api-client", name="Schema", permissions=PERMISSIONS)

    def sign_in(self, program):
        """Returns a token for Currencycloud's surface."""
        login = {"login_id": program["loginId"], "api_key": program["apiSecret"]}
        return answered(self.http.post(DESK + "/v2/authenticate/api", data=login))["auth_token"]

    def opened(self):
        """Returns key and secret of a new paper account. A user may open 50 a day, so every 40th is a new user's."""
        turn = next(self.openings)
        if turn % 40 == 0:
            email = f"opener{turn}@example.org"
            up = self.http.post(DESK + "/v1/auth/sign-up", json={**EVE, "email": email})
            self.opener = answered(up)["accessToken"]
        headers = {"Authorization": self.opener}
        return answered(self.http.post(DESK + "/v1/priv/account/exchange/sandbox", json={}, headers=headers))

    def keys(self, number, strategy="MANUAL"):
        """Connects this number of new paper accounts and returns the ids of their exchange keys."""
        named = {"exchangeId": "BINANCE", "tradeType": "FUTURES", "strategyType": strategy, "name": "Schema"}
        key = lambda: self.post("/v1/priv/account/exchange/key", **named, **self.opened())["id"]
        return [key() for _ in range(number)]

    def trade(self):
        self.key, self.changed, *spare = self.keys(2 + 2 * SPARE)
        self.spare_keys = spare[:SPARE]
        self.automated, self.free = self.keys(2, "AUTOMATED")
        order = {"symbol": "BTC/USDT", "type": "MARKET", "side": "BUY", "amount": "0.01"}
        self.post(f"/v1/priv/exchange/order/{self.key}", **order)
        self.managed = self.get("/v1/priv/trade")["items"][0]["id"]
        self.preset = self.post("/v1/priv/trade/preset", name="Schema", amount=0.01)["id"]
        self.strategies = [item["id"] for item in self.get("/v1/pub/strategy/list")["items"]]
        self.profiles = [item["id"] for item in self.get("/v1/pub/strategy/profile/list")["items"]]
        chosen = {"strategyAutomatedId": self.strategies[0], "strategyRiskProfileId": self.profiles[0]}
        self.follow = self.post(f"/v1/priv/strategy/follow/exchange/key/{self.automated}", **chosen)["id"]

    def signals(self):
        self.own = self.post("/v1/admin/strategy", name="Schema", symbol="BTC/USDT", active=True)["id"]
        self.hook = self.post(f"/v1/admin/strategy/{self.own}/hook")["token"]
        sources = [self.source() for _ in range(1 + SPARE)]
        self.private, *self.spare_sources = sources
        self.webhook, *self.spare_webhooks = [self.new_webhook() for _ in range(1 + SPARE)]
        self.rule = self.risk_rule("OPEN_POSITIONS", 9)
        of_key = {"level": "KEY", "exchangeKeyId": self.automated}
        kinds = ("EXPOSURE", "LEVERAGE", "SLIPPAGE", "SIGNAL_AGE", "DAY_LOSS", "WEEK_LOSS", "DRAWDOWN", "LOSS_STREAK")
        self.spare_rules = [self.risk_rule(kind, 1, **of_key) for kind in kinds]
        signal = {"action": "ENTER", "side": "BUY", "stop": 1}
        self.signal = self.post(f"/v1/admin/strategy/{self.own}/signal", **signal)["id"]

    def source(self):
        """Creates a private signal source and returns its id."""
        return self.post("/v1/priv/strategy/source", name="Schema", symbol="BTC/USDT", stopPercent=2)["id"]

    def new_webhook(self):
        """Creates an event webhook whose topic has no events, and returns its id."""
        return self.post("/v1/priv/webhook", name="Schema", url="http://127.0.0.1:9/", topics=["rule"])["id"]
    def risk_rule(self, kind, threshold, **scope):
        """Creates a risk rule and returns its id."""
        scope = scope or {"level": "PERSON"}
        return self.post("/v1/priv/risk-rule", kind=kind, threshold=threshold, action="STOP_ENTRIES", **scope)["id"]

    def accounts(self):
        def ask(method, path, scheme, **body):
            headers = self.credentials(scheme, path, "unsigned")
            signed = Signature(self.secrets[headers["Apikey"]]) if "Apikey" in headers else None
            return answered(self.http.request(method, DESK + path, headers=headers, auth=signed, **body))

        numbers = [account["id"] for account in ask("GET", "/ver1/accounts", "threecommasKey")]
        # In the order in which their keys were connected.
        self.number, self.spare_numbers = numbers[0], numbers[2 + SPARE : 2 + 2 * SPARE]
        self.currency = ask("POST", "/api/v1/accounts", "lumetradeKey", json={"currency": "ZAR"})["id"]
        made = ask("POST", "/v2/accounts/create", "currencycloudToken", data=SUB_ACCOUNT)
        self.sub_account = made["id"]

    def credentials(self, scheme, path, signature):
        """Returns the headers of a security scheme of the document."""
        turn = next(self.calls) % PROGRAMS
        program = self.programs[turn]
        if scheme == "jwt":
            return {"Authorization": f"Bearer {self.token}"}
        if scheme.startswith("threecommas"):
            return {"Apikey": program["apiKey"], "Signature": signature}
        if scheme.startswith("lumetrade"):
            return {"X-API-KEY": program["apiKey"], "X-API-SECRET": program["apiSecret"]}
        if scheme == "currencycloudToken":
            ends = path.endswith("/close_session")
            return {"X-Auth-Token": self.sign_in(program) if ends else self.tokens[turn]}
        raise LookupError(f"unknown security scheme {scheme}: add it to end2end/schema/world.py")

    def resource(self, method, path, turn):
        """Returns the id of an existing object for a path. Each operation that deletes objects gets another one every time."""
        spare = lambda things: things[turn % len(things)]
        kinds = [
            ("DELETE /v1/priv/account/exchange/key/{id}", lambda: spare(self.spare_keys)),
            ("PUT /v1/priv/account/exchange/key/{id}", lambda: self.changed),
            ("/v1/priv/account/exchange/key/{id}", lambda: self.key),
            ("/v1/priv/exchange/", lambda: self.key),
            ("POST /v1/priv/strategy/follow/exchange/key/{id}", lambda: self.free),
            ("/v1/priv/strategy/follow/exchange/key/{id}", lambda: self.automated),
            ("/v1/priv/strategy/follow/{id}", lambda: self.follow),
            ("DELETE /v1/priv/strategy/source/{id}", lambda: spare(self.spare_sources)),
            ("/v1/priv/strategy/source/{id}", lambda: self.private),
            ("DELETE /v1/priv/webhook/{id}", lambda: spare(self.spare_webhooks)),
            ("/v1/priv/webhook/{id}", lambda: self.webhook),
            ("DELETE /v1/priv/risk-rule/{id}", lambda: spare(self.spare_rules)),
            ("/v1/priv/risk-rule/{id}", lambda: self.rule),
            ("/v1/priv/trade/{id}", lambda: self.managed),
            ("/v1/priv/trade/preset/{id}", lambda: self.preset),
            ("/v1/priv/api-client/{id}", lambda: spare(self.spare_clients)),
            ("/v1/pub/strategy/{id}", lambda: spare(self.strategies)),
            ("/v1/admin/strategy/{id}", lambda: self.own),
            ("/v1/admin/signal/{id}", lambda: self.signal),
            ("/v1/hook/strategy/{token}", lambda: self.hook),
            ("POST /ver1/accounts/{id}/remove", lambda: spare(self.spare_numbers)),
            ("/ver1/accounts/{id}", lambda: self.number),
            ("/api/v1/accounts/currency/{currency}", lambda: "ZAR"),
            ("/api/v1/accounts/{id}", lambda: self.currency),
            ("/v2/accounts/{id}", lambda: self.sub_account),
        ]
        for of, thing in kinds:
            verb, _, start = of.rpartition(" ")
            if path.startswith(start) and verb in ("", method):
                return thing()
        raise LookupError(f"{method} {path}: unknown kind of path parameter: add it to end2end/schema/world.py")

    def fields(self, method, path, body, turn):
        """Returns existing ids for the fields of a valid body that refer to objects."""
        spare = lambda things: things[turn % len(things)]
        known = {
            "strategyAutomatedId": lambda: spare(self.strategies),
            "strategyRiskProfileId": lambda: spare(self.profiles),
            "account_id": lambda: self.number,
        }
        real = {name: known[name]() for name in body if name in known}
        if (method, path) == ("POST", "/v1/priv/account/exchange/key"):
            real.update(self.opened())
        if (method, path) == ("POST", "/ver1/accounts/new"):
            opened = self.opened()
            real.update(api_key=opened["apiKey"], secret=opened["apiSecretKey"])
        if (method, path) == ("POST", "/v2/authenticate/api"):
            program = spare(self.programs)
            real.update(login_id=program["loginId"], api_key=program["apiSecret"])
        return real


@cache
def world():
    """Returns the world of the run, which is created at first use."""
    return World()
