"""Cases of names: one company in many spellings, and companies that only look alike."""

from datetime import date

from .forms import NAMES
from .ledger import Books, bag

DAY = date(2026, 6, 10)
COMPANY = "Größe & Maß Straßenbau GmbH"


def company(name: str, mail: str | None = None, number: str | None = None) -> dict:
    """An end customer as a line tells it."""
    told = {"company": {"name": name, "customerNumber": number}}
    return {**told, "contact": {"name": "Erika Muster", "eMail": mail}} if mail else told


def spellings(books: Books) -> None:
    """However its name is written, it is one company."""
    for count, write in enumerate(NAMES.values()):
        bill = books.bill("one company in many spellings", DAY, vendor="Maker of spellings")
        bill.line("N-1", 1, f"{100 + count}.10", customer=COMPANY, endCustomerDto=company(write(COMPANY)))
    for name in ("Maß GmbH", "Mass GmbH & Co. KG", "Masse GmbH"):
        books.bill("companies that look alike", DAY).line("N-2", 1, "10.00", customer=name)


def mail_domains(books: Books) -> None:
    """A mail provider's domain says nothing of a company."""
    for count, name in enumerate(("Anton Klein", "Berta Groß")):
        bill = books.bill("two customers of one mail provider", DAY)
        bill.line("N-3", 1, f"{20 + count}.00", customer=name, endCustomerDto=company(name, f"kunde{count}@gmx.de"))


def own_domain(books: Books) -> None:
    """The domain of the contact on a line is the domain of the usage."""
    case = "domain of the contact"
    books.bill(case, DAY).line(
        "N-4",
        1,
        "500.00",
        customer="Eigene Domain GmbH",
        endCustomerDto=company("Eigene Domain GmbH", "it@eigene-domain.example"),
    )
    told = bag(date(2026, 5, 1), date(2026, 5, 31), clientName="eigene-domain.example")
    books.bill(case, DAY).used("N-5", 10, "2.00", "2026-05", told, customer="eigene-domain.example").totalled()


CASES = [spellings, mail_domains, own_domain]
