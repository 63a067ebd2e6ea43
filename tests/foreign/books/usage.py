"""Cases of usage: periods that are written oddly, late bills, credits, prices that are missing."""

from datetime import date
from decimal import Decimal

from .forms import german, german_short, us, us_short
from .ledger import Books, Position, bag

FIRST, LAST = date(2026, 8, 1), date(2026, 8, 31)
POSTED = date(2026, 9, 5)
MONTH, MONTH_OF_BILL = "2026-08", "2026-09"
NO_DATE = "1/1/0001 12:00:00 AM"

PERIODS = {
    "american": (MONTH, {"periodStart": us(FIRST), "periodEnd": us(LAST)}),
    "american, two digits": (MONTH, {"periodStart": us_short(FIRST), "periodEnd": us_short(LAST)}),
    "american without a time": (MONTH, {"periodStart": "8/1/2026", "periodEnd": "8/31/2026"}),
    "german": (MONTH, {"SiteName": f"{german(FIRST)} - {german(LAST)}"}),
    "german, two digits": (MONTH, {"SiteName": f"{german_short(FIRST)} - {german_short(LAST)}"}),
    "german with a long dash": (MONTH, {"SiteName": f"{german(FIRST)} – {german(LAST)}"}),
    "german without blanks": (MONTH, {"SiteName": f"{german(FIRST)}-{german(LAST)}"}),
    "within a text": (MONTH, {"SiteName": f"Standort Köln {german(FIRST)} - {german(LAST)}"}),
    "iso": (MONTH, {"periodStart": "2026-08-01T00:00:00", "periodEnd": "2026-08-31T00:00:00"}),
    "offset east": (MONTH, {"periodStart": "2026-08-01T00:00:00+02:00", "periodEnd": "2026-08-31T23:59:59+02:00"}),
    "offset west": (MONTH, {"periodStart": "2026-08-31T23:00:00-05:00", "periodEnd": "2026-09-30T00:00:00-05:00"}),
    "only a start": (MONTH, {"periodStart": us(FIRST)}),
    "only a start on the last day": (MONTH, {"periodStart": us(LAST)}),
    "start and an end in the year one": (MONTH, {"periodStart": us(FIRST), "periodEnd": NO_DATE}),
    "a whole year": (MONTH, {"periodStart": us(FIRST), "periodEnd": "7/31/2027 12:00:00 AM"}),
    "year one, and a text": (
        MONTH,
        {"periodStart": NO_DATE, "periodEnd": NO_DATE, "SiteName": f"{german(FIRST)} - {german(LAST)}"},
    ),
    "year one": (None, {"periodStart": NO_DATE, "periodEnd": NO_DATE}),
    "none": (None, {}),
    "empty": (None, {"periodStart": "", "periodEnd": ""}),
    "a site that is a place": (None, {"SiteName": "Lager Nord"}),
}


def periods(books: Books) -> None:
    """Every spelling of a service period."""
    for count, (name, (month, told)) in enumerate(PERIODS.items()):
        domain = f"periode-{count}.example"
        bill = books.bill(f"period {name}", POSTED)
        bill.used("U-1", 3, "1.95", month, {"clientName": domain, **told}, customer=domain, recommended="2.95").totalled()


def late(books: Books) -> None:
    """Usage that is billed or credited months after it happened."""
    march = bag(date(2026, 3, 1), date(2026, 3, 31), clientName="spaet.example")
    books.bill("billed late", date(2026, 8, 20)).used(
        "U-2", 5, "2.00", "2026-03", march, customer="spaet.example", recommended="3.00"
    ).totalled()
    case = "credited late"
    told = {**march, "clientName": "gutschrift.example"}
    books.bill(case, date(2026, 4, 5)).used("U-2", 5, "2.00", "2026-03", told, customer="gutschrift.example").totalled()
    books.bill(case, date(2026, 8, 21), kind="credit_memo").used(
        "U-2", 2, "2.00", "2026-03", told, customer="gutschrift.example"
    ).totalled()


