"""The tables. The history of the schema is in `migrations`; a test holds the two together."""

from shared.models.accounts import Account, CallsFrom, PresenceTo, RefreshToken, Session
from shared.models.audit import AuditEntry
from shared.models.base import METADATA, Base
from shared.models.books import BooksAudit, PriceChange
from shared.models.calls import Call
from shared.models.ledger import LedgerEntry, Wallet
from shared.models.outbox import OutboxMessage
from shared.models.payments import IdempotencyKey, Payment, PaymentRefund, WebhookEvent
from shared.models.people import BlocklistEntry, Contact
from shared.models.presence import Presence, SignalingNode
from shared.models.throttles import Throttle

__all__ = [
    "METADATA",
    "Account",
    "AuditEntry",
    "Base",
    "BlocklistEntry",
    "BooksAudit",
    "Call",
    "CallsFrom",
    "Contact",
    "IdempotencyKey",
    "LedgerEntry",
    "OutboxMessage",
    "Payment",
    "PaymentRefund",
    "Presence",
    "PresenceTo",
    "PriceChange",
    "RefreshToken",
    "Session",
    "SignalingNode",
    "Throttle",
    "Wallet",
    "WebhookEvent",
]
