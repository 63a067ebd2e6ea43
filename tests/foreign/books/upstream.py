"""Serves bills as Infinigate's API does: token, key, pages, periods, and a refusal for every request that it would not know."""

import json
import threading
import uuid
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

KEY, CLIENT, SECRET = "key-of-the-books", "client-of-the-books", "secret-of-the-books"
INVOICES = "/invoice-management/v2/purchaseinvoice"
MEMOS = "/invoice-management/v2/purchasecreditmemo"
QUOTES = "/order-management/v2/purchasequote"
LISTS = {INVOICES: "invoice", MEMOS: "credit_memo", QUOTES: "quote"}
FILTERS = {"BuyerReference", "ExternalDocumentNumber", "Take", "Skip"}
PERIOD = {"PeriodStart", "PeriodEnd"}
# A day without a zone is taken for one in the middle of Europe.
HOME = timezone(timedelta(hours=1))

# Around the rows: as production does, as another client tolerates it, and without anything, which only quotes may be.
ENVELOPES = ("result", "items", "bare")


def instant(text: str) -> datetime:
    """A moment as upstream compares it."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=HOME)


class Upstream(ThreadingHTTPServer):
    """The books on a free port of this machine."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, bills):
        super().__init__(("127.0.0.1", 0), Desk)
        self.bills = {kind: [bill for bill in bills if bill.kind == kind] for kind in LISTS.values()}
        self.envelope = "result"
        self.tokens = set()
        self.refused = []
        self.told = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def settings(self) -> dict:
        """What lets the server read from here."""
        return {
            "INFINIGATE_BASE_URL": f"http://127.0.0.1:{self.server_port}",
            "INFINIGATE_API_KEY": KEY,
            "INFINIGATE_CLIENT_ID": CLIENT,
            "INFINIGATE_CLIENT_SECRET": SECRET,
        }


class Desk(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        form = {key: values[-1] for key, values in parse_qs(self.rfile.read(length).decode()).items()}
        if self.path != "/authorization/token":
            return self.refuse(404, "Resource not found")
        if self.headers.get("API-KEY") != KEY:
            return self.refuse(401, "Access denied due to missing subscription key.")
        if form != {"client_id": CLIENT, "client_secret": SECRET, "grant_type": "client_credentials"}:
            return self.answer(401, {"error": "invalid_client", "error_description": "Invalid client"})
        token = uuid.uuid4().hex
        self.server.tokens.add(token)
        lifetime = {"expires_in": 300, "refresh_expires_in": 0, "not-before-policy": 0}
        self.answer(200, {"access_token": token, "token_type": "Bearer", "scope": "profile email", **lifetime})

    def do_GET(self):
        address = urlsplit(self.path)
        route = next((known for known in LISTS if f"{address.path}/".startswith(f"{known}/")), None)
        if route is None:
            return self.refuse(404, "Resource not found")
        if self.headers.get("API-KEY") != KEY:
            return self.refuse(401, "Access denied due to missing subscription key.")
        if self.headers.get("authorization", "").removeprefix("Bearer ") not in self.server.tokens:
            return self.refuse(401, "Invalid JWT.")
        if told := self.server.told.get((self.server.envelope, self.path)):
            return self.send(200, told)
        bills = self.server.bills[LISTS[route]]
        if rest := address.path[len(route) + 1 :]:
            return self.one(bills, rest)
        self.page(route, bills, parse_qs(address.query, keep_blank_values=True))

    def one(self, bills, rest: str):
        """A document by its GUID or its number."""
        head, _, number = rest.rpartition("/")
        known = {"": "guid", "documentNumber": "number"}.get(head)
        found = next((bill for bill in bills if known and getattr(bill, known) == unquote(number)), None)
        if found is None:
            return self.answer(404, {"type": "about:blank", "title": "Not Found", "status": 404, "traceId": "0"})
        self.answer(200, found.detail)

    def page(self, route: str, bills, query: dict):
        """A page of the list, newest first."""
        if set(query) - FILTERS - (set() if route == QUOTES else PERIOD) or any(len(values) > 1 for values in query.values()):
            return self.refuse(400, f"unknown or repeated parameter among {sorted(query)}")
        asked = {name: values[0] for name, values in query.items()}
        try:
            take, skip = (int(asked[name]) if name in asked else None for name in ("Take", "Skip"))
            first, last = (instant(asked[name]) if name in asked else None for name in ("PeriodStart", "PeriodEnd"))
        except ValueError as slip:
            return self.refuse(400, str(slip))
        if (take is not None and take < 1) or (skip is not None and skip < 0):
            return self.refuse(400, "Take and Skip")
        # Whether the bounds are meant is not known; here the first is and the last is not.
        rows = [
            bill.row
            for bill in bills
            if (first is None or bill.moment >= first)
            and (last is None or bill.moment < last)
            and asked.get("BuyerReference") in (None, bill.row.get("buyerReference"))
            and asked.get("ExternalDocumentNumber") in (None, bill.row.get("externalDocumentNumber"))
        ]
        here = rows[skip or 0 :][: take if take is not None else len(rows)]
        self.answer(200, self.wrapped(route, len(rows), here))

    def wrapped(self, route: str, count: int, rows: list):
        """A page in the envelope of the day."""
        envelope = self.server.envelope
        if envelope != "bare":
            return {"count": count, envelope: rows}
        return rows if route == QUOTES else {"count": count, "result": rows}

    def refuse(self, status: int, message: str):
        """A refusal as the gateway words it, and a note of it: none of them should happen."""
        self.server.refused.append(f"{status} {self.command} {self.path}: {message}")
        self.answer(status, {"statusCode": status, "message": message})

    def answer(self, status: int, body):
        """One answer in JSON; what was found is told the same way again, for the books do not change."""
        text = json.dumps(body, ensure_ascii=False).encode()
        if status == 200 and self.command == "GET":
            self.server.told[self.server.envelope, self.path] = text
        self.send(status, text)

    def send(self, status: int, text: bytes):
        """An answer on its way."""
        self.send_response(status)
        self.send_header("content-type", "application/json; charset=utf-8")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        """Says nothing."""
