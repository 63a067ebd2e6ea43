"""The reports over generated bills in every odd form, against an exact calculation: to the cent, the day and the letter.

The truth of every bill is known before it is written oddly (`books/`); nothing here reads what the server has reckoned.
"""

import asyncio
import csv
import io
import json
import sys
import tempfile
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from mcp import Client, StdioServerParameters

from books import contracts, customers, exact, money, plain, usage
from books.ledger import CENT, Books
from books.upstream import ENVELOPES, Upstream
from started import SERVER
from steps import finish, step

FIRST, LAST = date(2025, 10, 1), date(2026, 11, 30)
PERIOD = {"date_from": "2025-10", "date_to": "2026-11"}
AT_ONCE = 6
STEP_SECONDS = 50
MAX_SHOWN = 80


def number(value) -> Decimal | None:
    """A number of an answer, as it is written."""
    return None if value in (None, "") else Decimal(value)


class Office:
    """Asks the server for reports."""

    def __init__(self, client):
        self.client = client
        self.places = asyncio.Semaphore(AT_ONCE)

    async def ask(self, tool: str, **arguments) -> tuple[dict, dict]:
        """The answer of a tool with its numbers exactly as written, and the files beside it by their address."""
        async with self.places:
            result = await self.client.call_tool(f"infinigate_{tool}", arguments)
        assert not result.is_error, (tool, arguments, result.content)
        files = {str(part.resource.uri): part.resource.text for part in result.content if part.type == "resource"}
        return json.loads(result.content[0].text, parse_float=Decimal, parse_int=Decimal), files

    async def all(self, tool: str, rows: str, **arguments) -> tuple[list, dict, dict]:
        """All rows, page after page, with the last answer and its files."""
        found, skip = [], 0
        while True:
            answer, files = await self.ask(tool, skip=skip, **arguments)
            found += answer[rows]
            if not answer["has_more"]:
                assert len(found) == answer.get("total_count", len(found)), (tool, len(found), answer["total_count"])
                return found, answer, files
            skip = int(answer["next_skip"])


class Differences(list):
    """What is not as it must be, each with its case."""

    def hold(self, case: str, what: str, expected, got) -> None:
        """Notes a difference."""
        if expected != got:
            self.append(f"[{case}] {what}: expected {expected}, got {got}")

    def hold_all(self, case: str, what: str, expected, got) -> None:
        """Notes what is missing and what is too much."""
        expected, got = Counter(iter(expected)), Counter(iter(got))
        for one, sign in [(one, "missing") for one in expected - got] + [(one, "not expected") for one in got - expected]:
            self.append(f"[{case}] {what}: {one} is {sign}")

    def none(self) -> None:
        """Fails with all of them."""
        shown = "\n        ".join(self[:MAX_SHOWN])
        assert not self, f"{len(self)} differences, of which here are {min(len(self), MAX_SHOWN)}\n        {shown}"


def named(answer: dict) -> set[str]:
    """The documents that an answer says it left out."""
    return {document for entry in answer.get("left_out", []) for document in entry.get("documents", [])}


def honest(differences: Differences, case: str, answer: dict, missing: set[str]) -> None:
    """What cannot be reckoned is named, and nothing else is; `complete` says whether there is any."""
    differences.hold_all(case, "documents left out", missing, named(answer))
    differences.hold(case, "complete", not missing, answer["complete"])


async def spend_of_cases(office: Office, books: Books, by: str) -> Differences:
    """Each case by itself, picked by the code of its vendor."""
    differences = Differences()

    async def one(vendor: str) -> None:
        bills = [bill for bill in books.bills if bill.vendor == vendor and FIRST <= bill.day <= LAST]
        if not bills:
            return
        answer, _ = await office.ask("spend_report", **PERIOD, group_by=by, vendor=books.code(vendor), top=50, chart=False)
        honest(differences, bills[0].case, answer, exact.left_out(bills))
        spend_holds(differences, bills[0].case, by, exact.spend(bills, by), answer)

    await asyncio.gather(*(one(vendor) for vendor in list(books.vendors)))
    return differences