def amounts(books: Books) -> None:
    """Fractions, halves, missing prices, credits with a suggested price."""

    def of(domain: str) -> dict:
        return bag(FIRST, LAST, clientName=domain)

    bill = books.bill("usage in fractions", POSTED)
    bill.used("U-3", "12.34567891", "0.12345678", MONTH, of("bruch.example"), customer="bruch.example", recommended="0.2")
    bill.used("U-4", "1", "1.005", MONTH, of("halb.example"), customer="halb.example", recommended="2.675")
    bill.used("U-5", "3", "0.335", MONTH, of("halb.example"), customer="halb.example").totalled()
    bill = books.bill("usage without a price", POSTED)
    bill.used("U-6", 4, None, MONTH, of("ohne.example"), customer="ohne.example", recommended="5.00")
    bill.used("U-7", 1, "3.00", MONTH, of("mit.example"), customer="mit.example", recommended="5.00").totalled()
    memo = books.bill("usage given back", POSTED, kind="credit_memo")
    memo.used("U-8", 5, "1.95", MONTH, of("zurueck.example"), customer="zurueck.example", recommended="2.95").totalled()
    for case, domain, signs in (
        ("usage given back with a minus in the quantity", "minus-menge.example", {"quantity": -5}),
        ("usage given back with a minus in the price", "minus-preis.example", {"price": -1.95}),
    ):
        memo = books.bill(case, POSTED, kind="credit_memo")
        memo.used("U-8", 5, "1.95", MONTH, of(domain), customer=domain, recommended="2.95", **signs).totalled(credits=-1)
    case = "usage billed and given back"
    books.bill(case, POSTED).used(
        "U-8", 5, "1.95", MONTH, of("korrektur.example"), customer="korrektur.example", recommended="2.95"
    ).totalled()
    memo = books.bill(case, POSTED, kind="credit_memo")
    memo.used("U-8", 2, "1.95", MONTH, of("korrektur.example"), customer="korrektur.example", recommended="2.95").totalled()
    bill = books.bill("usage in francs", POSTED, currency="CHF")
    bill.used("U-9", 7, "4.10", MONTH, of("franken.example"), customer="franken.example").totalled()


def shapes(books: Books) -> None:
    """Devices, a domain with www, a bag without a customer, one element that is no array."""
    told = {"ClientName": "EXG", "SiteName": f"{german(FIRST)} - {german(LAST)}"}
    bill = books.bill("devices", POSTED)
    for device in ("EXG-NB1", "EXG-NB2", "EXG-SRV"):
        bill.used("U-10", 1, "29.25", MONTH, told, customer="EXG", device=device)
    bill.totalled()
    bill = books.bill("domain in three spellings", POSTED)
    for domain in ("www.muster-ag.example", "muster-ag.example", "WWW.Muster-AG.example"):
        bill.used("U-11", 2, "1.10", MONTH, bag(FIRST, LAST, clientName=domain), customer="muster-ag.example")
    bill.totalled()
    bill = books.bill("nobody named", POSTED)
    bill.used("U-12", 1, "8.00", MONTH, bag(FIRST, LAST), customer=None).totalled()
    bill = books.bill("one element", POSTED)
    bill.used("U-13", 6, "1.50", MONTH, bag(FIRST, LAST, clientName="einzeln.example"), customer="einzeln.example").totalled()
    bill.detail["mspDetailInformation"] = bill.detail["mspDetailInformation"][0]
    bill = books.bill("customer of a piece as an object", POSTED)
    told = {"company": {"name": "Objekt GmbH", "customerNumber": "E77"}}
    bill.used("U-14", 1, "2.50", MONTH, bag(FIRST, LAST), customer="Objekt GmbH", endCustomer=told).totalled()


def beside_lines(books: Books) -> None:
    """Lines without a price, lines that weigh more than the usage behind them, a line without usage."""
    bill = books.bill("lines of usage without a price", POSTED)
    bill.used("U-15", 4, "2.25", MONTH, bag(FIRST, LAST, clientName="zeilen.example"), customer="zeilen.example").totalled()
    for line in bill.detail["lines"]:
        line.update(netUnitPrice=None, grossExtendedPrice=None, vatRate=None)
    bill = books.bill("a fee beside the usage", POSTED)
    bill.used("U-16", 4, "2.25", MONTH, bag(FIRST, LAST, clientName="gebuehr.example"), customer="gebuehr.example").totalled()
    bill.line("U-FEE", 1, "50.00")
    bill = books.bill("a line that weighs more than its usage", POSTED)
    for count in range(3):
        domain = f"rest-{count}.example"
        bill.used("U-17", "0.5", "0.07", MONTH, bag(FIRST, LAST, clientName=domain), customer=domain)
    bill.totalled()
    # Three halves of seven cents are 10.5 cents; each piece is rounded to 4.
    bill.detail["lines"][0].update(quantity=1.5, netUnitPrice=0.07, grossExtendedPrice=0.13)
    bill.positions.append(Position(bill, "U-17", None, Decimal("-0.01")))


CASES = [periods, late, amounts, shapes, beside_lines]
