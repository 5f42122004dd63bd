"""The auditor of these tests: what must be true of the whole database at every commit."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

FINDINGS = {
    "B8: a wallet's balance is not the sum of its entries": """
        SELECT w.account_id, w.balance_minor, w.earned_minor, e.credit, e.earnings
          FROM wallets w
          LEFT JOIN (SELECT wallet_id, sum(amount_minor) FILTER (WHERE purse = 'credit') AS credit,
                            sum(amount_minor) FILTER (WHERE purse = 'earnings') AS earnings
                       FROM ledger_entries GROUP BY 1) e
            ON e.wallet_id = w.account_id
         WHERE w.balance_minor <> coalesce(e.credit, 0) OR w.earned_minor <> coalesce(e.earnings, 0)
    """,
    "a wallet's entries are not numbered without a gap, or their chain ends elsewhere": """
        SELECT w.account_id, w.chain_seq, e.entries, e.last
          FROM wallets w
          LEFT JOIN (SELECT wallet_id, count(*) AS entries, max(seq) AS last FROM ledger_entries GROUP BY 1) e
            ON e.wallet_id = w.account_id
          LEFT JOIN ledger_entries last ON last.wallet_id = w.account_id AND last.seq = w.chain_seq
         WHERE w.chain_seq <> coalesce(e.entries, 0) OR w.chain_seq <> coalesce(e.last, 0)
            OR w.chain_hash <> coalesce(last.hash, '')
    """,
    "B8: all entries do not sum to zero": """
        SELECT sum(amount_minor) FROM ledger_entries HAVING sum(amount_minor) <> 0
    """,
    "B8: an operation does not sum to zero": """
        SELECT operation FROM ledger_entries GROUP BY 1 HAVING sum(amount_minor) <> 0
    """,
    "what is held is not what running calls hold": """
        SELECT w.account_id, w.held_minor, c.held
          FROM wallets w
          LEFT JOIN (SELECT caller_id, sum(minutes_held * price_minor) AS held
                       FROM calls WHERE settled_at IS NULL GROUP BY 1) c ON c.caller_id = w.account_id
         WHERE w.held_minor <> coalesce(c.held, 0)
    """,
    "C1, C10: somebody is claimed by a call that does not run": """
        SELECT w.account_id, w.in_call_id
          FROM wallets w LEFT JOIN calls c ON c.id = w.in_call_id AND c.settled_at IS NULL
         WHERE w.in_call_id IS NOT NULL AND (c.id IS NULL OR w.account_id NOT IN (c.caller_id, c.callee_id))
    """,
    "a running call does not claim both parties": """
        SELECT c.id FROM calls c
         WHERE c.settled_at IS NULL
           AND (SELECT count(*) FROM wallets w WHERE w.in_call_id = c.id) <> 2
    """,
    "a call's row and its charges less its refunds differ": """
        SELECT c.id, c.charge_minor, c.refunded_minor, c.earned_minor, e.paid, e.earned
          FROM calls c
          LEFT JOIN (SELECT split_part(operation, ':', 2) AS call_id,
                            -sum(amount_minor) FILTER (WHERE purse = 'credit') AS paid,
                            sum(amount_minor) FILTER (WHERE purse = 'earnings') AS earned
                       FROM ledger_entries
                      WHERE wallet_id IS NOT NULL AND split_part(operation, ':', 1) IN ('charge', 'refund')
                      GROUP BY 1) e ON e.call_id = c.id::text
         WHERE coalesce(c.charge_minor, 0) - c.refunded_minor <> coalesce(e.paid, 0)
            OR c.earned_minor <> coalesce(e.earned, 0)
    """,
    "somebody who can pay a minute is blocked": """
        SELECT account_id FROM wallets WHERE blocked_at IS NOT NULL AND balance_minor - held_minor >= price_minor
    """,
}


async def audit(engine: AsyncEngine) -> None:
    """Fail where anything is not as it must be, over one snapshot of all tables."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        for finding, query in FINDINGS.items():
            rows = (await connection.execute(text(query))).all()
            assert not rows, f"{finding}: {rows}"
