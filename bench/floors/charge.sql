-- One charge, one transaction, as a careful person would write it by hand: pgbench's script.
-- `n` counts the calls of a client; `first` sets runs apart.
\set caller random(1, :people)
\set callee random(1, :people)
\set n :n + 1
\set call :first + :client_id * 10000000 + :n
BEGIN;
UPDATE wallets SET balance_minor = balance_minor - 10, version = version + 1, chain_seq = chain_seq + 1
 WHERE account_id = ('018f0000-0000-7000-8000-' || lpad(to_hex(:caller::bigint), 12, '0'))::uuid
RETURNING balance_minor, account_id, chain_seq \gset
INSERT INTO calls (id, caller_id, callee_id, node, price_minor, minutes_held, proof_talk_ms, authorized_at,
                   lease_ends_at, started_at, ended_at, talk_ms, minutes, charge_minor, reason, settled_at)
VALUES (('018f0002-0000-7000-8000-' || lpad(to_hex(:call::bigint), 12, '0'))::uuid, :account_id::uuid,
        ('018f0000-0000-7000-8000-' || lpad(to_hex(:callee::bigint), 12, '0'))::uuid,
        'bench', 10, 1, 0, now(), now(), now(), now(), 30000, 1, 10, 'hung_up', now());
INSERT INTO ledger_entries (operation, leg, wallet_id, purse, house, amount_minor, balance_after_minor, seq, hash,
                            occurred_at, created_at)
VALUES ('charge:018f0002-0000-7000-8000-' || lpad(to_hex(:call::bigint), 12, '0'), 0, :account_id::uuid, 'credit',
        NULL, -10, :balance_minor::bigint, :chain_seq::bigint, sha256('none'), now(), now()),
       ('charge:018f0002-0000-7000-8000-' || lpad(to_hex(:call::bigint), 12, '0'), 1, NULL, NULL,
        'revenue', 10, NULL, NULL, NULL, now(), now());
COMMIT;
