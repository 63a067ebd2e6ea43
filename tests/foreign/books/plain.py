"""Ordinary bills, many and by chance: lines, contracts, usage, credit memos, several currencies, days in all forms."""

from datetime import date, timedelta
from decimal import Decimal

from .forms import DAYS
from .ledger import Books, bag, month_end

VENDORS = ["Hornetsecurity", "Sophos", "WatchGuard", "N-able", "Barracuda"]
COMPANIES = [f"Zufall {letter} GmbH" for letter in "ABCDEFGHIJKLMNOP"]
DOMAINS = [f"zufall-{number}.example" for number in range(12)]
FIRST = date(2025, 10, 25)
COUNT, DAYS_LONG = 260, 400


def plain(books: Books) -> None:
    """About so many bills over more than a year."""
    chance = books.chance
    for _ in range(COUNT):
        day = FIRST + timedelta(days=chance.randrange(DAYS_LONG))
        kind = "credit_memo" if chance.random() < 0.12 else "invoice"
        bill = books.bill(
            "plain",
            day,
            kind=kind,
            vendor=chance.choice(VENDORS),
            currency=chance.choice(["EUR", "EUR", "EUR", "CHF"]),
            form=chance.choice(list(DAYS)),
        )
        if chance.random() < 0.3:
            usage(bill, chance)
        else:
            lines(bill, chance)


def lines(bill, chance) -> None:
    """A few lines, sometimes half told."""
    for _ in range(chance.randint(1, 5)):
        price = Decimal(chance.randrange(1, 5_000_000)) / chance.choice([100, 1000, 100_000])
        told = chance.choice([{}, {}, {"netUnitPrice": None}, {"quantity": None}])
        quantity = Decimal(chance.choice(["1", "2", "3", "10", "0.5", "1.25"]))
        bill.line(f"Z-{chance.randrange(40)}", quantity, price, customer=chance.choice([None, *COMPANIES]), **told)


def usage(bill, chance) -> None:
    """Usage of the month before."""
    last = bill.day.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    for domain in chance.sample(DOMAINS, chance.randint(1, 6)):
        told = bag(first, month_end(first), clientName=domain)
        price = Decimal(chance.randrange(1, 100_000)) / chance.choice([100, 1000])
        suggested = chance.choice([None, price * 2])
        bill.used(
            f"Z-MSP-{chance.randrange(6)}",
            chance.randint(1, 40),
            price,
            f"{first:%Y-%m}",
            told,
            customer=domain,
            recommended=suggested,
        )
    bill.totalled()


def quotes(books: Books) -> None:
    """A few quotes, for their list."""
    for month in range(1, 9):
        books.quote("quote", date(2026, month, 3))


CASES = [plain, quotes]
