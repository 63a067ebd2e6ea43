"""The image without a container engine: its root is laid out as the Dockerfile says, and the server runs in it as its user.

The root cannot be written to, the network is one of its own where nothing but loopback exists, and there is no shell, so
what works here needs nothing that the image does not have.
"""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from dockerfile import Stage, stages
from steps import finish, step

PROJECT = Path(__file__).resolve().parents[2]
SERVER = Path(os.environ["INFINI_MCP"])
STAGES = stages(PROJECT / "Dockerfile")
BUILD, IMAGE = STAGES[0], STAGES[-1]
ENVIRONMENT = IMAGE.pairs("ENV")
USER, GROUP = map(int, IMAGE.one("USER").split(":"))
VOLUMES = IMAGE.words("VOLUME")
ENDPOINT = f"http://127.0.0.1:{ENVIRONMENT['MCP_HTTP_PORT']}"
# In a place where no ordinary user's PATH looks.
CHROOT = shutil.which("chroot", path="/usr/sbin:/usr/bin:/sbin:/bin")
KEY_FILE = "/run/secrets/credential-store-key"
SECRETS = {"MCP_CREDENTIAL_STORE_KEY_FILE": KEY_FILE, "MCP_USERS_FILE": "/config/mcp-users.json"}


def in_a_world_of_its_own() -> None:
    """Begins again with mounts and a network that end with this process, so that 0.0.0.0 is nobody else's either."""
    if "IN_A_WORLD_OF_ITS_OWN" not in os.environ:
        os.environ["IN_A_WORLD_OF_ITS_OWN"] = "yes"
        os.execvp("unshare", ["unshare", "--mount", "--net", sys.executable, __file__])
    import fcntl
    import struct

    # `ip link set lo up`, where no package brings ip: SIOCSIFFLAGS with IFF_UP and IFF_RUNNING.
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x41))


