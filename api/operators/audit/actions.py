"""What there is to be done, by name."""

from enum import StrEnum


class Action(StrEnum):
    """What an entry of the audit log is about."""

    OPERATOR_APPOINTED = "operator.appointed"
    OPERATOR_DISMISSED = "operator.dismissed"
    OPERATOR_LOGGED_IN = "operator.logged_in"
    ACCOUNTS_SEARCHED = "accounts.searched"
    ACCOUNT_VIEWED = "account.viewed"
    ACCOUNT_BLOCKED = "account.blocked"
    ACCOUNT_UNBLOCKED = "account.unblocked"
    ACCOUNT_DISABLED = "account.disabled"
    ACCOUNT_ENABLED = "account.enabled"
    PRICE_SET = "price.set"
    ASKING_PRICE_SET = "asking_price.set"
    DEFAULT_PRICE_SET = "default_price.set"
    BALANCE_ADJUSTED = "balance.adjusted"
    PAYMENT_REFUNDED = "payment.refunded"
    CALL_REFUNDED = "call.refunded"
    PAYOUT_RECORDED = "payout.recorded"
    BOOKS_VIEWED = "books.viewed"
    CALLS_LISTED = "calls.listed"
    CALL_VIEWED = "call.viewed"
    CALL_END_ASKED = "call.end_asked"
