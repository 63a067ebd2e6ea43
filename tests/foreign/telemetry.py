"""Counters read by Prometheus' own parser, and traces read with OpenTelemetry's own messages, for one purchase."""

import gzip
import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families

from children import end
from steps import finish, step

SERVER = os.environ["INFINI_MCP"]
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
ABOVE = "00f067aa0ba902b7"
QUOTE = {"document_number": "AN2600456", "accepted_by": "einkauf@nordlicht.example"}


class Collector(ThreadingHTTPServer):
    """Takes what a collector is sent, on a free port of this machine."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Inbox)
        self.spans = []
        self.agents = set()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Inbox(BaseHTTPRequestHandler):
    """Reads one delivery."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        delivery = ExportTraceServiceRequest.FromString(body)
        for resource in delivery.resource_spans:
            names = {pair.key: pair.value.string_value for pair in resource.resource.attributes}
            self.server.agents.add(names["service.name"])
            self.server.spans += [span for scope in resource.scope_spans for span in scope.spans]
        self.send_response(200 if self.path == "/v1/traces" else 404)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""


class Process:
    """The server over HTTP with the simulator inside; it always ends with the block."""

    def __init__(self, collector: Collector):
        settings = {
            "PATH": os.environ.get("PATH", ""),
            "MCP_METRICS_ADDR": "127.0.0.1:0",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        command = [SERVER, "serve", "--http", "--sandbox", "--port", "0"]
        self.child = subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.said = ""
        for line in self.child.stderr:
            self.said += line
            if line.startswith("The client configuration"):
                break
        self.mcp, self.bearer, self.counters = (
            re.search(pattern, self.said).group(1)
            for pattern in (r"serves MCP at (\S+)", r"Bearer: (\S+)", r"counters at (\S+)")
        )
        threading.Thread(target=self.child.stderr.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.child)

    def call(self, tool: str, arguments: dict) -> dict:
        """One call of the stateless era, within a trace of ours."""
        meta = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "telemetry", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
            "traceparent": f"00-{TRACE}-{ABOVE}-01",
        }
        params = {"name": tool, "arguments": arguments, "_meta": meta}
        headers = {
            "authorization": f"Bearer {self.bearer}",
            "accept": "application/json, text/event-stream",
            "content-type": "application/json",
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": "tools/call",
            "mcp-name": tool,
        }
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).encode()
        with urllib.request.urlopen(urllib.request.Request(self.mcp, body, headers), timeout=30) as answer:
            return json.load(answer)["result"]

    def buy(self) -> None:
        """Accepts a quote, by asking and confirming."""
        asked = json.loads(self.call("infinigate_accept_quote", QUOTE)["content"][0]["text"])
        bought = self.call("infinigate_accept_quote", {**QUOTE, "confirmation_token": asked["confirmation_token"]})
        assert not bought["isError"], bought

    def samples(self) -> dict:
        """Every series with its value, as Prometheus reads them; a family without a description is a fault."""
        with urllib.request.urlopen(self.counters, timeout=10) as answer:
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4"), answer.headers
            text = answer.read().decode()
        found = {}
        for family in text_string_to_metric_families(text):
            assert family.documentation, f"{family.name} has no description"
            assert family.type != "unknown", f"{family.name} has no type"
            for sample in family.samples:
                found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
        return found


def total(samples: dict, name: str, **labels: str) -> float:
    """The sum of the series with these labels."""
    return sum(value for (known, its), value in samples.items() if known == name and set(labels.items()) <= set(its))


def counters() -> None:
    """One purchase is counted as one purchase."""
    with Process(Collector()) as process:
        process.buy()
        seen = process.samples()
    assert total(seen, "infini_mcp_calls_total", tool="infinigate_accept_quote", outcome="ok") == 1, seen
    assert total(seen, "infini_mcp_calls_total", outcome="confirmation_required", principal="bearer") == 1, seen
    assert total(seen, "infini_mcp_confirmations_total", event="given") == 1, seen
    assert total(seen, "infini_mcp_orders", state="placed") == 1, seen
    assert total(seen, "infini_mcp_upstream_request_duration_seconds_count", operation="acceptPurchaseQuote") == 1, seen
    whole = total(seen, "infini_mcp_call_duration_seconds_bucket", tool="infinigate_accept_quote", le="+Inf")
    assert whole == total(seen, "infini_mcp_call_duration_seconds_count", tool="infinigate_accept_quote") == 2, seen
    assert total(seen, "process_resident_memory_bytes") > 1e6 and total(seen, "process_open_fds") > 3, seen


def traces() -> None:
    """Every span belongs to the caller's trace, and every request to the call that made it."""
    collector = Collector()
    with Process(collector) as process:
        process.buy()
        # The purchase itself is the last request of the second call.
        patience = time.monotonic() + 20
        while not any(span.name == "POST /order-management/v2/purchasequote/acceptance" for span in collector.spans):
            assert time.monotonic() < patience, [span.name for span in collector.spans]
            time.sleep(0.05)
    # Ending the server sends what was left.
    spans = {span.span_id: span for span in collector.spans}
    calls = [span for span in spans.values() if span.name == "tools/call infinigate_accept_quote"]
    assert len(calls) == 2 and all(span.parent_span_id.hex() == ABOVE for span in calls), calls
    requests = [span for span in spans.values() if span not in calls]
    assert requests and all(spans[span.parent_span_id] in calls for span in requests), requests
    assert {span.trace_id.hex() for span in calls + requests} == {TRACE}
    assert collector.agents == {"infini-mcp"}, collector.agents
    everything = b"".join(span.SerializeToString() for span in collector.spans)
    for secret in (b"sandbox-subscription-key", b"sandbox-not-a-secret", process.bearer.encode(), b"AN2600456", b"nordlicht"):
        assert secret not in everything, secret


if __name__ == "__main__":
    step("prometheus_client reads the counters of a purchase", counters)
    step("opentelemetry-proto reads the traces of a purchase, and they hold no secret", traces)
    sys.exit(finish())
