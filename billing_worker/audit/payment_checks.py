"""Questions about payments: what the provider confirmed and gave back, against what wallets got and gave."""

from __future__ import annotations

from billing_worker.audit.asking import Question

TOP_UPS = Question(
    """
    SELECT v.check_name, p.account_id AS account, p.id AS payment, v.expected, v.found
      FROM payments p
      LEFT JOIN (SELECT operation, count(*) AS entries, sum(amount_minor) AS amount,
                        string_agg(wallet_id::text, ', ') AS accounts
                   FROM ledger_entries WHERE operation LIKE 'top_up:%' AND wallet_id IS NOT NULL
                  GROUP BY operation) e ON e.operation = 'top_up:' || p.id,
           LATERAL (VALUES
               ('payment.top_up', CASE p.status WHEN 'settled' THEN '1 of ' || p.amount_minor ELSE '0 of 0' END,
                coalesce(e.entries, 0) || ' of ' || coalesce(e.amount, 0)),
               ('payment.account', p.account_id::text, coalesce(e.accounts, p.account_id::text))
           ) v (check_name, expected, found)
     WHERE v.expected <> v.found
     ORDER BY p.id
    """,
    {
        "payment.top_up": "its entries should be {expected}, there are {found}",
        "payment.account": "it is {expected}'s, its entry is of {found}",
    },
)
REFUNDS = Question(
    """
    SELECT v.check_name, p.account_id AS account, coalesce(r.payment_id::text, e.payment) AS payment,
           v.expected, v.found
      FROM payment_refunds r
      FULL JOIN (SELECT split_part(operation, ':', 2) AS payment, split_part(operation, ':', 3) AS number,
                        sum(amount_minor) FILTER (WHERE house = 'provider' AND is_first) AS went,
                        -sum(amount_minor) FILTER (WHERE purse = 'credit' AND is_first) AS taken,
                        -sum(amount_minor) FILTER (WHERE house = 'provider' AND NOT is_first) AS came,
                        sum(amount_minor) FILTER (WHERE purse = 'credit' AND NOT is_first) AS given
                   FROM (SELECT *, operation LIKE 'payment_refund:%' AS is_first FROM ledger_entries
                          WHERE operation LIKE 'payment_refund%') l
                  GROUP BY 1, 2) e ON e.payment = r.payment_id::text AND e.number = r.number::text
      LEFT JOIN payments p ON p.id::text = coalesce(r.payment_id::text, e.payment),
           LATERAL (VALUES
               ('payment.refund_row', 'a row', CASE WHEN r.id IS NULL THEN 'none' ELSE 'a row' END),
               ('payment.refund', CASE WHEN r.status = 'failed' AND e.went IS NULL THEN ''
                                       ELSE r.amount_minor || ', ' || r.taken_minor END,
                CASE WHEN r.status = 'failed' AND e.went IS NULL THEN ''
                     ELSE coalesce(e.went, 0) || ', ' || coalesce(e.taken, 0) END),
               ('payment.refund_failed', CASE WHEN r.status = 'failed' AND e.went IS NOT NULL
                                              THEN r.amount_minor || ', ' || r.given_back_minor ELSE '0, 0' END,
                coalesce(e.came, 0) || ', ' || coalesce(e.given, 0))
           ) v (check_name, expected, found)
     WHERE v.expected <> v.found
     ORDER BY 3
    """,
    {
        "payment.refund_row": "an entry gives back money of it, of which there is no record",
        "payment.refund": "of it {expected} went back (all, and out of the wallet), its entries say {found}",
        "payment.refund_failed": "a refund that failed brings back {expected}, its entries say {found}",
    },
)
REFUNDED = Question(
    """
    SELECT 'payment.refunded' AS check_name, p.account_id AS account, p.id AS payment,
           least(p.amount_minor, coalesce(r.total, 0))::text AS expected, p.refunded_minor::text AS found
      FROM payments p
      LEFT JOIN (SELECT payment_id, sum(amount_minor) FILTER (WHERE status <> 'failed') AS total
                   FROM payment_refunds GROUP BY payment_id) r ON r.payment_id = p.id
     WHERE p.refunded_minor <> least(p.amount_minor, coalesce(r.total, 0))
     ORDER BY p.id
    """,
    {"payment.refunded": "its refunds come to {expected}, its record says {found}"},
)
UNKNOWN_PAYMENTS = Question(
    """
    SELECT 'entry.payment' AS check_name, e.operation, e.wallet_id AS account,
           split_part(e.operation, ':', 2) AS payment
      FROM ledger_entries e
     WHERE e.operation LIKE 'top_up:%' AND e.leg = 0
       AND NOT EXISTS (SELECT FROM payments p WHERE p.id::text = split_part(e.operation, ':', 2))
     ORDER BY e.operation
    """,
    {"entry.payment": "there is no such payment"},
)
PAYMENT_QUESTIONS = (TOP_UPS, REFUNDS, REFUNDED, UNKNOWN_PAYMENTS)
