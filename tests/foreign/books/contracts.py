"""Cases of contracts: what ends soon, what was renewed, terms and ends that are written oddly."""

from datetime import date

from .forms import DAYS, german, us, us_short
from .ledger import Books

AS_OF = date(2026, 11, 22)
WITHIN, OVERDUE = 120, 30
START, END = date(2024, 1, 1), date(2026, 12, 31)
AGAIN, LATER = date(2027, 1, 1), date(2029, 12, 31)
BOUGHT, RENEWED = date(2024, 1, 8), date(2026, 11, 10)


def due_and_renewed(books: Books) -> None:
    """What ends within the window is due unless the same product of the same customer goes on."""
    books.bill("ends soon", BOUGHT).bought("R-1", "Bald GmbH", START, END, serial="SN-R1", license_id="LIC-R1")
    for name, end in (
        ("ended 30 days ago", date(2026, 10, 23)),
        ("ended 31 days ago", date(2026, 10, 22)),
        ("ends on the last day asked for", date(2027, 3, 22)),
        ("ends a day too late", date(2027, 3, 23)),
        ("ends today", AS_OF),
    ):
        books.bill(name, BOUGHT).bought("R-2", f"Fenster {end} GmbH", START, end, serial=f"SN-{end}")
    case = "renewed"
    books.bill(case, BOUGHT).bought("R-3", "Verlängert GmbH", START, END, serial="SN-R3")
    books.bill(case, RENEWED).bought("R-3", "Verlängert GmbH", AGAIN, LATER, serial="SN-R3")
    case = "renewed for another year only"
    books.bill(case, BOUGHT).bought("R-3", "Kurz verlängert GmbH", START, date(2026, 11, 30), serial="SN-R4")
    books.bill(case, RENEWED).bought("R-3", "Kurz verlängert GmbH", date(2026, 12, 1), date(2027, 2, 28), serial="SN-R4")
    case = "two devices, one renewed"
    books.bill(case, BOUGHT).bought("R-5", "Zwei Geräte GmbH", START, END, serial="SN-R5A").bought(
        "R-5", "Zwei Geräte GmbH", START, END, serial="SN-R5B"
    )
    books.bill(case, RENEWED).bought("R-5", "Zwei Geräte GmbH", AGAIN, LATER, serial="SN-R5A")
    case = "a later term that begins years after"
    books.bill(case, BOUGHT).bought("R-6", "Lücke GmbH", START, END, serial="SN-R6")
    books.bill(case, RENEWED).bought("R-6", "Lücke GmbH", date(2028, 6, 1), date(2029, 5, 31), serial="SN-R6")


def shared_numbers(books: Books) -> None:
    """A serial number that several things have in common hides none of them."""
    case = "suite and warranty under one serial"
    bill = books.bill(case, BOUGHT).bought("S-SUITE", "Firewall GmbH", START, END, serial="SN-S1")
    bill.bought("S-WARRANTY", "Firewall GmbH", START, LATER, serial="SN-S1")
    case = "suite and warranty with another licence"
    bill = books.bill(case, BOUGHT).bought("S-SUITE", "Lizenz GmbH", START, END, serial="SN-S2", license_id="LIC-S2A")
    bill.bought("S-WARRANTY", "Lizenz GmbH", START, LATER, serial="SN-S2", license_id="LIC-S2B")
    for count, nothing in enumerate(("N/A", "n/a", "-", "", "none", "0", "TBD", "unbekannt")):
        case = f"serial number {nothing!r}"
        bill = books.bill(case, BOUGHT).bought("S-3", f"Ohne Nummer {count} GmbH", START, END, serial=nothing, ids=())
        bill.bought("S-3", f"Andere ohne Nummer {count} GmbH", START, LATER, serial=nothing, ids=())
    case = "one licence number, two customers"
    books.bill(case, BOUGHT).bought("S-4", "Erste GmbH", START, END, license_id="LIC-S4")
    books.bill(case, RENEWED).bought("S-4", "Zweite GmbH", AGAIN, LATER, license_id="LIC-S4")


TERMS = {
    "36": 36,
    "36 as a number": 36,
    "36.0": 36.0,
    "36.0 as text": "36.0",
    "36 Monate": "36 Monate",
    "36 months": "36 months",
    "36 Months": "36 Months",
    "3 Jahre": "3 Jahre",
    "3 years": "3 years",
    "3 Year": "3 Year",
}
NO_DATE = "0001-01-01T00:00:00"


