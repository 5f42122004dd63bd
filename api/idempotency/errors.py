"""What may be wrong with a key; the statuses are those of the draft, section 2.7."""

from api.problems import RETRY_AFTER_SECONDS, ApiError, ProblemType


class KeyRequiredError(ApiError):
    """The route moves money, and the request has no name to be known by when it comes again."""

    problem_type = ProblemType.IDEMPOTENCY_KEY_REQUIRED


class KeyInUseError(ApiError):
    """The same request is being carried out at this moment, or was and got lost; later it will be answered."""

    problem_type = ProblemType.IDEMPOTENCY_KEY_IN_USE

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


class KeyReusedError(ApiError):
    """The key names another request of this account: another route, or another body."""

    problem_type = ProblemType.IDEMPOTENCY_KEY_REUSED
