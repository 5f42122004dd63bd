"""Questions about operations as a whole, about houses, and about what wallets hold and are claimed by."""

from __future__ import annotations

from billing_worker.audit.asking import Question

_UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ONCE = f"^(top_up|charge|adjustment|forfeit|payout):{_UUID}$"
_NUMBERED = f"^(refund|payment_refund|payment_refund_failed):{_UUID}:[1-9][0-9]*$"

OPERATIONS = Question(
    """
    SELECT v.check_name, o.operation, o.account, v.expected, v.found
      FROM (SELECT operation,
                   (array_agg(wallet_id ORDER BY leg) FILTER (WHERE wallet_id IS NOT NULL))[1] AS account,
                   sum(amount_minor) AS total, count(*) AS legs, min(leg) AS first, max(leg) AS last,
                   min(occurred_at) AS occurred_first, max(occurred_at) AS occurred_last,
                   min(created_at) AS created_first, max(created_at) AS created_last,
                   min(reason) AS reason_first, max(reason) AS reason_last,
                   min(actor_id::text) AS actor_first, max(actor_id::text) AS actor_last
              FROM ledger_entries GROUP BY operation) o,
           LATERAL (VALUES
               ('operation.sum', '0', total::text),
               ('operation.legs', '0 to ' || legs - 1, first || ' to ' || last),
               ('operation.time', occurred_first || ', ' || created_first, occurred_last || ', ' || created_last),
               ('operation.reason', concat_ws(', ', reason_first, actor_first),
                concat_ws(', ', reason_last, actor_last)),
               ('operation.name', '',
                CASE WHEN operation ~ '#ONCE' OR operation ~ '#NUMBERED' THEN '' ELSE operation END)
           ) v (check_name, expected, found)
     WHERE v.expected <> v.found
     ORDER BY o.operation
    """.replace("#ONCE", _ONCE).replace("#NUMBERED", _NUMBERED),
    {
        "operation.sum": "its legs sum to {found}, not to 0",
        "operation.legs": "its legs are numbered {found}, not {expected}: one is missing",
        "operation.time": "its legs are of different times: {expected}; {found}",
        "operation.reason": "its legs have different reasons or actors",
        "operation.name": "no operation is named like that",
    },
)
HOUSES = Question(
    """
    SELECT 'books.sum' AS check_name, w.total::text AS expected, (-h.total)::text AS found
      FROM (SELECT coalesce(sum(balance_minor + earned_minor), 0) AS total FROM wallets) w,
           (SELECT coalesce(sum(amount_minor), 0) AS total FROM ledger_entries WHERE house IS NOT NULL) h
     WHERE w.total + h.total <> 0
    """,
    {"books.sum": "all wallets have {expected}, all house accounts together gave {found}"},
)
STRAYS = Question(
    """
    SELECT 'entry.wallet' AS check_name, e.wallet_id AS account, e.operation
      FROM ledger_entries e
     WHERE e.wallet_id IS NOT NULL AND NOT EXISTS (SELECT FROM wallets w WHERE w.account_id = e.wallet_id)
     ORDER BY e.operation, e.leg
    """,
    {"entry.wallet": "an entry of a wallet that is not there"},
)
HOLDS = Question(
    """
    SELECT 'wallet.held' AS check_name, w.account_id AS account, coalesce(c.held, 0)::text AS expected,
           w.held_minor::text AS found
      FROM wallets w
      LEFT JOIN (SELECT caller_id, sum(minutes_held * price_minor) AS held
                   FROM calls WHERE settled_at IS NULL GROUP BY caller_id) c ON c.caller_id = w.account_id
     WHERE w.held_minor <> coalesce(c.held, 0)
     ORDER BY w.account_id
    """,
    {"wallet.held": "{found} is held, its calls that are not settled hold {expected}"},
)
CLAIMS = Question(
    """
    SELECT 'wallet.claim' AS check_name, w.account_id AS account, w.in_call_id AS call,
           CASE WHEN c.id IS NULL THEN 'which does not exist'
                WHEN c.settled_at IS NOT NULL THEN 'which is settled'
                ELSE 'whose party it is not' END AS found
      FROM wallets w LEFT JOIN calls c ON c.id = w.in_call_id
     WHERE w.in_call_id IS NOT NULL
       AND (c.id IS NULL OR c.settled_at IS NOT NULL OR w.account_id NOT IN (c.caller_id, c.callee_id))
     UNION ALL
    SELECT 'call.claim', p.account, c.id, coalesce(w.in_call_id::text, 'no call')
      FROM calls c, LATERAL (VALUES (c.caller_id), (c.callee_id)) p (account)
      LEFT JOIN wallets w ON w.account_id = p.account
     WHERE c.settled_at IS NULL AND p.account IS NOT NULL AND w.in_call_id IS DISTINCT FROM c.id
     ORDER BY 2, 3
    """,
    {
        "wallet.claim": "it is claimed by call {call}, {found}",
        "call.claim": "the call runs, but this party is claimed by {found}",
    },
)
LEDGER_QUESTIONS = (OPERATIONS, HOUSES, STRAYS, HOLDS, CLAIMS)