def spend_holds(differences: Differences, case: str, by: str, expected: dict, answer: dict) -> None:
    """The tables of one answer."""
    tables = {table.get("currency"): table for table in answer["currencies"]}
    differences.hold_all(case, "currencies", expected.keys(), tables.keys())
    for currency in expected.keys() & tables.keys():
        want, table = expected[currency], tables[currency]
        for name in ("total", "invoiced", "credited"):
            differences.hold(case, f"{name} in {currency}", getattr(want, name), number(table[name]))
        got = {exact.same(row.get("id", row["name"]) if by == "product" else row["name"]): row for row in table["rows"]}
        if "others" not in table:
            differences.hold_all(case, "groups", want.rows.keys(), got.keys())
        for name in want.rows.keys() & got.keys():
            differences.hold(case, f"net of {name!r}", want.rows[name].net, number(got[name]["net"]))
            differences.hold(case, f"documents of {name!r}", len(want.rows[name].bills), got[name]["documents"])
            if want.total > 0:
                differences.hold(
                    case, f"percent of {name!r}", exact.percent(want.rows[name].net, want.total), number(got[name].get("percent"))
                )
        shown = sum((number(row["net"]) for row in table["rows"]), Decimal(0)) + number(table.get("others", {}).get("net", 0))
        differences.hold(case, f"rows and others in {currency}", want.total, shown)


async def spend_of_all(office: Office, books: Books) -> Differences:
    """Everything, whichever way it is cut."""
    differences = Differences()
    bills = [bill for bill in books.bills if FIRST <= bill.day <= LAST]
    for by in exact.KEYS:
        answer, _ = await office.ask("spend_report", **PERIOD, group_by=by, top=50, chart=False)
        spend_holds(differences, f"all by {by}", by, exact.spend(bills, by), answer)
        read = Counter(bill.kind for bill in bills)
        differences.hold(f"all by {by}", "invoices read", read["invoice"], answer["invoices_read"])
        differences.hold(f"all by {by}", "credit memos read", read["credit_memo"], answer["credit_memos_read"])
    return differences


async def end_customers(office: Office, books: Books) -> Differences:
    """Everybody, once."""
    differences = Differences()
    bills = [bill for bill in books.bills if FIRST <= bill.day <= LAST]
    rows, answer, _ = await office.all("list_end_customers", "end_customers", **PERIOD, take=200)
    expected = exact.customers(bills)
    differences.hold_all("all", "customers", expected.keys(), (exact.same(row["name"]) for row in rows))
    differences.hold("all", "bills without a customer", exact.nobody(bills), answer["bills_without_customer"])
    for row in rows:
        want = expected.get(exact.same(row["name"]))
        if want is None:
            continue
        case = " and ".join(sorted(want.cases))
        spent = {one["currency"]: number(one["net"]) for one in row["spent"]}
        differences.hold(case, f"spent on {row['name']!r}", some(want.spent), some(spent))
        differences.hold(case, f"documents of {row['name']!r}", len(want.bills), row["documents"])
        differences.hold_all(case, f"vendors of {row['name']!r}", want.vendors, row["vendors"])
        differences.hold(case, f"last seen {row['name']!r}", str(want.last_seen), row["last_seen"])
        differences.hold(case, "a name without odd blanks", " ".join(row["name"].split()), row["name"])
    return differences


def some(sums: dict) -> list[tuple]:
    """The sums that are not nothing."""
    return sorted((currency, str(Decimal(net).quantize(CENT))) for currency, net in sums.items() if net)


async def renewals(office: Office, books: Books) -> Differences:
    """What is due, to the day."""
    differences = Differences()
    asked = {"as_of": str(contracts.AS_OF), "within_days": contracts.WITHIN, "look_back_months": 72}
    bills = [bill for bill in books.bills if bill.day <= contracts.AS_OF]
    rows, answer, _ = await office.all("list_renewals", "renewals", **asked, take=200)
    honest(differences, "all", answer, exact.endless(bills))
    due = {
        (contract.bill.number, contract.sku, min(contract.ids, default="")): contract
        for contract in exact.due(bills, contracts.AS_OF)
    }
    cases = {bill.number: bill.case for bill in books.bills}

    def key(row: dict) -> tuple:
        ids = {row.get("serial_number"), row.get("license_id")} & {one for contract in known for one in contract.ids}
        return (row["document_number"], row.get("sku"), min(ids, default=""))

    known = [contract for bill in bills for contract in bill.contracts]
    got = Counter(key(row) for row in rows)
    for one in sorted(set(due) | set(got)):
        told = due[one].told if one in due else ""
        differences.hold(cases.get(one[0], "?"), f"times listed {one} {told}", int(one in due), got[one])
    for row in rows:
        contract = due.get(key(row))
        if contract is None:
            continue
        case = contract.bill.case
        differences.hold(case, "end", str(contract.end), row["end"])
        differences.hold(case, "days left", (contract.end - contracts.AS_OF).days, row["days_left"])
        differences.hold(case, "customer", exact.same(contract.customer), exact.same(row["end_customer"]))
        differences.hold(case, "unit price", contract.price, number(row["unit_price"]))
        differences.hold(case, "currency", contract.bill.currency, row["currency"])
        differences.hold(case, "vendor", contract.bill.vendor, row["vendor"])
    differences.hold("all", "order", sorted(row["end"] for row in rows), [row["end"] for row in rows])
    return differences


