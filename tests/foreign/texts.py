"""Long texts of boards, judged by parsers that nobody here wrote: edited ten times through the tools, and nothing is lost."""

import asyncio
import json
import re
import sys
import urllib.request
from functools import partial
from pathlib import Path

from bs4 import BeautifulSoup, Comment, NavigableString
from markdown_it import MarkdownIt
from mcp import Client, StdioServerParameters
from mdit_py_plugins.tasklists import tasklists_plugin

from started import SERVER, started
from steps import finish, step

STEP_SECONDS = 120
BOARD = {"workspace_id": "669", "board_id": "LA1dW8i1TTK"}
LONG = (Path(__file__).parent.parent / "it" / "long_text.html").read_text()
EDITS = [
    ("Übergabe Standort", "Abnahme Standort"),
    ("dem Netzplan", "dem neuen Netzplan"),
    ("Laufzeit notieren", "Laufzeit aufschreiben"),
    ("Neues Gerät", "Anderes Gerät"),
    ("Kabel", "Kabeln"),
    ("Rückruf vorher", "Rückruf am Vortag"),
    ("192.0.2.1/24", "192.0.2.7/24"),
    ("get system status", "get system performance"),
    ("Frau Löwe", "Frau Dr. Löwe"),
    ("Ende der Übergabe", "Ende der Abnahme"),
]
# The same thing under two names, and elements that say nothing of their own.
SAME = {"b": "strong", "i": "em", "del": "s", "strike": "s"}
SILENT = {"html", "body", "p", "div", "span", "label", "thead", "tbody", "[document]"}


def meaning(html: str) -> list:
    """Each piece of text with what it stands in: headings, lists, cells, marks, the address of a link, the tick of a task."""
    soup = BeautifulSoup(html, "html5lib")
    pieces: list = []
    for node in soup.body.descendants:
        if isinstance(node, Comment):
            continue
        if not isinstance(node, NavigableString):
            if node.name in ("hr", "br", "img"):
                pieces.append([node.name, (node.get("src", ""), node.get("alt", ""))])
            continue
        around = [parent for parent in node.parents if parent.name not in SILENT]
        is_code = any(parent.name == "pre" for parent in around)
        text = str(node).rstrip("\n") if is_code else re.sub(r"[ \t\n]+", " ", str(node))
        if not text.strip():
            continue
        inside = tuple(sorted(of(parent) for parent in around))
        if pieces and pieces[-1][0] == inside and not is_code and block(node) is pieces[-1][2]:
            pieces[-1][1] += text
        else:
            pieces.append([inside, text, block(node)])
    # White space at the ends of a line or of its marks shows nothing.
    return [(piece[0], piece[1].strip(" ") if isinstance(piece[1], str) else piece[1]) for piece in pieces]


def block(node):
    """The nearest element that stands on lines of its own."""
    return next(parent for parent in node.parents if parent.name in ("p", "li", "td", "th", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "body"))


def of(element) -> str:
    """What an element says of the text in it."""
    if element.name == "a":
        return f"a {element.get('href')}"
    if element.name == "li":
        box = element.find("input", recursive=False) or element.select_one(":scope > label > input, :scope > p > input")
        return "li" if box is None else f"li {box.get('checked') is not None}"
    return SAME.get(element.name, element.name)


def replaced(html: str) -> str:
    for old, new in EDITS:
        assert old in html, old
        html = html.replace(old, new)
    return html


def unfenced(text: str) -> str:
    return re.fullmatch(r"\[text by others (\w+)\]\n(.*)\n\[end \1\]", text, re.DOTALL)[2]


