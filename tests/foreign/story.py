"""The user's story with the official Python client: in both eras, over stdio and HTTP, look, buy once, decline."""

import asyncio
import json
import re
import sys
from functools import partial

from mcp import Client, StdioServerParameters, types

from started import SERVER, accept, purchases, started
from steps import finish, step

STEP_SECONDS = 60
OPEN_QUOTE, OTHER_QUOTE = "AN2600444", "AN2600456"


async def tell(target, mode: str, control: str) -> None:
    """One client's story; the client holds every answer against the tool's output schema."""
    wishes = iter(
        [
            types.ElicitResult(action="accept", content={"confirm": True}),
            types.ElicitResult(action="decline"),
        ]
    )
    questions = []

    async def answer(_context, params):
        questions.append(params.message)
        return next(wishes)

    before = purchases(control)
    async with Client(target, mode=mode, elicitation_callback=answer) as client:
        tools = (await client.list_tools()).tools
        assert tools and all(tool.output_schema for tool in tools), "every tool has an output schema"
        found = await client.call_tool("infinigate_search_products", {"query": "firewall", "take": 2})
        assert found.structured_content["count"] > 0 and json.loads(found.content[0].text) == found.structured_content

        bought = await client.call_tool("infinigate_accept_quote", accept(OPEN_QUOTE))
        assert not bought.is_error, bought.content
        assert purchases(control) == before + 1, "exactly one purchase"
        assert re.search(rf"Buy quote {OPEN_QUOTE} \(revision 3\)", questions[0]), questions

        declined = await client.call_tool("infinigate_accept_quote", accept(OTHER_QUOTE))
        assert declined.is_error and json.loads(declined.content[0].text)["code"] == "confirmation_declined", declined
        assert purchases(control) == before + 1, "nothing more was bought"


def stories():
    """Every era over every transport."""
    for mode in ("auto", "legacy"):
        for transport in ("stdio", "http"):
            yield mode, transport


def one(mode: str, transport: str) -> None:
    """One story against a simulator of its own."""
    with started("sandbox") as settings:
        control = settings.pop("control")
        if transport == "stdio":
            target = StdioServerParameters(command=SERVER, args=["serve", "--stdio"], env={"LOG_LEVEL": "warn", **settings})
            asyncio.run(asyncio.wait_for(tell(target, mode, control), STEP_SECONDS))
            return
        # Without MCP_AUTH_TOKEN this machine is let in, which spares the client a header.
        with started("serve", "--http", "--port", "0", **settings) as configuration:
            (server,) = configuration["mcpServers"].values()
            asyncio.run(asyncio.wait_for(tell(server["url"], mode, control), STEP_SECONDS))


if __name__ == "__main__":
    for mode, transport in stories():
        step(f"mcp 2.3 for Python, {mode}, {transport}: looks around, buys once, declines", partial(one, mode, transport))
    sys.exit(finish())
