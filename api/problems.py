"""Every failure as a problem (RFC 9457): the types, their body, and the errors that become one.

ApiError                  what a route cannot do, with the facts the problem tells
├── InvalidFieldsError    422, each bad field named
├── NotFoundError         404, also for what belongs to somebody else
└── …                     a domain's own errors stand on top of its service
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import ClassVar

from msgspec import UNSET, Struct, UnsetType

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 2
"""What a client is told to wait for a dependency that is away."""


class ProblemType(Enum):
    """The stable `type` of a problem, with its status and title."""

    MALFORMED_REQUEST = ("malformed-request", 400, "The request cannot be read")
    IDEMPOTENCY_KEY_REQUIRED = ("idempotency-key-required", 400, "This needs an Idempotency-Key")
    UNAUTHENTICATED = ("unauthenticated", 401, "A valid access token is needed")
    WRONG_CREDENTIALS = ("wrong-credentials", 401, "The login or the password is wrong")
    REFRESH_REFUSED = ("refresh-refused", 401, "The refresh token is not valid any more")
    SIGNATURE_REFUSED = ("signature-refused", 401, "The signature does not prove who sent this")
    FORBIDDEN = ("forbidden", 403, "You may not do this")
    WRONG_PASSWORD = ("wrong-password", 403, "The password is wrong")
    LOGIN_TOO_OLD = ("login-too-old", 403, "This needs a login of the last minutes")
    OWN_ACCOUNT = ("own-account", 403, "Nobody does this to the own account")
    NOT_FOUND = ("not-found", 404, "There is no such thing")
    METHOD_NOT_ALLOWED = ("method-not-allowed", 405, "This cannot be done here")
    ALREADY_TAKEN = ("already-taken", 409, "Somebody else has this already")
    IN_A_CALL = ("in-a-call", 409, "This cannot be done during a call")
    MONEY_LEFT = ("money-left", 409, "There is money left in the wallet")
    ACCOUNT_DELETED = ("account-deleted", 409, "The account is deleted")
    LIST_FULL = ("list-full", 409, "The list is full")
    CALL_OVER = ("call-over", 409, "The call is over")
    CALL_NOT_SETTLED = ("call-not-settled", 409, "The call is not settled yet")
    IDEMPOTENCY_KEY_IN_USE = ("idempotency-key-in-use", 409, "The same request is being carried out")
    RELAY_NOT_OFFERED = ("relay-not-offered", 409, "This installation has no server that relays media")
    INSUFFICIENT_FUNDS = ("insufficient-funds", 409, "Not that much money is available")
    PAYMENT_NOT_SETTLED = ("payment-not-settled", 409, "Nothing was paid")
    REFUND_TOO_LARGE = ("refund-too-large", 409, "More would go back than was paid")
    BODY_TOO_LARGE = ("body-too-large", 413, "The body is too large")
    UNSUPPORTED_MEDIA_TYPE = ("unsupported-media-type", 415, "The body must be JSON")
    INVALID_FIELDS = ("invalid-fields", 422, "Some fields are not valid")
    IDEMPOTENCY_KEY_REUSED = ("idempotency-key-reused", 422, "This Idempotency-Key belongs to another request")
    PAYMENT_MISMATCH = ("payment-mismatch", 422, "The confirmation does not match the payment")
    TOO_MANY_REQUESTS = ("too-many-requests", 429, "Too much at once")
    INTERNAL_ERROR = ("internal-error", 500, "Something went wrong on our side")
    PAYMENTS_NOT_OFFERED = ("payments-not-offered", 501, "This installation takes no payments")
    UNAVAILABLE = ("unavailable", 503, "A part of the service is away for now")

    def __init__(self, slug: str, status: int, title: str) -> None:
        self.uri = f"urn:talktime:problem:{slug}"
        self.status = status
        self.title = title


class FieldError(Struct, frozen=True):
    """What is wrong with one field; `field` is empty where it is the whole body."""

    field: str
    message: str


class Problem(Struct, frozen=True, kw_only=True):
    """The body of every failure."""

    type: str
    title: str
    status: int
    detail: str | UnsetType = UNSET
    errors: list[FieldError] | UnsetType = UNSET
    dependencies: dict[str, str] | UnsetType = UNSET
    balance_minor: int | UnsetType = UNSET
    available_minor: int | UnsetType = UNSET
    currency: str | UnsetType = UNSET


class ApiError(Exception):
    """A request that cannot be carried out."""

    problem_type: ClassVar[ProblemType]

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        dependencies: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.problem_type.title)
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.dependencies = dependencies

    def problem(self) -> Problem:
        """Return what the client is told."""
        return Problem(
            type=self.problem_type.uri,
            title=self.problem_type.title,
            status=self.problem_type.status,
            detail=self.detail or UNSET,
            errors=list(self.errors) or UNSET,
            dependencies=dict(self.dependencies) if self.dependencies else UNSET,
        )


class MalformedRequestError(ApiError):
    """The bytes are no request of ours."""

    problem_type = ProblemType.MALFORMED_REQUEST


class UnsupportedMediaTypeError(ApiError):
    """The body says that it is something else than JSON."""

    problem_type = ProblemType.UNSUPPORTED_MEDIA_TYPE


class InvalidFieldsError(ApiError):
    """Some fields of body, path or query are missing, unknown, or not what they must be."""

    problem_type = ProblemType.INVALID_FIELDS

    def __init__(self, *errors: FieldError) -> None:
        super().__init__(errors=errors)


class NotFoundError(ApiError):
    """It does not exist, or not for this account: the two look the same."""

    problem_type = ProblemType.NOT_FOUND


class UnavailableError(ApiError):
    """Something we depend on is away; the same request may succeed later."""

    problem_type = ProblemType.UNAVAILABLE

    def __init__(self, **dependencies: str) -> None:
        super().__init__(headers={"Retry-After": str(RETRY_AFTER_SECONDS)}, dependencies=dependencies)
