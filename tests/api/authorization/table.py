"""The table: a line a route, a column a kind of people.

A cell is the status of the answer; where a route names a thing, there may be three: for one's own, somebody else's,
and one that does not exist. `operator` is an operator at work, `at home` one who is logged in like everybody else.
"""

from dataclasses import dataclass

WHO = ("nobody", "disabled", "customer", "blocked", "operator", "at home")
WHOSE = ("own", "foreign", "unknown")

TABLE = """
                                                   |nobody|disabled|customer   |blocked    |operator   |at home
POST   /v1/accounts                                | 201  | 201    | 201       | 201       | 201       | 201
POST   /v1/sessions                                | 401  | 401    | 201       | 201       | 201       | 201
POST   /v1/sessions/refresh                        | 401  | 401    | 200       | 200       | 200       | 200
GET    /v1/sessions                                | 401  | 401    | 200       | 200       | 401       | 200
DELETE /v1/sessions                                | 401  | 401    | 204       | 204       | 401       | 204
DELETE /v1/sessions/current                        | 401  | 401    | 204       | 204       | 401       | 204
GET    /v1/sessions/{session_id}                   | 401  | 401    |200 404 404|200 404 404| 401       |200 404 404
DELETE /v1/sessions/{session_id}                   | 401  | 401    |204 404 404|204 404 404| 401       |204 404 404
GET    /v1/me                                      | 401  | 401    | 200       | 200       | 401       | 200
PATCH  /v1/me                                      | 401  | 401    | 200       | 200       | 401       | 200
PUT    /v1/me/password                             | 401  | 401    | 204       | 204       | 401       | 204
POST   /v1/me/deletion                             | 401  | 401    | 204       | 204       | 401       | 204
GET    /v1/me/blocklist                            | 401  | 401    | 200       | 200       | 401       | 200
PUT    /v1/me/blocklist/{account_id}               | 401  | 401    |422 204 404|422 204 404| 401       |422 204 404
DELETE /v1/me/blocklist/{account_id}               | 401  | 401    | 204       | 204       | 401       | 204
GET    /v1/me/contacts                             | 401  | 401    | 200       | 200       | 401       | 200
PUT    /v1/me/contacts/{account_id}                | 401  | 401    |422 204 404|422 204 404| 401       |422 204 404
DELETE /v1/me/contacts/{account_id}                | 401  | 401    | 204       | 204       | 401       | 204
GET    /v1/me/limits                               | 401  | 401    | 200       | 200       | 401       | 200
PATCH  /v1/me/limits                               | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/wallet                                  | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/wallet/entries                          | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/wallet/entries.csv                      | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/earnings                                | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/earnings/entries                        | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/earnings/entries.csv                    | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/payments                                | 401  | 401    | 200       | 200       | 401       | 200
POST   /v1/payments                                | 401  | 401    | 201       | 201       | 401       | 201
GET    /v1/payments/{payment_id}                   | 401  | 401    |200 404 404|200 404 404| 401       |200 404 404
POST   /v1/webhooks/{provider_name}                | 401  | 401    | 401       | 401       | 401       | 401
GET    /v1/people                                  | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/people/{id_or_name}                     | 401  | 401    |200 200 404|200 200 404| 401       |200 200 404
GET    /v1/people/{account_id}/presence            | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/calls                                   | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/calls/quote                             | 401  | 401    | 200       | 200       | 401       | 200
GET    /v1/calls/{call_id}                         | 401  | 401    |200 404 404|200 404 404| 401       |200 404 404
GET    /v1/ice-servers                             | 401  | 401    |200 404 404|200 404 404| 401       |200 404 404
POST   /v1/operator/sessions                       | 401  | 401    | 401       | 401       | 201       | 201
GET    /v1/operator/sessions/current               | 401  | 401    | 401       | 401       | 200       | 401
DELETE /v1/operator/sessions/current               | 401  | 401    | 401       | 401       | 204       | 401
GET    /v1/operator/accounts                       | 401  | 401    | 401       | 401       | 200       | 401
GET    /v1/operator/accounts/{account_id}          | 401  | 401    | 401       | 401       |200 200 404| 401
GET    /v1/operator/accounts/{account_id}/entries  | 401  | 401    | 401       | 401       |200 200 404| 401
GET    /v1/operator/accounts/{account_id}/entries.csv | 401 | 401  | 401       | 401       |200 200 404| 401
GET    /v1/operator/accounts/{account_id}/earnings | 401  | 401    | 401       | 401       |200 200 404| 401
GET    /v1/operator/accounts/{account_id}/earnings/entries | 401 | 401 | 401   | 401       |200 200 404| 401
GET    /v1/operator/accounts/{account_id}/earnings/entries.csv | 401 | 401 | 401 | 401     |200 200 404| 401
GET    /v1/operator/accounts/{account_id}/calls    | 401  | 401    | 401       | 401       |200 200 404| 401
GET    /v1/operator/accounts/{account_id}/payments | 401  | 401    | 401       | 401       |200 200 404| 401
POST   /v1/operator/accounts/{account_id}/block    | 401  | 401    | 401       | 401       |403 200 404| 401
POST   /v1/operator/accounts/{account_id}/unblock  | 401  | 401    | 401       | 401       |403 200 404| 401
POST   /v1/operator/accounts/{account_id}/disable  | 401  | 401    | 401       | 401       |403 200 404| 401
POST   /v1/operator/accounts/{account_id}/enable   | 401  | 401    | 401       | 401       |403 200 404| 401
PUT    /v1/operator/accounts/{account_id}/price    | 401  | 401    | 401       | 401       |403 200 404| 401
POST   /v1/operator/accounts/{account_id}/adjustments | 401 | 401  | 401       | 401       |403 200 404| 401
POST   /v1/operator/accounts/{account_id}/payouts  | 401  | 401    | 401       | 401       |403 409 404| 401
PUT    /v1/operator/accounts/{account_id}/asking-price | 401 | 401 | 401      | 401       |403 200 404| 401
GET    /v1/operator/accounts/{account_id}/prices   | 401  | 401    | 401       | 401       |200 200 404| 401
GET    /v1/operator/prices/default                 | 401  | 401    | 401       | 401       | 200       | 401
PUT    /v1/operator/prices/default                 | 401  | 401    | 401       | 401       | 200       | 401
GET    /v1/operator/prices/default/changes         | 401  | 401    | 401       | 401       | 200       | 401
GET    /v1/operator/calls/live                     | 401  | 401    | 401       | 401       | 200       | 401
GET    /v1/operator/calls/{call_id}                | 401  | 401    | 401       | 401       |200 200 404| 401
POST   /v1/operator/calls/{call_id}/end            | 401  | 401    | 401       | 401       |202 202 404| 401
GET    /v1/operator/calls/{call_id}/refunds        | 401  | 401    | 401       | 401       |200 200 404| 401
POST   /v1/operator/calls/{call_id}/refunds        | 401  | 401    | 401       | 401       |403 409 404| 401
GET    /v1/operator/payments/{payment_id}/refunds  | 401  | 401    | 401       | 401       |200 200 404| 401
POST   /v1/operator/payments/{payment_id}/refunds  | 401  | 401    | 401       | 401       |403 201 404| 401
GET    /v1/operator/figures                        | 401  | 401    | 401       | 401       | 200       | 401
GET    /v1/operator/books                          | 401  | 401    | 401       | 401       | 200       | 401
GET    /v1/operator/books/{house}/entries.csv      | 401  | 401    | 401       | 401       | 200       | 401
GET    /v1/operator/audit                          | 401  | 401    | 401       | 401       | 200       | 401
GET    /v1/installation                            | 200  | 200    | 200       | 200       | 200       | 200
GET    /health/live                                | 200  | 200    | 200       | 200       | 200       | 200
GET    /health/ready                               | 200  | 200    | 200       | 200       | 200       | 200
GET    /.well-known/jwks.json                      | 200  | 200    | 200       | 200       | 200       | 200
"""


@dataclass(frozen=True)
class Cell:
    """What somebody is to be answered who asks for somebody's thing."""

    who: str
    whose: str
    status: int


def expected() -> dict[tuple[str, str], list[Cell]]:
    """Return the table by method and path."""
    heads, *lines = [line for line in TABLE.splitlines() if line]
    assert tuple(head.strip() for head in heads.split("|")[1:]) == WHO
    rows = {}
    for line in lines:
        route, *cells = line.split("|")
        method, path = route.split()
        assert len(cells) == len(WHO), line
        rows[method, path] = [
            Cell(who, whose, status)
            for who, cell in zip(WHO, cells, strict=True)
            for whose, status in _by_owner(path, cell)
        ]
    assert len(rows) == len(lines), "a route has two lines"
    return rows


def _by_owner(path: str, cell: str) -> list[tuple[str, int]]:
    statuses = [int(status) for status in cell.split()]
    if len(statuses) == len(WHOSE):
        return list(zip(WHOSE, statuses, strict=True))
    [status] = statuses
    return [(whose, status) for whose in (WHOSE if "{" in path else WHOSE[:1])]
