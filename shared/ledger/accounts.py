"""What an entry of the ledger can belong to."""

from enum import StrEnum


class Purse(StrEnum):
    """The two sorts of money that an account has with us, which never mix."""

    CREDIT = "credit"
    """Paid in beforehand, to be spent on calls: the balance."""
    EARNINGS = "earnings"
    """Its share of calls that it took, to be paid out."""


class House(StrEnum):
    """The installation's own accounts: the other side of every operation on a wallet.

    Entries are signed as seen from the wallets: what is negative in a house account has come from there. So revenue
    is positive, and what the provider has taken in for us is negative.
    """

    PROVIDER = "provider"
    """What payment providers have taken in for us, less what they gave back."""
    REVENUE = "revenue"
    """Charges of calls, less what the callees earned."""
    REFUNDS = "refunds"
    """What was given back of charges."""
    ADJUSTMENTS = "adjustments"
    """What operators gave and took by hand."""
    FORFEITS = "forfeits"
    """What people left behind."""
    PAYOUTS = "payouts"
    """Earnings that were paid out."""
    UNCOLLECTED = "uncollected"
    """What a provider took back of payments whose money was spent already."""
