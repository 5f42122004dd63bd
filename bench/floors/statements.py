"""The statements of the measured REST requests, one for one those that the API sends."""

LOGIN = """
    SELECT a.id, s.id, a.user_name, a.email, a.is_operator, a.relay_only, a.calls_from,
           a.do_not_disturb, a.presence_to, a.last_seen_shared, a.created_at
      FROM accounts a JOIN sessions s ON s.account_id = a.id
     WHERE s.id = $1 AND a.id = $2 AND s.ended_at IS NULL AND a.disabled_at IS NULL
"""
NEW_PAYMENT = """
    INSERT INTO payments (id, account_id, amount_minor, currency, provider, provider_ref, checkout_url, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    RETURNING id, account_id, amount_minor, currency, provider, provider_ref, checkout_url, status, created_at,
              settled_at
"""
LOCK_PAYMENT = """
    SELECT id, account_id, amount_minor, currency, status FROM payments WHERE provider = $1 AND provider_ref = $2
    FOR UPDATE
"""
CLAIM_EVENT = """
    INSERT INTO webhook_events (provider, event_id, received_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
    RETURNING event_id
"""
SETTLE_PAYMENT = "UPDATE payments SET status = 'settled', settled_at = $2 WHERE id = $1"
LOCK_WALLET = """
    SELECT account_id, balance_minor, held_minor, price_minor, blocked_at, in_call_id, version,
           operator_blocked_at, earned_minor, asking_price_minor, earning_share_bp, spend_call_minor_max,
           spend_day_minor_max, call_ms_max, chain_seq, chain_hash
      FROM wallets
     WHERE account_id = $1 FOR NO KEY UPDATE
"""
CREDIT_WALLET = """
    UPDATE wallets SET balance_minor = $2, version = version + 1, chain_seq = chain_seq + 1
     WHERE account_id = $1 AND version = $3
"""
BOOK = """
    INSERT INTO ledger_entries (operation, leg, wallet_id, purse, house, amount_minor, balance_after_minor, seq,
                                hash, occurred_at, created_at)
    VALUES ($1, 0, $2, 'credit', NULL, $3, $4, $7, sha256($8), $6, $6),
           ($1, 1, NULL, NULL, 'provider', $5, NULL, NULL, NULL, $6, $6)
"""
TELL = """
    INSERT INTO outbox (message_id, exchange, routing_key, type, correlation_id, body)
    VALUES ($1, 'payments', 'payment.settled', 'payment.settled', NULL, $2),
           ($3, 'accounts', $4, 'wallet.changed', NULL, $5)
"""
NOTIFY = "NOTIFY talktime_outbox"
