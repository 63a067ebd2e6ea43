"""Holds the announced tools against the converters of Google's and OpenAI's own libraries, then calls tools as a client in
strict mode does: with every argument that is announced, an empty text for those that are left out."""

import asyncio
import json
import os
import sys

from agents.mcp import MCPServerStdio
from agents.mcp.util import MCPUtil
from agents.strict_schema import ensure_strict_json_schema
from google.genai import _mcp_utils

from steps import finish, step

# As many as there are.
COUNT = 73
# Arguments that a call of a tool needs on the sandbox, whatever else is sent.
CALLS = {
    "infinigate_search_products": {"query": "firewall"},
    "infinigate_list_quotes": {},
    "infinigate_list_invoices": {},
    "infinity_list_boards": {"workspace_id": "Nordlicht IT-Systemhaus GmbH"},
    "infinity_list_workspaces": {},
    "infinigate_spend_report": {},
    "infinigate_accept_quote": {"document_number": "AN2600456", "accepted_by": "einkauf@nordlicht.example"},
}


def untyped(schema, place, found):
    """Places of Google's schema that have no type."""
    if schema.type is None:
        found.append(place)
    for name, inner in (schema.properties or {}).items():
        untyped(inner, f"{place}.{name}", found)
    if schema.items:
        untyped(schema.items, f"{place}[]", found)


def google(tools):
    found = []
    for tool in tools:
        declared = _mcp_utils.mcp_to_gemini_tool(tool)
        untyped(declared.function_declarations[0].parameters, tool.name, found)
    assert not found, found
    assert len(tools) == COUNT, len(tools)


def strict(tools, server):
    loose = [tool.name for tool in tools if not MCPUtil.to_function_tool(tool, server, True).strict_json_schema]
    assert not loose, loose
    for tool in tools:
        ensure_strict_json_schema(json.loads(json.dumps(tool.input_schema)))
    assert len(tools) == COUNT, len(tools)


def every_argument(tool, meant):
    """What a model in strict mode sends: all that is announced, and nothing where it means nothing."""
    empty = {"array": [], "object": {}}
    announced = tool.input_schema["properties"]
    unsaid = {name: empty.get(schema["type"], "") for name, schema in announced.items()}
    return {**unsaid, **meant}


async def main():
    env = {**os.environ, "MCP_TOOLSETS": "all", "LOG_LEVEL": "error"}
    server = MCPServerStdio(params={"command": os.environ["INFINI_MCP"], "args": ["serve", "--sandbox"], "env": env}, client_session_timeout_seconds=60)
    async with server:
        tools = await server.list_tools()
        step("Google's converter takes every tool, and finds a type everywhere", lambda: google(tools))
        step("OpenAI's strict converter takes every tool without loosening any", lambda: strict(tools, server))
        by_name = {tool.name: tool for tool in tools}
        for name, meant in CALLS.items():
            answer = await server.call_tool(name, every_argument(by_name[name], meant))
            said = answer.content[0].text
            # A purchase is asked about; the empty token is none.
            expected = '"code":"confirmation_required"' if name == "infinigate_accept_quote" else None
            right = expected in said.replace(" ", "") if expected else not answer.is_error
            step(f"{name} takes an empty text for every argument that is left out", lambda: assert_(right, said))
    sys.exit(finish())


def assert_(right, said):
    assert right, said[:500]


asyncio.run(main())
