"""The user's story with the first Python client that speaks Streamable HTTP: look, confirm with the token, buy once."""

import asyncio
import json
import logging
import sys
from contextlib import asynccontextmanager
from functools import partial

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client

from started import SERVER, accept, purchases, started
from steps import finish, step

STEP_SECONDS = 60
QUOTE = "AN2600444"


class Complaints(logging.Handler):
    """What the client's own log says went wrong."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.told = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


@asynccontextmanager
async def session(streams):
    """A session over these streams, initialized."""
    async with streams as (read, write, *_), ClientSession(read, write) as opened:
        await opened.initialize()
        yield opened


async def tell(streams, control: str) -> None:
    """The story of one client, which cannot be asked."""
    before = purchases(control)
    async with session(streams) as client:
        tools = (await client.list_tools()).tools
        assert len(tools) > 30 and all(tool.inputSchema["type"] == "object" for tool in tools), tools
        found = await client.call_tool("infinigate_search_products", {"query": "firewall", "take": 2})
        assert not found.isError and json.loads(found.content[0].text)["count"] == 2, found

        asked = await client.call_tool("infinigate_accept_quote", accept(QUOTE))
        question = json.loads(asked.content[0].text)
        assert asked.isError and question["code"] == "confirmation_required", question
        assert purchases(control) == before, "asking buys nothing"
        confirmed = {**accept(QUOTE), "confirmation_token": question["confirmation_token"]}
        bought = await client.call_tool("infinigate_accept_quote", confirmed)
        assert not bought.isError, bought.content
        assert purchases(control) == before + 1, "exactly one purchase"


def one(transport: str) -> None:
    """One story against a simulator of its own, in which the client finds nothing to complain about."""
    complaints = Complaints()
    logging.getLogger("mcp").addHandler(complaints)
    try:
        live(transport)
    finally:
        logging.getLogger("mcp").removeHandler(complaints)
    assert not complaints.told, complaints.told


def live(transport: str) -> None:
    """One story."""
    with started("sandbox") as settings:
        control = settings.pop("control")
        if transport == "stdio":
            command = StdioServerParameters(command=SERVER, args=["serve", "--stdio"], env={"LOG_LEVEL": "warn", **settings})
            asyncio.run(asyncio.wait_for(tell(stdio_client(command), control), STEP_SECONDS))
            return
        with started("serve", "--http", "--port", "0", **settings, MCP_AUTH_TOKEN="a-bearer-of-the-oldest-client") as configuration:
            (server,) = configuration["mcpServers"].values()
            headers = {"Authorization": "Bearer a-bearer-of-the-oldest-client"}
            asyncio.run(asyncio.wait_for(tell(streamablehttp_client(server["url"], headers=headers), control), STEP_SECONDS))


if __name__ == "__main__":
    for transport in ("stdio", "http"):
        step(f"mcp 1.8 for Python, {transport}: looks around, confirms with the token, buys once", partial(one, transport))
    sys.exit(finish())
