"""The proof that the money is right: what an accountant's programmer reads to believe us.

**The rules, a second time.** `purses` (wallets and one list of entries), `registers` (a call) and `model` say what
should happen, from DESIGN.md (section 4) and ACCEPTANCE.md (B, C) alone. They use no line of the product, no SQL
and no messages. Begin there; if you would sign that, the rest only shows that the product does the same.

**The product, for real.** `reality` and its `customers` ask the very services that run in production, over a real
PostgreSQL, as the role that the programs have; `office` does what operators do. `names` gives ids plain names, so
that `call_1` of a story is `call_1` in the database's answers. `stage` is the database and the event loop that
stories are played on.

**Comparing.** `books` reads all rows and checks what must be true of them whatever happened: sums, running
balances, holds, claims, hash chains. `comparing` compares each wallet, statement, entry, call and payment with the
model's.

| proof | what it shows |
|---|---|
| `test_model` | the model knows nothing of the product, and says what ACCEPTANCE.md says |
| `test_money_machine` | random stories of 40 steps: the product equals the model after every step |
| `test_every_order` | C9: a call's messages in every order, number and batch, to a worker that dies: all the same |
| `test_concurrent_mixes` | many tasks on few wallets through several engines: sound at every look, nothing stuck |
| `test_everything_twice` | the whole log of a busy day once more, and once more: not one byte moves |
| `test_restored` | C14: an empty backup and the log of a story: all comes back, to the model's last unit |
| `test_acknowledging` | an end whose worker dies before its commit is not lost, on either bus |
| `test_planted_bugs` | the product is broken on purpose, in many ways; its table says what noticed which |

Everything random comes from a seed and is the same in every run; a failure says how to see it again, and prints the
story that leads there. For longer runs::

    PROOF_SEED=2 PROOF_STORIES=5000 pytest -s tests/proof/test_money_machine.py
    PROOF_SEED=2 PROOF_ROUNDS=500 pytest -s tests/proof/test_concurrent_mixes.py
"""
