"""What reports must say of the books: sums in decimals, days in days, names as they were meant."""

import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .contracts import OVERDUE, WITHIN
from .ledger import Bill, Contract, Usage, month_end

NOBODY = "(not stated)"
ZERO = Decimal(0)
# A renewal begins when the old term ends: within so many days of the day after.
MEETS = 14
# Days after a month in which its usage is still billed.
WAITS = 62


def same(name: str | None) -> str:
    """What the spellings of one name have in common."""
    return " ".join(unicodedata.normalize("NFKC", name or NOBODY).casefold().split())


@dataclass
class Group:
    """A sum and the bills it stands on."""

    net: Decimal = ZERO
    bills: set = field(default_factory=set)
    cases: set = field(default_factory=set)

    def add(self, amount: Decimal, bill: Bill) -> None:
        self.net += amount
        self.bills.add(bill.number)
        self.cases.add(bill.case)


@dataclass
class Spend:
    """One currency of a report on spend."""

    invoiced: Decimal = ZERO
    credited: Decimal = ZERO
    rows: dict = field(default_factory=lambda: defaultdict(Group))

    @property
    def total(self) -> Decimal:
        return self.invoiced - self.credited


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """With one decimal, half away from zero."""
    return (part * 100 / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


KEYS = {
    "vendor": lambda position: same(position.bill.vendor),
    "month": lambda position: f"{position.bill.day:%Y-%m}",
    "end_customer": lambda position: same(position.customer),
    "product": lambda position: same(position.sku or position.text),
}


def spend(bills: list[Bill], by: str) -> dict[str, Spend]:
    """Net spend of these bills by currency and group."""
    found: dict[str, Spend] = defaultdict(Spend)
    for bill in bills:
        for position in bill.positions:
            if position.net is None:
                continue
            table = found[bill.currency]
            if bill.kind == "credit_memo":
                table.credited -= position.net
            else:
                table.invoiced += position.net
            table.rows[KEYS[by](position)].add(position.net, bill)
    return found


def left_out(bills: list[Bill]) -> set[str]:
    """The bills with an amount that cannot be reckoned."""
    return {position.bill.number for bill in bills for position in bill.positions if position.net is None}


@dataclass
class Customer:
    """One of the reseller's customers."""

    spent: dict = field(default_factory=lambda: defaultdict(lambda: ZERO))
    bills: set = field(default_factory=set)
    vendors: set = field(default_factory=set)
    cases: set = field(default_factory=set)
    last_seen: date = date.min


def customers(bills: list[Bill]) -> dict[str, Customer]:
    """Everybody these bills name."""
    found: dict[str, Customer] = defaultdict(Customer)
    for bill in bills:
        for position in [*bill.positions, *bill.usages]:
            if position.customer is None:
                continue
            one = found[same(position.customer)]
            one.bills.add(bill.number)
            one.vendors.add(bill.vendor)
            one.cases.add(bill.case)
            one.last_seen = max(one.last_seen, bill.day)
            if getattr(position, "net", None) is not None:
                one.spent[bill.currency] += position.net
    return found


def nobody(bills: list[Bill]) -> int:
    """How many bills have an amount for nobody."""
    return sum(any(position.customer is None and position.net for position in bill.positions) for bill in bills)


def goes_on(old: Contract, new: Contract) -> bool:
    """Whether the new contract is the old one's renewal."""
    if new.sku != old.sku or same(new.customer) != same(old.customer) or not new.start or new.bill.kind != "invoice":
        return False
    if old.ids and new.ids and not old.ids & new.ids:
        return False
    return abs((new.start - old.end).days - 1) <= MEETS and (new.end is None or new.end > old.end)


def given_back(contract: Contract, contracts: list[Contract]) -> bool:
    """Whether credit memos took all of it back."""
    back = sum(
        other.quantity
        for other in contracts
        if other.bill.kind == "credit_memo"
        and (other.sku, other.customer, other.ids, other.end) == (contract.sku, contract.customer, contract.ids, contract.end)
    )
    return back >= contract.quantity


def due(bills: list[Bill], as_of: date) -> list[Contract]:
    """The contracts that end in the window and do not go on."""
    contracts = [contract for bill in bills for contract in bill.contracts]
    window = (as_of - timedelta(days=OVERDUE), as_of + timedelta(days=WITHIN))
    return [
        contract
        for contract in contracts
        if contract.bill.kind == "invoice"
        and contract.end
        and window[0] <= contract.end <= window[1]
        and not given_back(contract, contracts)
        and not any(goes_on(contract, other) for other in contracts)
    ]


def endless(bills: list[Bill]) -> set[str]:
    """The bills with a contract whose end cannot be reckoned."""
    return {bill.number for bill in bills for contract in bill.contracts if contract.end is None}


def month_of(piece: Usage) -> str:
    """The month a piece counts to; without a period that of its bill."""
    return piece.month or f"{piece.bill.day:%Y-%m}"


def is_late(piece: Usage) -> bool:
    """Whether its bill came so long after its month that the report of that month does not wait for it."""
    year, month = map(int, month_of(piece).split("-"))
    last = month_end(date(year, month, 1))
    return piece.bill.day > last + timedelta(days=WAITS)


def used(bills: list[Bill], month: str) -> list[Usage]:
    """The usage of the month."""
    return [piece for bill in bills for piece in bill.usages if month_of(piece) == month and not is_late(piece)]


def late(bills: list[Bill], month: str) -> list[Usage]:
    """What bills of the month charge or credit for months long past."""
    return [piece for bill in bills if f"{bill.day:%Y-%m}" == month for piece in bill.usages if is_late(piece)]


def piece_key(piece: Usage) -> tuple:
    """A piece as a row of the file tells it."""
    margin = None if piece.worth is None or piece.cost is None else piece.worth - piece.cost
    return (
        piece.bill.number,
        str(piece.bill.day),
        same(piece.customer),
        piece.sku,
        piece.device or "",
        piece.quantity,
        piece.price,
        piece.cost,
        piece.worth,
        margin,
        piece.bill.currency,
    )


@dataclass
class UsageTotal:
    """The sums of usage in one currency."""

    cost: Decimal = ZERO
    recommended: Decimal = ZERO
    margin: Decimal = ZERO
    cost_without_price: Decimal = ZERO
    customers: set = field(default_factory=set)


def usage_totals(pieces: list[Usage]) -> dict[str, UsageTotal]:
    """All sums of these pieces; what has no price has no margin."""
    found: dict[str, UsageTotal] = defaultdict(UsageTotal)
    for piece in pieces:
        total = found[piece.bill.currency]
        total.customers.add(same(piece.customer))
        total.cost += piece.cost or ZERO
        total.recommended += piece.worth or ZERO
        if piece.worth is None:
            total.cost_without_price += piece.cost or ZERO
        elif piece.cost is not None:
            total.margin += piece.worth - piece.cost
    return found
