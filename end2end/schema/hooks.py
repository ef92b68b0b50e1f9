"""Hooks of schemathesis: the credentials and ids that generated requests use."""

from collections import Counter

import schemathesis

from world import Signature, world

# One in this many requests with valid data uses an unknown id.
STRANGE = 6
# The header's placeholder until the request is complete and can be signed.
UNSIGNED = "unsigned"
turns = Counter()


@schemathesis.auth(refresh_interval=None)
class Credentials:
    """The credentials that each API surface requires. Credentials that a test removes are not added again."""

    def get(self, case, context):
        return world()

    def set(self, case, world, context):
        for scheme in case.operation.definition.raw.get("security", []):
            for name in scheme:
                case.headers.update(world.credentials(name, case.operation.path, UNSIGNED))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Points most requests with valid data at existing objects, and signs requests that need a signature."""
    path, method = case.operation.path, case.method.upper()
    turn = turns[method, path]
    turns[method, path] += 1
    valid = case.meta is None or case.meta.generation.mode.is_positive
    if valid and turn % STRANGE != STRANGE - 1:
        for name in case.path_parameters or {}:
            case.path_parameters[name] = world().resource(method, path, turn)
        if isinstance(case.body, dict):
            case.body.update(world().fields(method, path, case.body, turn))
    if path == "/v1/auth/sign-out" and world().token in case.headers.get("Authorization", ""):
        # It ends the sign-in that calls it, and all others: it must be called by a user that nothing else
        # needs.
        case.headers["Authorization"] = world().leaving()
    if path == "/v1/auth/change-password" and isinstance(case.body, dict) and "currentPassword" in case.body:
        # The document's example would be the right password, and the change would end the API clients.
        case.body["currentPassword"] = "not the password of any user"
    if path == "/v1/admin/maintenance" and isinstance(case.body, dict) and case.body.get("on") in (True, "true"):
        # In maintenance mode everyone else gets 503.
        case.body["on"] = False
    if case.headers.get("Signature") == UNSIGNED:
        # A key that a test made up has no secret.
        kwargs["auth"] = Signature(world().secrets.get(case.headers["Apikey"], ""))
