"""Cases of money: amounts that are written oddly, credit memos, currencies, days at the edge of a month."""

from datetime import date

from .forms import DAYS
from .ledger import Books

DAY = date(2026, 5, 12)


def missing_numbers(books: Books) -> None:
    """The line's amount stands where a unit price or a quantity does not."""
    books.bill("no unit price", DAY).line("P-1", 4, "436.00", customer="Kunde 1 GmbH", netUnitPrice=None)
    books.bill("no quantity", DAY).line("P-2", 3, "100.00", customer="Kunde 2 GmbH", quantity=None)
    books.bill("neither price nor quantity", DAY).line(
        "P-3", 1, "1744.00", customer="Kunde 3 GmbH", quantity=None, netUnitPrice=None
    )
    books.bill("amount without tax", DAY).line("P-4", 2, "55.55", netUnitPrice=None, vatRate=0, grossExtendedPrice=111.10)
    books.bill("reduced tax", DAY).line("P-5", 1, "33.33", netUnitPrice=None, vatRate=7, grossExtendedPrice=35.66)
    bill = books.bill("no amount at all", DAY).line("P-6", 1, "100.00")
    bill.line("P-7", 1, "50.00", reckonable=False, netUnitPrice=None, grossExtendedPrice=None, vatRate=None)
    bill = books.bill("gross without a rate", DAY).line("P-8", 1, "20.00")
    bill.line("P-9", 1, "50.00", reckonable=False, netUnitPrice=None, grossExtendedPrice=59.5, vatRate=None)
    memo = books.bill("memo without unit price", DAY, kind="credit_memo")
    memo.line("P-10", 2, "10.25", customer="Kunde 10 GmbH", netUnitPrice=None)


def odd_lines(books: Books) -> None:
    """Headings, freight, numbers as text, the short names of customer and contract."""
    bill = books.bill("heading and freight", DAY)
    heading = {"lineType": "Text", "quantity": None, "netUnitPrice": None, "grossExtendedPrice": None, "vatRate": None}
    bill.line(None, 0, 0, **heading, itemDescription="Ihre Bestellung")
    bill.line("L-1", 3, "19.99", customer="Kunde Fracht GmbH", lineNumber="20000")
    bill.line(None, 1, "9.90", lineType="Charge", itemDescription="Fracht")
    bill.positions.pop(0)
    bill = books.bill("only the full description", DAY)
    bill.line("L-2", 1, "12.00", itemDescription=None, fullDescription="Only here")
    bill = books.bill("short name of the customer", DAY)
    bill.line("L-3", 1, "77.00", customer="Kurzname AG", endCustomerDto=None, endCustomer={"company": {"name": "Kurzname AG"}})


def half_cents(books: Books) -> None:
    """Rounded once a line, half away from zero."""
    halves = [
        ("1", "1.005"),
        ("3", "0.335"),
        ("1", "2.675"),
        ("1", "0.005"),
        ("7", "0.045"),
        ("2.5", "0.33"),
        ("0.33333333", "17.12345678"),
        ("1000000", "0.00000001"),
        ("1", "1.0049999999"),
    ]
    bill = books.bill("half cents", DAY)
    for count, (quantity, price) in enumerate(halves):
        bill.line(f"H-{count}", quantity, price, customer=f"Halber Cent {count} GmbH")
    memo = books.bill("half cents given back", DAY, kind="credit_memo")
    for count, (quantity, price) in enumerate(halves):
        memo.line(f"H-{count}", quantity, price, customer=f"Halber Cent zurück {count} GmbH")
    books.bill("returned line", DAY).line("H-20", 10, "1.115").line("H-20", -1, "1.115")
    books.bill("many digits", DAY).line("H-40", 3, "123456.78915").line("H-41", "0.001", "99999999.99")
    books.bill("many cents", DAY)
    for _ in range(200):
        books.bills[-1].line("H-30", "0.1", "0.15")


def credit_memos(books: Books) -> None:
    """A memo takes away, whichever sign it is written with."""
    case = "memo with a plus"
    books.bill(case, DAY).line("M-1", 2, "100.00", customer="Plus GmbH")
    books.bill(case, DAY, kind="credit_memo").line("M-1", 1, "100.00", customer="Plus GmbH")
    case = "memo with a minus"
    books.bill(case, DAY).line("M-2", 2, "100.00", customer="Minus GmbH")
    books.bill(case, DAY, kind="credit_memo").line("M-2", 1, "100.00", customer="Minus GmbH", credits=-1)
    case = "memo with both signs"
    books.bill(case, DAY).line("M-3", 2, "100.00", customer="Beides GmbH")
    memo = books.bill(case, DAY, kind="credit_memo").line("M-3", 1, "100.00", customer="Beides GmbH")
    memo.line("M-4", -1, "20.00", customer="Gebühr GmbH")
    case = "memo later"
    books.bill(case, DAY).line("M-5", 1, "80.00", customer="Später GmbH")
    books.bill(case, date(2026, 7, 2), kind="credit_memo").line("M-5", 1, "80.00", customer="Später GmbH")


def currencies(books: Books) -> None:
    """Never mixed, and none is made up."""
    for currency in ("EUR", "CHF", "GBP", "SEK"):
        books.bill("four currencies", DAY, currency=currency).line("W-1", 3, "33.33", customer="Währung AG")
    books.bill("currency in the row only", DAY, currency="CHF", header={"currencyCode": None}).line("W-2", 1, "5.00")
    books.bill("currency in the header only", DAY, currency="CHF", row={"currencyCode": None}).line("W-3", 1, "6.00")


def edges(books: Books) -> None:
    """The written day counts, at both edges of a month and of the period."""
    for form in DAYS:
        for day in (
            date(2025, 10, 31),
            date(2025, 11, 1),
            date(2026, 3, 31),
            date(2026, 4, 1),
            date(2026, 10, 31),
            date(2026, 11, 1),
        ):
            books.bill(f"day as {form}", day, form=form).line("E-1", 1, day.day, customer="Rand GmbH")


def posting_days(books: Books) -> None:
    """The day of posting counts, and the day of the row where it is missing."""
    books.bill("posted the day after", date(2026, 4, 1), row={"documentCreated": "2026-03-31T00:00:00"}).line("D-1", 1, "41.00")
    for name, written in (("missing", None), ("year one", "0001-01-01T00:00:00"), ("empty", "")):
        books.bill(f"posting day {name}", date(2026, 3, 31), header={"postingDate": written}).line("D-2", 1, "42.00")


CASES = [missing_numbers, odd_lines, half_cents, credit_memos, currencies, edges, posting_days]
