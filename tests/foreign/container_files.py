"""The files for containers, read by programs that know their forms: a linter, the Compose specification, and Caddy itself.

Caddy also runs, with its own certificate for localhost, in front of two servers.
"""

import json
import os
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import compose_spec
import yaml

from children import end
from dockerfile import stages
from steps import finish, step

PROJECT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
SERVER = os.environ["INFINI_MCP"]
COMPOSE = {name: PROJECT / name for name in ("compose.yaml", "compose.scale.yaml")}
CADDYFILE = PROJECT / "deploy/Caddyfile"
PUBLIC_HOST = "mcp.example.com"


def read_compose(path: Path, variables: dict[str, str]) -> dict:
    """The file as Compose sees it: variables put in, aliases and merges resolved."""

    def value(match: re.Match) -> str:
        name, kind, otherwise = match.groups()
        found = variables.get(name, "")
        assert found or kind != ":?", f"{name} must be set: {otherwise}"
        return found or otherwise or ""

    return yaml.safe_load(re.sub(r"\$\{(\w+)(?:(:-|:\?)([^}]*))?\}", value, path.read_text()))


def of_the_specification(path: Path) -> None:
    """The specification's own types take it, and everything it names is there."""
    document = read_compose(path, {"PUBLIC_HOST": PUBLIC_HOST})
    compose_spec.PyCompose.from_json(json.dumps(document)).validate()
    for name, service in document["services"].items():
        for secret in service.get("secrets", []):
            assert secret in document["secrets"], f"{name}: {secret}"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (PROJECT / source).is_file() if source.startswith(".") else source in document["volumes"], volume
        for network in service.get("networks", []):
            assert network in document["networks"], network


def confined(path: Path) -> None:
    """Ours run without rights, without a root to write to and without secrets in the environment."""
    document = read_compose(path, {"PUBLIC_HOST": PUBLIC_HOST})
    image = stages(PROJECT / "Dockerfile")[-1]
    settings = set(re.findall(r"^\| `(\w+)`", subprocess.check_output([SERVER, "settings"], text=True), re.M))
    secrets = set(re.findall(r"`(\w+)_FILE` names", subprocess.check_output([SERVER, "settings"], text=True)))
    assert {"MCP_AUTH_TOKEN", "MCP_CREDENTIAL_STORE_KEY"} <= secrets < settings
    for name, service in document["services"].items():
        assert "no-new-privileges:true" in service["security_opt"] and service["cap_drop"] == ["ALL"], name
        if name not in ("infini-mcp", "admin"):
            continue
        assert service["read_only"] is True and "user" not in service, name
        for variable, value in service["environment"].items():
            assert variable not in secrets, f"{variable} would stand in the environment"
            if variable.removesuffix("_FILE") in secrets:
                assert value.startswith("/run/secrets/") and Path(value).name in service["secrets"], variable
            else:
                assert variable in settings, variable
    server = document["services"]["infini-mcp"]
    assert ["CMD", *image.health_check()[1]] == server["healthcheck"]["test"]
    assert "config:/config:ro" in server["volumes"], "the server cannot change its users"
    assert all(port.startswith("127.0.0.1:") for port in server.get("ports", [])), "only this machine"
    subnet = document["networks"]["edge"]["ipam"]["config"][0]["subnet"]
    assert server["environment"]["MCP_TRUSTED_PROXIES"] == subnet
    assert PUBLIC_HOST in server["environment"]["MCP_ALLOWED_HOSTS"]
    builds = {name for name, service in document["services"].items() if "build" in service}
    assert builds == {"infini-mcp"} and set(server["build"]["args"]) == set(image.pairs("ARG"))