class Desk:
    """One item, through the server and as upstream keeps it."""

    def __init__(self, client, settings, item, attribute):
        self.client, self.settings, self.item, self.attribute = client, settings, item, attribute

    @classmethod
    async def at(cls, client, settings):
        listed = await client.call_tool("infinity_list_items", {**BOARD, "folder_id": "Rollout 2026", "limit": 1})
        table = listed.structured_content
        item = table["rows"][0][table["columns"].index("id")]
        attributes = (await client.call_tool("infinity_list_attributes", BOARD)).structured_content["attributes"]
        attribute = next(row["id"] for row in attributes if row["name"] == "Beschreibung")
        return cls(client, settings, item, attribute)

    def upstream(self, body=None) -> dict:
        address = f"{self.settings['INFINITY_API_BASE_URL']}/workspaces/669/boards/LA1dW8i1TTK/items/{self.item}?expand[]=values"
        headers = {
            "Authorization": f"Bearer {self.settings['INFINITY_API_TOKEN']}",
            "X-API-Version": "2026-04-20.morava",
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(address, data, headers, method="GET" if body is None else "PUT")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def keep(self, html: str) -> None:
        self.upstream({"values": [{"attribute_id": self.attribute, "data": html}]})

    def kept(self) -> str:
        return next(value["data"] for value in self.upstream()["values"] if value["attribute_id"] == self.attribute)

    async def read(self) -> str:
        item = await self.client.call_tool("infinity_get_item", {**BOARD, "item_id": self.item})
        return unfenced(item.structured_content["values"]["Beschreibung"])

    async def write(self, value) -> None:
        answer = await self.client.call_tool(
            "infinity_update_item", {**BOARD, "item_id": self.item, "values": {"Beschreibung": value}}
        )
        assert not answer.is_error, answer.content


def equal(got: list, wanted: list) -> None:
    for one, other in zip(got, wanted):
        assert one == other, f"got {one}, wanted {other}"
    assert len(got) == len(wanted), (got[len(wanted) :], wanted[len(got) :])


async def edited_ten_times(desk: Desk) -> None:
    desk.keep(LONG)
    for old, new in EDITS:
        text = await desk.read()
        assert old in text, old
        await desk.write(text.replace(old, new))
    equal(meaning(desk.kept()), meaning(replaced(LONG)))


async def written_anew(desk: Desk) -> None:
    """Nothing is kept here: all of it goes by way of Markdown."""
    desk.keep(LONG)
    text = await desk.read()
    desk.keep("")
    await desk.write(text)
    pictures = [piece for piece in meaning(LONG) if piece[0] == "img"]
    wanted = [piece for piece in meaning(LONG) if piece not in pictures]
    # A picture that the text did not have becomes a link to it.
    got = [piece for piece in meaning(desk.kept()) if piece[1] != "Lageplan"]
    equal(got, wanted)


async def read_by_others(desk: Desk) -> None:
    """What the server calls Markdown means the same to another reader of Markdown."""
    desk.keep(LONG)
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).use(tasklists_plugin)
    equal(meaning(markdown.render(await desk.read())), meaning(LONG))


async def added(desk: Desk) -> None:
    desk.keep(LONG)
    await desk.write({"append": "Nachtrag: **fertig**"})
    equal(meaning(desk.kept()), meaning(LONG + "<p>Nachtrag: <b>fertig</b></p>"))


async def nothing_acts(desk: Desk) -> None:
    for given in [
        "<p>a<script>x()</script></p>",
        "<p onclick='x()'>a</p>",
        "<p><a href='java&#10;script:x()'>a</a></p>",
        "<p><img src=x onerror=x()></p>",
        "<div><svg><a xlink:href='javascript:x()'>a</a></svg>b</div>",
        "<p style='background:url(https://evil.example)'>a</p>",
        "[a](javascript:x())",
        "![a](https://evil.example/?secret)",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=x()>",
    ]:
        desk.keep("")
        await desk.write(given)
        soup = BeautifulSoup(desk.kept(), "html5lib")
        for element in soup.body.descendants:
            if isinstance(element, NavigableString):
                continue
            assert element.name in {"p", "a", "div", "span"}, (given, desk.kept())
            assert set(element.attrs) <= {"href"}, (given, desk.kept())
            assert re.match(r"https?://|mailto:|tel:", element.get("href", "https://")), (given, desk.kept())


async def tell(work) -> None:
    with started("sandbox") as settings:
        settings.pop("control")
        target = StdioServerParameters(command=SERVER, args=["serve", "--stdio"], env={"LOG_LEVEL": "warn", **settings})
        async with Client(target) as client:
            await work(await Desk.at(client, settings))


def one(work) -> None:
    asyncio.run(asyncio.wait_for(tell(work), STEP_SECONDS))


if __name__ == "__main__":
    step("a long text of every kind is edited ten times and loses nothing", partial(one, edited_ten_times))
    step("a long text that is written anew as a whole loses nothing", partial(one, written_anew))
    step("another reader of Markdown reads the same", partial(one, read_by_others))
    step("what is added stands behind what was there", partial(one, added))
    step("nothing that acts is stored", partial(one, nothing_acts))
    sys.exit(finish())
