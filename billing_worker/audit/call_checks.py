"""Questions about calls: all that a call has cost, computed anew from what was frozen when it was authorized.

What is due is computed here in another way than settlement does it, on purpose: one whole minute for each that was
begun after the free talk, none where the talk is within the grace, and no more than were held.

A correction makes `charge_minor` smaller and is a refund entry; what an operator gives back is one, too, and stays
in `refunded_minor`. So of what was charged, less all refund entries, `charge_minor - refunded_minor` is left.
"""

from __future__ import annotations

from billing_worker.audit.asking import Question

CHARGES = Question(
    """
    WITH due AS (
        SELECT *, CASE WHEN talk_ms IS NULL THEN NULL
                       WHEN talk_ms <= grace_ms OR talk_ms <= free_ms THEN 0
                       ELSE least(minutes_held, (talk_ms - free_ms - 1) / minute_ms + 1) END AS due
          FROM calls
    ), money AS (
        SELECT split_part(operation, ':', 2) AS call,
               count(*) FILTER (WHERE kind = 'charge' AND purse = 'credit') AS charges,
               coalesce(-sum(amount_minor) FILTER (WHERE kind = 'charge' AND purse = 'credit'), 0) AS charged,
               coalesce(sum(amount_minor) FILTER (WHERE kind = 'charge' AND purse = 'earnings'), 0) AS shared,
               coalesce(sum(amount_minor) FILTER (WHERE kind = 'refund' AND purse = 'credit'), 0) AS refunded,
               coalesce(sum(amount_minor) FILTER (WHERE purse = 'earnings'), 0) AS earned,
               string_agg(DISTINCT wallet_id::text, ', ') FILTER (WHERE purse = 'credit') AS payers,
               string_agg(DISTINCT wallet_id::text, ', ') FILTER (WHERE purse = 'earnings') AS earners,
               max(CASE WHEN operation ~ '^refund:.*:[0-9]{1,9}$' THEN split_part(operation, ':', 3)::bigint END)
                   AS last_refund
          FROM (SELECT *, split_part(operation, ':', 1) AS kind FROM ledger_entries
                 WHERE operation LIKE 'charge:%' OR operation LIKE 'refund:%') e
         GROUP BY 1
    )
    SELECT v.check_name, c.caller_id AS account, c.id AS call,
           coalesce(v.expected, 'nothing') AS expected, coalesce(v.found, 'nothing') AS found
      FROM due c LEFT JOIN money m ON m.call = c.id::text,
           LATERAL (VALUES
               ('call.minutes', c.due::text, c.minutes::text),
               ('call.charge', (c.minutes * c.price_minor)::text, c.charge_minor::text),
               ('call.paid', (coalesce(c.charge_minor, 0) - c.refunded_minor)::text,
                coalesce(m.charged - m.refunded, 0)::text),
               ('call.charge_entry', CASE WHEN m.charged <> 0 THEN '1' ELSE '0' END, coalesce(m.charges, 0)::text),
               ('call.charged_minutes', '0', CASE
                    WHEN m.charged IS NULL OR c.price_minor = 0 THEN coalesce(m.charged, 0)
                    ELSE m.charged % c.price_minor + greatest(0, m.charged - c.minutes_held * c.price_minor)
                    END::text),
               ('call.refund_count', c.refund_count::text, coalesce(m.last_refund, 0)::text),
               ('call.share', CASE WHEN c.callee_id IS NULL THEN 0
                    ELSE trunc(coalesce(m.charged, 0) * c.earning_share_bp / 10000) END::text,
                coalesce(m.shared, 0)::text),
               ('call.earned', c.earned_minor::text, coalesce(m.earned, 0)::text),
               ('call.payer', c.caller_id::text, coalesce(m.payers, c.caller_id::text)),
               ('call.earner', c.callee_id::text, coalesce(m.earners, c.callee_id::text))
           ) v (check_name, expected, found)
     WHERE v.expected IS DISTINCT FROM v.found
     ORDER BY c.id
    """,
    {
        "call.minutes": "{expected} minutes are to be paid for what was talked, {found} are in its record",
        "call.charge": "its minutes at its price are {expected}, its record says {found}",
        "call.paid": "by its record {expected} is paid, by its charge and refund entries {found}",
        "call.charge_entry": "its charge has {found} entries of the caller's, not {expected}",
        "call.charged_minutes": "what was first charged is not whole minutes of its price that were held",
        "call.refund_count": "its record counts {expected} refunds, the last refund entry is number {found}",
        "call.share": "of its charge the callee's share is {expected}, booked as earned was {found}",
        "call.earned": "by its record the callee earned {expected}, by the entries {found}",
        "call.payer": "its entries are of {found}, its caller is {expected}",
        "call.earner": "its earnings are of {found}, its callee is {expected}",
    },
)
UNKNOWN_CALLS = Question(
    """
    SELECT 'entry.call' AS check_name, e.operation, e.wallet_id AS account, split_part(e.operation, ':', 2) AS call
      FROM ledger_entries e
     WHERE (e.operation LIKE 'charge:%' OR e.operation LIKE 'refund:%') AND e.leg = 0
       AND NOT EXISTS (SELECT FROM calls c WHERE c.id::text = split_part(e.operation, ':', 2))
     ORDER BY e.operation
    """,
    {"entry.call": "there is no such call"},
)
OVERDUE = Question(
    """
    SELECT 'call.overdue' AS check_name, c.caller_id AS account, c.id AS call, c.lease_ends_at::text AS found
      FROM calls c WHERE c.settled_at IS NULL AND c.lease_ends_at < :overdue_before ORDER BY c.lease_ends_at
    """,
    {"call.overdue": "it is not settled, though its lease ended at {found}"},
)
CALL_QUESTIONS = (CHARGES, UNKNOWN_CALLS, OVERDUE)