def scaled() -> None:
    """Three replicas wait for the database, whose address is a secret and which nobody else reaches."""
    document = read_compose(COMPOSE["compose.scale.yaml"], {"PUBLIC_HOST": PUBLIC_HOST})
    services, networks = document["services"], document["networks"]
    assert services["infini-mcp"]["deploy"]["replicas"] == 3 and "ports" not in services["infini-mcp"]
    assert services["infini-mcp"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert services["infini-mcp"]["environment"]["STATE_URL_FILE"] == "/run/secrets/state-url"
    assert services["postgres"]["healthcheck"] and services["postgres"]["networks"] == ["state"]
    assert networks["state"]["internal"] is True
    try:
        read_compose(COMPOSE["compose.scale.yaml"], {})
    except AssertionError as missing:
        assert "PUBLIC_HOST must be set" in str(missing)
    else:
        raise AssertionError("without PUBLIC_HOST there is no certificate to get")


def caddy(*words: str, **settings: str) -> subprocess.CompletedProcess:
    """One command of Caddy, which must end well."""
    environment = {"PATH": os.environ.get("PATH", ""), "PUBLIC_HOST": PUBLIC_HOST, **settings}
    done = subprocess.run([PROGRAMS / "caddy", *words], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done


def of_caddy() -> None:
    """Caddy understands it, would write it the same way, and gets a certificate for the public host by itself."""
    caddy("validate", "--config", str(CADDYFILE), "--adapter", "caddyfile")
    assert caddy("fmt", str(CADDYFILE)).stdout == CADDYFILE.read_text(), "caddy fmt --overwrite deploy/Caddyfile"
    assert PUBLIC_HOST in caddy("adapt", "--config", str(CADDYFILE)).stdout
    told = re.findall(r"^```text\n(.*?)^```$", (PROJECT / "docs/self-hosting.md").read_text(), re.M | re.S)
    with tempfile.TemporaryDirectory() as folder:
        for text in told:
            file = Path(folder) / "Caddyfile"
            file.write_text(text)
            caddy("validate", "--config", str(file), "--adapter", "caddyfile")
    assert told, "the document tells how a Caddy of one's own is set up"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def on_this_machine(folder: Path, upstreams: list[str]) -> tuple[Path, int]:
    """The configuration of the Caddyfile for localhost; only its addresses are others."""
    document = json.loads(caddy("adapt", "--config", str(CADDYFILE), PUBLIC_HOST="localhost").stdout)
    (server,) = document["apps"]["http"]["servers"].values()
    port = free_port()
    server["listen"] = [f"127.0.0.1:{port}"]
    server.setdefault("automatic_https", {})["disable_redirects"] = True
    document["apps"]["http"]["https_port"] = port
    # Its own root certificate stays in this folder instead of becoming trusted by the machine.
    document["apps"]["pki"] = {"certificate_authorities": {"local": {"install_trust": False}}}
    document["storage"] = {"module": "file_system", "root": str(folder / "caddy")}
    (proxy,) = proxies(server["routes"])
    assert proxy["load_balancing"]["selection_policy"] == {"policy": "random"}
    assert proxy.pop("dynamic_upstreams")["name"] == "infini-mcp"
    proxy["upstreams"] = [{"dial": upstream} for upstream in upstreams]
    path = folder / "caddy.json"
    path.write_text(json.dumps(document))
    return path, port


def proxies(part) -> list[dict]:
    """Every reverse proxy within a configuration."""
    if isinstance(part, list):
        return [found for one in part for found in proxies(one)]
    if isinstance(part, dict):
        own = [part] if part.get("handler") == "reverse_proxy" else []
        return own + [found for one in part.values() for found in proxies(one)]
    return []


class Program:
    """A program that always ends with the block; `document` is the JSON that it prints first, if it prints any."""

    def __init__(self, words: list, settings: dict, prints: bool = True):
        environment = {"PATH": os.environ.get("PATH", ""), "LOG_LEVEL": "info", **settings}
        out = subprocess.PIPE if prints else subprocess.DEVNULL
        self.child = subprocess.Popen(words, env=environment, stdout=out, stderr=subprocess.DEVNULL, text=True)
        text = ""
        for line in self.child.stdout if prints else ():
            text += line
            if line.startswith("}"):
                break
        self.document = json.loads(text) if prints else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.child)


def fetch(port: int, path: str, trust: ssl.SSLContext, key: str | None = None, body: dict | None = None) -> dict:
    """An answer over HTTPS, by the name in the certificate."""
    headers = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    if body:
        headers |= {"mcp-protocol-version": "2026-07-28", "mcp-method": body["method"], "mcp-name": body["params"]["name"]}
    if key:
        headers["authorization"] = f"Bearer {key}"
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(f"https://localhost:{port}{path}", data, headers)
    with urllib.request.urlopen(request, timeout=10, context=trust) as answer:
        assert answer.headers["strict-transport-security"], dict(answer.headers)
        return json.load(answer)


def through_caddy() -> None:
    """HTTPS to the first byte, calls answered by either server, and the rest go on when one has gone."""
    key = os.urandom(32).hex()
    meta = {"protocolVersion": "2026-07-28", "clientInfo": {"name": "c", "version": "1"}, "clientCapabilities": {}}
    params = {"name": "infinity_get_profile", "arguments": {}}
    params["_meta"] = {f"io.modelcontextprotocol/{name}": value for name, value in meta.items()}
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    with tempfile.TemporaryDirectory() as folder, Program([SERVER, "sandbox"], {}) as sandbox:
        settings = {**sandbox.document, "MCP_AUTH_TOKEN": key, "MCP_TRUSTED_PROXIES": "127.0.0.1/32"}
        settings.pop("control")
        serve = [SERVER, "serve", "--http", "--port", "0"]
        with Program(serve, {**settings, "STATE_URL": f"sqlite:{folder}/1.db"}) as one:
            with Program(serve, {**settings, "STATE_URL": f"sqlite:{folder}/2.db"}) as other:
                addresses = [
                    re.search(r"//([^/]+)/", server.document["mcpServers"]["infini-mcp"]["url"])[1]
                    for server in (one, other)
                ]
                path, port = on_this_machine(Path(folder), addresses)
                run = [PROGRAMS / "caddy", "run", "--config", path]
                with Program(run, {"HOME": folder, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder}, prints=False):
                    trust = trusted(Path(folder) / "caddy/pki/authorities/local/root.crt", port)
                    for _ in range(20):
                        result = fetch(port, "/mcp", trust, key, message)["result"]
                        assert not result["isError"], result
                    other.child.kill()
                    other.child.wait()
                    for _ in range(20):
                        assert not fetch(port, "/mcp", trust, key, message)["result"]["isError"]


def trusted(root: Path, port: int) -> ssl.SSLContext:
    """Trust in Caddy's own root alone, as soon as Caddy answers with it."""
    for _ in range(200):
        try:
            context = ssl.create_default_context(cafile=root)
            assert fetch(port, "/health", context)["ok"] is True
            return context
        except OSError:
            time.sleep(0.1)
    raise AssertionError("Caddy never answered")


def main() -> int:
    """Every file, then Caddy at work."""
    step("hadolint finds nothing in the Dockerfile", lambda: subprocess.run([PROGRAMS / "hadolint", PROJECT / "Dockerfile"], check=True))
    for name, path in COMPOSE.items():
        step(f"{name} is a Compose file, and everything it names is there", lambda path=path: of_the_specification(path))
        step(f"{name} confines what runs, and its settings are settings", lambda path=path: confined(path))
    step("compose.scale.yaml has three servers, a database that only they reach, and a public host", scaled)
    step("Caddy understands the Caddyfile, and the one that the document tells", of_caddy)
    step("Caddy serves HTTPS in front of two servers, and goes on with one", through_caddy)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