async def months_of_usage(office: Office, books: Books) -> Differences:
    """Every month, its sums and its file."""
    differences = Differences()
    pieces = [piece for bill in books.bills for piece in bill.usages]
    months = {exact.month_of(piece) for piece in pieces} | {f"{piece.bill.day:%Y-%m}" for piece in pieces}
    for month in sorted(months):
        used, late = exact.used(books.bills, month), exact.late(books.bills, month)
        rows, answer, files = await office.all("msp_usage", "rows", month=month, take=200)
        usage_holds(differences, month, used, rows, answer)
        file_holds(differences, month, used, files.get(answer.get("file"), ""))
        late_holds(differences, month, late, answer.get("late_corrections", []))
        file_holds(differences, f"{month}, late", late, files.get(answer.get("late_file"), ""))
        notes = " ".join(answer.get("notes", []))
        undated = sum(piece.month is None for piece in used)
        differences.hold(month, f"{undated} undated pieces noted in {notes!r}", undated > 0, f"{undated} piece" in notes)
        if any(piece.price is None for piece in used):
            differences.hold(month, "a note of the price that is missing", True, "price" in notes)
    return differences


def late_holds(differences: Differences, month: str, pieces: list, rows: list) -> None:
    """What bills of the month say of months long past."""
    expected, cases = Counter(), {}
    for piece in pieces:
        key = (exact.month_of(piece), piece.bill.number, exact.same(piece.customer), piece.sku, piece.quantity, piece.cost)
        expected[key] += 1
        cases[key] = piece.bill.case
    got = Counter(
        (
            row["month"],
            row["document_number"],
            exact.same(row["end_customer"]),
            row["sku"],
            number(row["quantity"]),
            number(row["cost"]),
        )
        for row in rows
    )
    for key in expected.keys() | got.keys():
        differences.hold(f"{month}, {cases.get(key, 'not expected')}", f"late {tuple(map(str, key))}", expected[key], got[key])


def usage_holds(differences: Differences, month: str, pieces: list, rows: list, answer: dict) -> None:
    """Rows and sums of one month."""
    want = Counter()
    costs, cases = {}, {}
    for piece in pieces:
        key = (exact.same(piece.customer), piece.sku, piece.bill.currency)
        want[key] += piece.quantity
        costs[key] = None if piece.cost is None else costs.get(key, Decimal(0)) + piece.cost
        cases[key] = piece.bill.case
    got, paid = Counter(), {}
    for row in rows:
        key = (exact.same(row["end_customer"]), row["sku"], row["currency"])
        got[key] += number(row["quantity"])
        cost = number(row.get("cost"))
        paid[key] = None if cost is None else paid.get(key, Decimal(0)) + cost
    for key in sorted(costs.keys() | paid.keys()):
        case = f"{month}, {cases.get(key, 'not expected')}"
        differences.hold(case, f"quantity of {key}", want.get(key), got.get(key))
        differences.hold(case, f"cost of {key}", costs.get(key, "no row"), paid.get(key, "no row"))
    expected = exact.usage_totals(pieces)
    totals = {total.get("currency"): total for total in answer["totals"]}
    differences.hold_all(month, "currencies", expected.keys(), totals.keys())
    for currency in expected.keys() & totals.keys():
        for name in ("cost", "recommended", "margin", "cost_without_price"):
            differences.hold(month, f"{name} in {currency}", getattr(expected[currency], name), number(totals[currency][name]))
        differences.hold(month, f"customers in {currency}", len(expected[currency].customers), totals[currency]["customers"])


def file_holds(differences: Differences, month: str, pieces: list, file: str) -> None:
    """The file of one month, piece by piece."""
    expected = Counter(exact.piece_key(piece) for piece in pieces)
    got = Counter(
        (
            row["document_number"],
            row["document_date"],
            exact.same(row["end_customer"]),
            row["sku"],
            row["device"],
            number(row["quantity"]),
            number(row["unit_cost"]),
            number(row["cost"]),
            number(row["recommended"]),
            number(row["margin"]),
            row["currency"],
        )
        for row in csv.DictReader(io.StringIO(file))
    )
    cases = {exact.piece_key(piece): piece.bill.case for piece in pieces}
    for key in expected.keys() | got.keys():
        differences.hold(
            f"{month}, {cases.get(key, 'not expected')}", f"rows of the file {tuple(map(str, key))}", expected[key], got[key]
        )


