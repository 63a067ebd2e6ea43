"""Bills as upstream writes them, each beside the truth that it stands for."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .forms import DAYS, number, us
from .upstream import instant

CENT = Decimal("0.01")
SEED = 15


def cents(amount: Decimal) -> Decimal:
    """Rounded once, half away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


@dataclass
class Position:
    """An amount that counts as spend; without one it cannot be reckoned."""

    bill: "Bill"
    sku: str | None
    customer: str | None
    net: Decimal | None
    text: str | None = None


@dataclass
class Usage:
    """A piece of usage, signed as it counts; `month` is missing where no service period is told."""

    bill: "Bill"
    customer: str | None
    sku: str
    quantity: Decimal
    price: Decimal | None
    recommended: Decimal | None
    month: str | None
    device: str | None

    @property
    def cost(self) -> Decimal | None:
        return None if self.price is None else cents(self.quantity * self.price)

    @property
    def worth(self) -> Decimal | None:
        return None if self.recommended is None else cents(self.quantity * self.recommended)


@dataclass
class Contract:
    """A term that was bought; `end` is missing where it is told in no way that can be reckoned."""

    bill: "Bill"
    customer: str | None
    sku: str
    ids: frozenset
    start: date | None
    end: date | None
    quantity: Decimal
    price: Decimal | None
    told: str = ""


@dataclass
class Bill:
    """One document: its row in the list, its detail, and what it means."""

    case: str
    kind: str
    number: str
    guid: str
    day: date
    vendor: str
    currency: str | None
    row: dict
    detail: dict
    moment: object = None
    positions: list = field(default_factory=list)
    usages: list = field(default_factory=list)
    contracts: list = field(default_factory=list)

    @property
    def sign(self) -> int:
        return -1 if self.kind == "credit_memo" else 1

    @property
    def net(self) -> Decimal:
        return sum((position.net for position in self.positions if position.net is not None), Decimal(0))

    def line(
        self, sku, quantity, price, /, *, customer=None, contract=None, net=None, reckonable=True, credits=1, **raw
    ) -> "Bill":
        """A line; `raw` overrides what upstream writes, `net` is the truth where quantity and price do not tell it.

        `credits` is -1 where a credit memo is written with a minus.
        """
        quantity, price = Decimal(quantity), Decimal(price)
        amount = cents(quantity * price) if net is None else Decimal(net)
        written = amount * credits
        self.detail["lines"].append(
            {
                "lineNumber": 10000 * (len(self.detail["lines"]) + 1),
                "lineType": "Item",
                "itemNumber": sku,
                "vendorItemNumber": sku and f"{sku}-V",
                "itemDescription": sku and f"Article {sku}",
                "itemDescription2": None,
                "quantity": number(quantity * credits),
                "netUnitPrice": number(price),
                "grossExtendedPrice": number(cents(written * Decimal("1.19"))),
                "vatRate": 19,
                "endCustomerDto": customer and {"company": {"name": customer, "customerNumber": None}},
                "contractInformationDto": contract,
                "additionalInfos": [],
                **raw,
            }
        )
        text = self.detail["lines"][-1]["itemDescription"]
        self.positions.append(Position(self, sku, customer, self.sign * amount if reckonable else None, text))
        return self

    def bought(
        self,
        sku,
        customer,
        start,
        end,
        /,
        *,
        quantity=1,
        price=500,
        license_id=None,
        serial=None,
        written=None,
        ids=None,
        key="contractInformationDto",
        **raw,
    ) -> "Bill":
        """A line with a term; `written` overrides how its dates and its length are told."""
        told = {
            "licenseId": license_id,
            "serialNumber": serial,
            "StartDate": start and DAYS["iso"](start),
            "EndDate": end and DAYS["iso"](end),
            "term": None,
            **(written or {}),
        }
        self.line(sku, quantity, price, customer=customer, **{"contractInformationDto": None, key: told, **raw})
        known = frozenset(filter(None, (license_id, serial))) if ids is None else frozenset(ids)
        self.contracts.append(Contract(self, customer, sku, known, start, end, Decimal(quantity), Decimal(price), str(told)))
        return self

    def used(
        self, sku, quantity, price, month, bag, /, *, customer, recommended=None, device=None, written=None, **raw
    ) -> "Bill":
        """A piece of usage behind the lines; `bag` is what tells its customer and its period."""
        quantity = Decimal(quantity)
        price = None if price is None else Decimal(price)
        if recommended is not None:
            bag = {**bag, "recommendedEndUserUnitPrice": str(recommended)}
        if device is not None:
            bag = {**bag, "ObjectName": device}
        piece = {
            "itemSku": sku,
            "itemDescription": f"Article {sku}",
            "quantity": number(quantity),
            "price": number(price),
            "endCustomer": None,
            "reseller": None,
            "contractInformation": None,
            "additionalInfos": [{"description": key, "value": value} for key, value in bag.items()],
            **raw,
        }
        self.detail["mspDetailInformation"] = [*(self.detail["mspDetailInformation"] or []), piece]
        suggested = None if recommended is None else Decimal(recommended)
        self.usages.append(Usage(self, customer, sku, self.sign * quantity, price, suggested, month, device))
        return self

    def totalled(self, credits: int = 1) -> "Bill":
        """The lines of usage: one an article, as heavy as the pieces behind it."""
        for sku in dict.fromkeys(piece.sku for piece in self.usages):
            pieces = [piece for piece in self.usages if piece.sku == sku]
            whole = sum(
                (
                    abs(piece.cost) if piece.quantity * self.sign >= 0 else -abs(piece.cost)
                    for piece in pieces
                    if piece.cost is not None
                ),
                Decimal(0),
            )
            self.line(sku, 1, whole, credits=credits)
            self.positions.pop()
        self.positions += [
            Position(self, piece.sku, piece.customer, piece.cost) for piece in self.usages if piece.cost is not None
        ]
        return self


