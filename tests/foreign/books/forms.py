"""How upstream writes a day, a period, a term or a name: one truth, many spellings."""

import unicodedata
from datetime import date
from decimal import Decimal

# Document dates and contract dates: the written day counts, whatever the zone beside it.
DAYS = {
    "iso": lambda day: f"{day}T00:00:00",
    "day only": lambda day: f"{day}",
    "zulu": lambda day: f"{day}T00:00:00Z",
    "zulu with milliseconds": lambda day: f"{day}T00:00:00.000Z",
    "offset east": lambda day: f"{day}T00:00:00+02:00",
    "offset west": lambda day: f"{day}T23:30:00-05:00",
    "seven digits": lambda day: f"{day}T00:00:00.0000000",
    "late evening": lambda day: f"{day}T23:59:59",
}


def us(day: date) -> str:
    """As the usage bags write a day."""
    return f"{day.month}/{day.day}/{day.year} 12:00:00 AM"


def us_short(day: date) -> str:
    """The same with two digits for the year."""
    return f"{day.month}/{day.day}/{day.year % 100:02}"


def german(day: date) -> str:
    """A German day."""
    return f"{day:%d.%m.%Y}"


def german_short(day: date) -> str:
    """A German day with two digits for the year."""
    return f"{day:%d.%m.%y}"


def number(value: Decimal | None):
    """A number as JSON takes it; the shortest text of the float is what was meant."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else float(value)


def decomposed(name: str) -> str:
    """Letters and their marks apart."""
    return unicodedata.normalize("NFD", name)


# Spellings of one company, all of which are one customer.
NAMES = {
    "as it is": lambda name: name,
    "decomposed": decomposed,
    "no-break space": lambda name: name.replace(" ", "\u00a0"),
    "double blank": lambda name: name.replace(" ", "  "),
    "outer blanks": lambda name: f" {name} ",
    "capitals": str.upper,
    "sharp s": lambda name: name.replace("ß", "ss"),
}