async def lists(office: Office, books: Books) -> Differences:
    """The list of bills: every one once, at its day, with its total; the edges of a month belong to it."""
    differences = Differences()
    written = {bill.number: bill for bill in books.bills}
    rows, _, _ = await office.all("list_invoices", "documents", document_type="both", take=100)
    differences.hold_all("list", "documents", written, (row["document_number"] for row in rows))
    for row in rows:
        bill = written[row["document_number"]]
        differences.hold(bill.case, f"total of {bill.number}", Decimal(str(bill.row["total"])), number(row["total"]))
        differences.hold(bill.case, f"day of {bill.number}", bill.row["documentCreated"][:10], row["date"][:10])
        differences.hold(bill.case, f"kind of {bill.number}", bill.kind, row["document_type"])
    # Upstream sorts by moments and people by days; across zones the two differ by less than a day.
    moments = [written[row["document_number"]].moment for row in rows]
    for row, earlier, later in zip(rows[1:], moments, moments[1:], strict=False):
        differences.hold("list", f"{row['document_number']} in its place", True, later - earlier < timedelta(days=1))
    for first, last in (("2025-10-31", "2025-10-31"), ("2025-11-01", "2026-03-31"), ("2026-04-01", "2026-11-01")):
        rows, _, _ = await office.all("list_invoices", "documents", document_type="both", take=100, **{"from": first, "to": last})
        want = {bill.number for bill in books.bills if first <= bill.row["documentCreated"][:10] <= last}
        got = {row["document_number"] for row in rows}
        for one in sorted(want ^ got):
            day = written[one].row["documentCreated"]
            differences.hold(written[one].case, f"{one} of {day} among {first} to {last}", one in want, one in got)
    return differences


def numbers(documents: list) -> list[str]:
    """What these documents are known by."""
    return [document.number for document in documents]


async def enveloped(office: Office, books: Books) -> Differences:
    """However upstream wraps its rows, they are read."""
    differences = Differences()
    rows, _, _ = await office.all("list_invoices", "documents", document_type="both", take=100)
    differences.hold_all("envelope", "bills", numbers(books.bills), (row["document_number"] for row in rows))
    rows, _, _ = await office.all("list_quotes", "quotes", take=100)
    differences.hold_all("envelope", "quotes", numbers(books.quotes), (row["document_number"] for row in rows))
    return differences


async def all_of(upstream: Upstream, books: Books, works: dict) -> dict:
    """What one server has to say to each work: its differences, or why there are none."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "LOG_LEVEL": "error",
            "MCP_TOOLSETS": "all",
            "STATE_URL": f"sqlite:{folder}/state.db",
            "TIME_ZONE": "Europe/Berlin",
            **upstream.settings,
        }
        async with Client(StdioServerParameters(command=SERVER, args=["serve", "--stdio"], env=settings)) as client:
            for name, work in works.items():
                try:
                    found[name] = await asyncio.wait_for(work(Office(client), books), STEP_SECONDS)
                except Exception as fault:
                    found[name] = fault
    return found


def tell(name: str, found) -> None:
    """One step a work."""

    def work() -> None:
        if isinstance(found, Exception):
            raise found
        found.none()

    step(f"exact: {name}", work)


def written() -> Books:
    """All bills of all cases."""
    books = Books()
    for cases in (money, usage, contracts, customers, plain):
        for case in cases.CASES:
            case(books)
    return books.closed()


if __name__ == "__main__":
    books = written()
    upstream = Upstream([*books.bills, *books.quotes])
    several = f"{len(books.bills)} bills of {len({bill.case for bill in books.bills})} cases"
    works = {
        f"spend by month, each case by itself, {several}": partial(spend_of_cases, by="month"),
        "spend by end customer, each case by itself": partial(spend_of_cases, by="end_customer"),
        "spend by product, each case by itself": partial(spend_of_cases, by="product"),
        "spend of everything by vendor, month and end customer": spend_of_all,
        "end customers": end_customers,
        "renewals": renewals,
        "usage of every month, with its file": months_of_usage,
        "the list of bills": lists,
    }
    for name, found in asyncio.run(all_of(upstream, books, works)).items():
        tell(name, found)
    for envelope in ENVELOPES:
        upstream.envelope = envelope
        for name, found in asyncio.run(all_of(upstream, books, {f"rows wrapped as {envelope}": enveloped})).items():
            tell(name, found)
    refused = Differences(upstream.refused)
    tell("every request is one that upstream knows", refused)
    sys.exit(finish())