def terms(books: Books) -> None:
    """Where no end is told it is reckoned from start and length."""
    for name, told in TERMS.items():
        told = "36" if name == "36" else told
        books.bill(f"term {name}", BOUGHT).bought(
            "T-1", f"Laufzeit {name} GmbH", START, END, serial=f"SN-T1-{name}", written={"EndDate": None, "term": told}
        )
    books.bill("end in the year one", BOUGHT).bought(
        "T-2", "Jahr eins GmbH", START, END, serial="SN-T2", written={"EndDate": NO_DATE, "term": "36"}
    )
    books.bill("start in the year one", BOUGHT).bought(
        "T-3", "Anfang eins GmbH", None, END, serial="SN-T3", written={"StartDate": NO_DATE}
    )
    for name, start, months, end in (
        ("leap day", date(2024, 2, 29), 36, date(2027, 2, 28)),
        ("end of August", date(2026, 8, 31), 6, date(2027, 2, 28)),
        ("end of January", date(2026, 1, 31), 12, date(2027, 1, 30)),
        ("before a leap day", date(2023, 3, 1), 48, date(2027, 2, 28)),
        ("middle of a month", date(2026, 1, 15), 12, date(2027, 1, 14)),
        ("a year of one day less", date(2025, 12, 1), 12, date(2026, 11, 30)),
    ):
        bill = books.bill(f"reckoned from {name}", max(start, date(2021, 1, 1)))
        bill.bought(
            "T-4", f"Gerechnet {name} GmbH", start, end, serial=f"SN-T4-{name}", written={"EndDate": None, "term": months}
        )


ENDS = {
    "american": us(END),
    "american without a time": "12/31/2026",
    "american, two digits": us_short(END),
    "german": german(END),
    **{name: write(END) for name, write in DAYS.items()},
}


def ends(books: Books) -> None:
    """Every spelling of an end."""
    for name, written in ENDS.items():
        books.bill(f"end {name}", BOUGHT).bought(
            "T-5", f"Ende {name} GmbH", START, END, serial=f"SN-T5-{name}", written={"EndDate": written}
        )
    for name, written in DAYS.items():
        told = {"StartDate": written(START), "EndDate": None, "term": "36"}
        books.bill(f"start {name}", BOUGHT).bought("T-6", f"Beginn {name} GmbH", START, END, serial=f"SN-T6-{name}", written=told)


UNREADABLE = {
    "a word for an end": {"EndDate": "siehe Lizenzschein", "term": None},
    "a day that is none": {"EndDate": "31.13.2026", "term": None},
    "a word for a term": {"EndDate": None, "term": "co-term"},
    "year one and no term": {"EndDate": NO_DATE, "term": None},
    "a term without a start": {"StartDate": None, "EndDate": None, "term": "36"},
}


def unreadable(books: Books) -> None:
    """What cannot be reckoned is counted and named."""
    for name, written in UNREADABLE.items():
        books.bill(name, BOUGHT).bought("T-7", f"Unlesbar {name} GmbH", START, None, serial=f"SN-T7-{name}", written=written)


def others(books: Books) -> None:
    """Contracts that were given back, the short name of the key, a customer in other spellings."""
    case = "contract given back"
    books.bill(case, BOUGHT).bought("O-1", "Storniert GmbH", START, END, serial="SN-O1", quantity=3)
    books.bill(case, date(2024, 2, 1), kind="credit_memo").bought("O-1", "Storniert GmbH", START, END, serial="SN-O1", quantity=3)
    case = "contract given back in part"
    books.bill(case, BOUGHT).bought("O-2", "Teilweise GmbH", START, END, serial="SN-O2", quantity=3)
    books.bill(case, date(2024, 2, 1), kind="credit_memo").bought("O-2", "Teilweise GmbH", START, END, serial="SN-O2", quantity=1)
    books.bill("short name of the contract", BOUGHT).bought(
        "O-4", "Kurzer Vertrag GmbH", START, END, serial="SN-O4", key="contractInformation"
    )
    case = "renewed under another spelling of the name"
    books.bill(case, BOUGHT).bought("O-5", "Groß & Süd GmbH", START, END, serial="SN-O5")
    books.bill(case, RENEWED).bought("O-5", "GROSS\u00a0&  SU\u0308D GmbH", AGAIN, LATER, serial="SN-O5")
    case = "renewal without numbers"
    books.bill(case, BOUGHT).bought("O-6", "Nummernlos GmbH", START, END)
    books.bill(case, RENEWED).bought("O-6", "Nummernlos GmbH", AGAIN, LATER)


CASES = [due_and_renewed, shared_numbers, terms, ends, unreadable, others]
