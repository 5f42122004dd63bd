"""Questions about the history of prices: without a gap, and ending at what is asked today."""

from __future__ import annotations

from billing_worker.audit.asking import Question

HISTORY = Question(
    """
    SELECT 'price.history' AS check_name, account_id AS account, what,
           coalesce(previous::text, 'none') AS expected, coalesce(before::text, 'none') AS found, id
      FROM (SELECT *, lag(after) OVER of_one AS previous, row_number() OVER of_one AS place
              FROM price_changes WINDOW of_one AS (PARTITION BY account_id, what ORDER BY id)) h
     WHERE place > 1 AND before IS DISTINCT FROM previous
     ORDER BY id
    """,
    {"price.history": "its {what} was {expected}, change {id} says it was {found}"},
)
PRESENT = Question(
    """
    SELECT 'price.present' AS check_name, w.account_id AS account, h.what,
           coalesce(h.after::text, 'none') AS expected, coalesce(n.price::text, 'none') AS found
      FROM (SELECT DISTINCT ON (account_id, what) account_id, what, after
              FROM price_changes WHERE account_id IS NOT NULL ORDER BY account_id, what, id DESC) h
      JOIN wallets w ON w.account_id = h.account_id,
           LATERAL (SELECT CASE h.what WHEN 'price' THEN w.price_minor WHEN 'asking_price' THEN w.asking_price_minor
                                       ELSE w.earning_share_bp END AS price) n
     WHERE n.price IS DISTINCT FROM h.after
     ORDER BY w.account_id
    """,
    {"price.present": "its {what} is {found}, the last change made it {expected}"},
)
PRICE_QUESTIONS = (HISTORY, PRESENT)