class Root:
    """The root directory, and programs that run in it."""

    def __init__(self, folder: Path):
        self.folder = folder / "root"
        self.folder.mkdir(mode=0o755)
        os.chmod(folder, 0o755)
        self.lay_out(folder / "built")

    def lay_out(self, built: Path) -> None:
        """Runs the last step of the build and copies as the final stage does."""
        script, binary, into = BUILD.all("RUN")[-1].split()
        assert binary == "/infini-mcp" and "/infini-mcp" in BUILD.all("RUN")[-2], "it lays out what it built"
        subprocess.run([PROJECT / script, SERVER, built], check=True)
        for options, source, destination in IMAGE.copies():
            assert options["from"] == BUILD.name and source.startswith(f"{into}/"), source
            place = self.folder / destination.lstrip("/")
            shutil.copytree(built / Path(source).relative_to(into), place, dirs_exist_ok=True, symlinks=True)
            owner = [int(number) for number in options["chown"].split(":")]
            for path in (built / Path(source).relative_to(into)).rglob("*"):
                os.chown(place / path.relative_to(built / Path(source).relative_to(into)), *owner, follow_symlinks=False)

    def mount(self, secrets: Path, hosts: Path) -> None:
        """What an engine adds: volumes, the hosts file, secrets; then nothing of the root can be changed."""
        hosts.chmod(0o644)
        (self.folder / "etc/hosts").touch()

        def mount(*words) -> None:
            subprocess.run(["mount", *map(str, words)], check=True)

        mount("--make-rprivate", "/")
        mount("--bind", self.folder, self.folder)
        for place in VOLUMES:
            mount("--bind", self.folder / place[1:], self.folder / place[1:])
        mount("--bind", hosts, self.folder / "etc/hosts")
        mount("--bind", secrets, self.folder / "run/secrets")
        mount("-o", "remount,bind,ro", self.folder)

    def command(self, words: list[str]) -> list[str]:
        """A program of the image, as its user, seeing nothing else."""
        return [CHROOT, f"--userspec={USER}:{GROUP}", "--groups=", str(self.folder), *words]

    def run(self, words: list[str], settings: dict | None = None, **more) -> subprocess.CompletedProcess:
        """Runs a program of the image to its end."""
        environment = {**ENVIRONMENT, **(settings or {})}
        return subprocess.run(self.command(words), env=environment, capture_output=True, text=True, timeout=30, **more)

    def credentials(self, *words: str, secret: str | None = None) -> str:
        """`infini-mcp credentials …`, as the service `admin` of Compose does it; it must end well."""
        done = self.run([*IMAGE.words("ENTRYPOINT"), "credentials", *words], SECRETS, input=secret or "")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def of_the_image(root: Root) -> None:
    """Nobody but root owns anything outside the volumes, and the user can write nowhere else."""
    reachable = subprocess.run(
        [sys.executable, "-c", WHAT_CAN_BE_WRITTEN, str(root.folder), str(USER), str(GROUP)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert sorted(json.loads(reachable.stdout)) == sorted(VOLUMES), reachable.stdout
    for path in root.folder.rglob("*"):
        state = path.lstat()
        inside = "/" + str(path.relative_to(root.folder))
        owner = (USER, GROUP) if inside in VOLUMES else (0, 0)
        assert (state.st_uid, state.st_gid) == owner, inside
        assert not state.st_mode & (stat.S_ISUID | stat.S_ISGID), f"{inside} lends its owner's rights"
        assert inside in VOLUMES or not state.st_mode & 0o022, f"{inside} can be written by others"


WHAT_CAN_BE_WRITTEN = """
import json, os, sys
os.chroot(sys.argv[1])
os.chdir("/")
os.setgroups([]); os.setgid(int(sys.argv[3])); os.setuid(int(sys.argv[2]))
everything = ["/"] + [os.path.join(folder, name) for folder, folders, files in os.walk("/") for name in folders + files]
print(json.dumps([path for path in everything if os.access(path, os.W_OK)]))
"""


def without_a_shell(root: Root) -> None:
    """One program, its libraries, four files of text: nothing that runs a script."""
    programs = [path for path in root.folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o111]
    names = {str(path.relative_to(root.folder)) for path in programs if ".so" not in path.name}
    assert names == {IMAGE.words("ENTRYPOINT")[0].lstrip("/")}, names
    for path in programs:
        assert path.read_bytes()[:4] == b"\x7fELF", f"{path} is a script"
    for shell in ("sh", "bash", "busybox"):
        assert not list(root.folder.rglob(shell)), shell
        assert root.run([f"/bin/{shell}", "-c", "true"]).returncode == 127
    roots = (root.folder / "etc/ssl/certs/ca-certificates.crt").read_text()
    assert roots.count("BEGIN CERTIFICATE") > 100, "the roots of TLS"
    # Where they cannot be found, this fails before anything is connected to.
    asked = root.run([*IMAGE.words("ENTRYPOINT"), "health", "--url", "https://127.0.0.1:1/"])
    assert "refused" in asked.stderr, asked.stderr


def of_the_dockerfile() -> None:
    """What is named twice is the same twice, and nothing that the binary is built of is kept from the builder."""
    from docker.utils.build import exclude_paths

    channel = re.search(r'channel = "([^"]+)"', (PROJECT / "rust-toolchain.toml").read_text())[1]
    assert BUILD.base.startswith(f"rust:{channel}-"), BUILD.base
    version = re.search(r'^version = "([^"]+)"', (PROJECT / "Cargo.toml").read_text(), re.M)[1]
    assert IMAGE.base == "scratch" and IMAGE.pairs("ARG")["VERSION"] == version
    assert IMAGE.pairs("LABEL")["org.opencontainers.image.version"] == "${VERSION}"
    rules = [line for line in (PROJECT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    sent = set(exclude_paths(str(PROJECT), rules))
    assert {"Cargo.toml", "Cargo.lock", "deploy/root.sh"} <= sent
    assert not any(re.search(r"(^|/)(\.env|secrets|\.git)(/|$)|\.key$", name) for name in sent), "nothing secret"
    # Cargo writes down beside the program what it is built of; a folder that a build script watches counts by its files.
    beside = SERVER.with_suffix(".d")
    built_of = re.findall(rf"{PROJECT}/(\S+)", beside.read_text()) if beside.exists() else []
    needed = {os.path.normpath(name) for name in built_of if not name.startswith("target/")}
    needed = {name for name in needed if (PROJECT / name).is_file()}
    assert needed <= sent, f"kept from the builder: {sorted(needed - sent)[:5]}"


def answer(path: str, key: str | None = None, message: dict | None = None) -> tuple[int, dict, dict]:
    """Status, headers and body of one request, whatever the status."""
    headers = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    if key:
        headers["authorization"] = f"Bearer {key}"
    if message:
        headers |= {"mcp-protocol-version": "2026-07-28", "mcp-method": message["method"]}
        headers |= {"mcp-name": message["params"]["name"]}
    body = json.dumps(message).encode() if message else None
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{ENDPOINT}{path}", body, headers), timeout=15) as found:
            return found.status, dict(found.headers), json.load(found)
    except urllib.error.HTTPError as refused:
        return refused.code, {name.lower(): value for name, value in refused.headers.items()}, json.load(refused)


def call(tool: str) -> dict:
    """A call of a tool in the stateless era."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "image", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": {}, "_meta": meta}}


def healthy(root: Root) -> subprocess.CompletedProcess:
    """The check of the Dockerfile, as an engine runs it: within its time."""
    options, words = IMAGE.health_check()
    began = time.monotonic()
    done = root.run(words, SECRETS)
    assert time.monotonic() - began < int(options["timeout"].rstrip("s")), "in time"
    return done


def until_healthy(root: Root, server: subprocess.Popen) -> None:
    """Waits, for a bounded time, until the check succeeds."""
    for _ in range(100):
        if healthy(root).returncode == 0:
            return
        assert server.poll() is None, server.stderr.read()
        time.sleep(0.1)
    raise AssertionError(f"never healthy: {healthy(root).stderr}")


def refuses_and_answers(key: str) -> None:
    """The public address answers everybody, the endpoint whoever has a key, and the answer comes from upstream."""
    assert answer("/health")[0] == 200 and answer("/ready")[0] == 200
    message = call("infinity_get_profile")
    for wrong in (None, "mcp_nobodys"):
        status, headers, body = answer("/mcp", wrong, message)
        assert (status, body["code"]) == (401, "unauthenticated"), body
        assert headers["www-authenticate"].startswith("Bearer"), headers
    status, _, body = answer("/mcp", key, message)
    assert status == 200 and not body["result"]["isError"], body
    assert "@" in body["result"]["structuredContent"]["email"], body


def ends_when_asked(server: subprocess.Popen) -> None:
    """The signal of the Dockerfile ends it within seconds, with a client still connected."""
    assert IMAGE.one("STOPSIGNAL") == "SIGTERM"
    with socket.create_connection(("127.0.0.1", int(ENVIRONMENT["MCP_HTTP_PORT"]))):
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=5) == 0


def sandbox(settings: dict) -> subprocess.Popen:
    """The simulator of both services, outside the image; it puts into `settings` what reaches it by name."""
    child = subprocess.Popen([SERVER, "sandbox"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    text = ""
    for line in child.stdout:
        text += line
        if line.startswith("}"):
            break
    settings |= {name: value.replace("127.0.0.1", "localhost") for name, value in json.loads(text).items()}
    return child


def serve(root: Root, upstream: dict, settings: dict) -> None:
    """Sets up as an administrator does, and runs the image's own command."""
    key = {}

    def set_up() -> None:
        root.credentials("init")
        root.credentials("add-profile", "team", "--infinity-token-file", "-", secret=upstream["INFINITY_API_TOKEN"])
        key["anna"] = root.credentials("add-user", "anna", "--profile", "team", "--scopes", "infinity:read")
        for name in ("config/mcp-users.json", "data/credentials.enc.json"):
            state = (root.folder / name).stat()
            assert (state.st_uid, state.st_mode & 0o777) == (USER, 0o600), name

    step("users and credentials are set up in the volumes by the image's own user", set_up)
    # The server of compose.yaml can read its users and not change them.
    subprocess.run(["mount", "-o", "remount,bind,ro", root.folder / "config"], check=True)
    environment = {**ENVIRONMENT, **SECRETS, **settings}
    words = [*IMAGE.words("ENTRYPOINT"), *IMAGE.words("CMD")]
    server = subprocess.Popen(
        root.command(words), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        step("the image's health check succeeds once the server is there", lambda: until_healthy(root, server))
        step("/mcp asks for a key and answers with one, by names that the image resolves", lambda: refuses_and_answers(key["anna"]))
        step("the state is in the volume /data", lambda: [*(root.folder / "data").rglob("state.db")][0].stat())
        step("the image's stop signal ends it within seconds", lambda: ends_when_asked(server))
    finally:
        server.kill()
        server.wait()


def main() -> int:
    """Lays out, looks, runs."""
    in_a_world_of_its_own()
    step("versions agree, and the builder is sent all the sources and no secret", of_the_dockerfile)
    with tempfile.TemporaryDirectory() as folder:
        root = Root(Path(folder))
        step("everything is root's and the user writes to the volumes only", lambda: of_the_image(root))
        step("there is one program, no shell, and the roots of TLS", lambda: without_a_shell(root))
        secrets, hosts = Path(folder) / "secrets", Path(folder) / "hosts"
        secrets.mkdir()
        (secrets / "credential-store-key").write_text(os.urandom(32).hex())
        os.chown(secrets / "credential-store-key", USER, GROUP)
        (secrets / "credential-store-key").chmod(0o400)
        hosts.write_text("127.0.0.1 localhost\n")
        root.mount(secrets, hosts)

        def closed() -> None:
            done = root.run([*IMAGE.words("ENTRYPOINT"), *IMAGE.words("CMD")])
            assert done.returncode == 2 and "MCP_AUTH_TOKEN" in done.stderr, done

        step("without users and without a bearer it refuses to start", closed)

        def unwell() -> None:
            done = healthy(root)
            assert done.returncode == 1 and "does not answer" in done.stderr, done

        step("the image's health check fails while nothing serves", unwell)
        upstream: dict = {}
        simulator = sandbox(upstream)
        try:
            reach = {name: upstream[name] for name in ("INFINITY_API_BASE_URL", "INFINIGATE_BASE_URL")}
            serve(root, upstream, reach)
        finally:
            simulator.kill()
            simulator.wait()
            subprocess.run(["umount", "--recursive", root.folder], check=False)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
