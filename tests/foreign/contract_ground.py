"""What the tester is told about the simulator: ids that exist, so that requests reach more than a "not found"."""

import json
import urllib.request
import uuid

VERSION = {"X-API-Version": "2026-04-20.morava"}
# Enough of each kind that deleting at random leaves some.
PLENTY = 30


class Api:
    """One simulated service, called as its owner would."""

    def __init__(self, base: str, headers: dict):
        self.base = base
        self.headers = headers

    def send(self, method: str, path: str, body: dict | None = None):
        """The JSON answer; anything but a success is an exception."""
        headers = {**self.headers, "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)


class Ground:
    """By operation: values that exist for its parameters, and examples of its body that are about what exists."""

    def __init__(self):
        self.known: dict[str, dict[str, list]] = {}
        self.bodies: dict[str, dict] = {}

    def know(self, operations: str, **values) -> None:
        """These operations take these values; path parameters by their name, the body's fields as `body_<name>`."""
        for operation in operations.split():
            self.known.setdefault(operation, {}).update(values)


def infinigate(api: Api, settings: dict) -> Ground:
    """Documents and articles from the seed, and the credentials for a token."""
    ground = Ground()
    ground.bodies["createToken"] = {
        "grant_type": "client_credentials",
        "client_id": settings["INFINIGATE_CLIENT_ID"],
        "client_secret": settings["INFINIGATE_CLIENT_SECRET"],
    }
    for lists, one, by_number in (
        ("/invoice-management/v2/purchaseinvoice", "getPurchaseInvoice", "getPurchaseInvoiceByNumber"),
        ("/invoice-management/v2/purchasecreditmemo", "getPurchaseCreditMemo", "getPurchaseCreditMemoByNumber"),
        ("/order-management/v2/purchasequote", "getPurchaseQuote", "getPurchaseQuoteByNumber"),
    ):
        rows = api.send("GET", lists)["result"]
        ground.know(one, documentGuid=[row["documentGuid"] for row in rows])
        ground.know(by_number, documentNumber=[row["documentNumber"] for row in rows])
    buy, *others = [row for row in rows if row["canBeAccepted"]]
    ground.bodies["acceptPurchaseQuote"] = decision(buy)
    ground.bodies["rejectPurchaseQuote"] = decision(others[0])
    ground.know("searchPriceList countPriceList", searchword=["sophos", "watchguard", "lizenz"])
    return ground


def decision(quote: dict) -> dict:
    """The fields that say which quote, in which revision."""
    return {"documentNumber": quote["documentNumber"], "documentRevision": quote["documentVersion"]}


def startinfinity(api: Api, _settings: dict) -> Ground:
    """A board of the seed with plenty of everything added; what others stand on is never told to those that delete."""
    workspace = api.send("GET", "/workspaces")["data"][0]["id"]
    root = f"/workspaces/{workspace}"
    boards = api.send("GET", f"{root}/boards")["data"]
    board = next(one["id"] for one in boards if one["name"] == "Projects")
    ground, here, base = Ground(), {"workspace": [workspace], "board_id": [board]}, f"{root}/boards/{board}"

    def plenty(path: str, body) -> list:
        return [api.send("POST", path, body(number))["id"] for number in range(PLENTY)]

    attributes = {one["type"]: one["id"] for one in api.send("GET", f"{base}/attributes?limit=100")["data"]}
    folder = api.send("GET", f"{base}/folders")["data"][0]["id"]
    items = plenty(f"{base}/items", lambda _: {"folder_id": folder, "values": []})
    stands, other = items.pop(), items.pop()
    value = {"attribute_id": attributes["text"], "data": "Contract"}
    link = {"attribute_id": attributes["reference"], "from_item_id": stands, "to_item_id": other}
    timer = {"attribute_id": attributes["time_tracking"], "item_id": stands}
    talk = f"{base}/items/{stands}/comments"
    invitation = lambda _: {"email": f"{uuid.uuid4()}@example.com"}
    kinds = {
        "Attribute": ("attribute_id", plenty(f"{base}/attributes", lambda n: {"name": f"Note {n}", "type": "text"})),
        "Folder": ("folder_id", plenty(f"{base}/folders", lambda n: {"name": f"Folder {n}"})),
        "View": ("view_id", plenty(f"{base}/views", lambda n: {"folder_id": folder, "name": f"View {n}", "type": "table"})),
        "Hook": ("hook_id", plenty(f"{base}/hooks", lambda n: {"url": f"https://hooks.example.com/{n}", "events": [{"event": "item.created"}]})),
        "Reference": ("reference_id", plenty(f"{base}/references", lambda _: link)),
        "TimeEntry": ("time_entry_id", plenty(f"{base}/time-tracking", lambda _: {**timer, "started_at": "2026-05-06T08:00:00Z", "ended_at": "2026-05-06T09:00:00Z"})),
        "Comment": ("comment_id", plenty(talk, lambda n: {"text": f"<p>{n}</p>"})),
        "Item": ("item_id", items),
    }
    for kind, (name, ids) in kinds.items():
        # The last one is for the example of deleting, so that the examples of the others come too late for nothing.
        ground.know(f"get{kind} get{kind}s update{kind}", **here, **{name: ids[:-1]})
        ground.know(f"delete{kind}", **here, **{name: ids[::-1]})
        ground.know(f"create{kind} list{kind}s", **here)
    ground.know("createComment listComments getComment updateComment deleteComment", item_id=[stands])
    ground.know("listBoards createBoard createFromFile createFromURL listMembers inviteMember", workspace=[workspace])
    ground.know("getBoard", **here)
    ground.know("addMember removeMember", workspace=[workspace], user=plenty(f"{root}/members/invite", invitation))
    ground.know("listItems listViews", folder_id=[folder])
    ground.know("createItem createView", body_folder_id=[folder])
    ground.know("updateItem updateView", body_folder_id=[folder])
    ground.bodies = {
        "createItem": {"folder_id": folder, "values": [value]},
        "updateItem": {"values": [value]},
        "createView": {"folder_id": folder},
        "createReference": link,
        "createTimeEntry": timer,
        "createBoard": {"user_ids": [api.send("GET", "/profile")["id"]]},
    }
    for operation, fields in (("createReference", link), ("createTimeEntry", timer)):
        ground.know(operation, **{f"body_{name}": [one] for name, one in fields.items()})
    return ground