class Books:
    """All bills, made one after the other, always the same."""

    def __init__(self):
        self.chance = random.Random(SEED)
        self.bills: list[Bill] = []
        self.quotes: list[Bill] = []
        self.vendors: dict[str, str] = {}

    def code(self, vendor: str) -> str:
        """The short code of a vendor."""
        return self.vendors.setdefault(vendor, f"C{len(self.vendors):03}")

    def bill(self, case, day, *, kind="invoice", vendor=None, currency="EUR", form="iso", header=None, row=None) -> Bill:
        """A document without lines."""
        vendor = vendor or f"Maker of {case}"
        count = len(self.bills) + len(self.quotes) + 1
        name = f"{'GS' if kind == 'credit_memo' else 'RE'}26{count:05}"
        written = DAYS[form](day)
        guid = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        bill = Bill(
            case=case,
            kind=kind,
            number=name,
            guid=guid,
            day=day,
            vendor=vendor,
            currency=currency,
            row={
                "documentGuid": guid,
                "documentNumber": name,
                "documentVersion": 1,
                "documentCreated": written,
                "documentValidUntil": None,
                "documentStatus": "Posted",
                "businessType": None,
                "buyerReference": f"PO-{count}",
                "externalDocumentNumber": f"PO-{count}",
                "vendorCode": self.code(vendor),
                "manufacturerName": vendor,
                "currencyCode": currency,
                "canBeAccepted": False,
                "canBeRejected": False,
                "salesContact": {"name": "Jane Example"},
                "pdfDocumentGuid": None,
                "mimeType": "application/pdf",
                **(row or {}),
            },
            detail={
                "header": {"documentNumber": name, "postingDate": written, "currencyCode": currency, **(header or {})},
                "lines": [],
                "mspDetailInformation": None,
                "envelope": {},
            },
        )
        self.bills.append(bill)
        return bill

    def quote(self, case, day) -> None:
        """A quote that can be accepted, without lines."""
        quote = self.bill(case, day, row={"documentStatus": "Open", "canBeAccepted": True, "canBeRejected": True, "total": 100})
        self.bills.remove(quote)
        quote.kind = "quote"
        self.quotes.append(quote)

    def closed(self) -> "Books":
        """Gives every row its total and its moment, and puts the newest first."""
        for bill in [*self.bills, *self.quotes]:
            bill.row.setdefault("total", number(abs(bill.net)))
            bill.moment = instant(bill.row["documentCreated"] or DAYS["iso"](bill.day))
        self.bills.sort(key=lambda bill: bill.moment, reverse=True)
        return self


def bag(month_first: date | None = None, month_last: date | None = None, **others: str) -> dict:
    """The bag of a piece of usage with its period as upstream mostly writes it."""
    told = {}
    if month_first:
        told["periodStart"] = us(month_first)
    if month_last:
        told["periodEnd"] = us(month_last)
    return {**told, **others}


def month_end(first: date) -> date:
    """The last day of the month."""
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
