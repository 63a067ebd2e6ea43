"""Schemathesis against the simulator, with the very documents it speaks: every operation of both services.

INFINI_MCP names the server's program and CODEGEN the one that writes the documents with their fixes. What the tester is
asked not to hold against us stands in contract/<service>.toml, each with its reason. The seed is fixed, so that every run
asks the same, but for the ids that the simulator makes up.
"""

import copy
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.request
from pathlib import Path

import contract_ground
from children import end
from contract_ground import VERSION, Api, Ground

HERE = Path(__file__).resolve().parent
TESTER = Path(sys.executable).with_name("st")
SERVER, CODEGEN = os.environ["INFINI_MCP"], os.environ["CODEGEN"]
METHODS = ("get", "put", "post", "patch", "delete")
# On two cores of their own it takes half a minute a service; this is for a machine that has other things to do as well.
PATIENCE = 420
# The token must outlive the run, and the tester is faster than StartInfinity lets anybody be.
SWITCHES = {"infinity.requests_per_minute": 0, "infinigate.token_ttl": 3600}
EXAMPLES = {"infinigate": 15, "startinfinity": 10}


class Sandbox:
    """The simulator on a free port; it always ends with the block."""

    def __enter__(self):
        surroundings = {"PATH": os.environ.get("PATH", "")}
        self.process = subprocess.Popen([SERVER, "sandbox"], env=surroundings, stdout=subprocess.PIPE, text=True)
        said = ""
        while not said.endswith("}\n"):
            line = self.process.stdout.readline()
            assert line, "the sandbox ended early"
            said += line
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.settings = json.loads(said)
        self.control = Api(self.settings["control"], {})
        self.control.send("PATCH", "/faults", SWITCHES)
        return self

    def __exit__(self, *_):
        end(self.process)

    def bearer(self) -> str:
        """A token of the simulated Infinigate."""
        form = "grant_type=client_credentials&client_id={INFINIGATE_CLIENT_ID}&client_secret={INFINIGATE_CLIENT_SECRET}"
        request = urllib.request.Request(
            self.settings["INFINIGATE_BASE_URL"] + "/authorization/token",
            form.format(**self.settings).encode(),
            {"API-KEY": self.settings["INFINIGATE_API_KEY"]},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["access_token"]

    def successes(self, service: str) -> dict[str, int]:
        """How often each operation succeeded."""
        called = self.control.send("GET", "/ledger")["operations"]
        return {one["operation"]: one["effects"] for one in called if one["service"] == service}


def document_of(service: str) -> dict:
    """The document with its fixes, and our one word that no tester knows put in theirs."""
    said = subprocess.run([CODEGEN, "document", service], cwd=HERE.parent.parent, capture_output=True, check=True, timeout=60)
    document = json.loads(said.stdout)
    for schema in document["components"]["schemas"].values():
        # The article's number, say, may stand in one of two fields; an empty one says nothing.
        if names := schema.get("x-one-of-required"):
            schema["anyOf"] = [{"required": [name], "properties": {name: {"minLength": 1}}} for name in names]
    return document


def operations_of(document: dict) -> dict[str, dict]:
    """By id: the operation's label as the tester prints it, and the operation."""
    return {
        one["operationId"]: {"label": f"{method.upper()} {path}", "operation": one}
        for path, methods in document["paths"].items()
        for method, one in methods.items()
        if method in METHODS
    }


def make_examples_real(document: dict, ground: Ground) -> None:
    """The documents' examples are invented; here they are about what exists."""
    for name, found in operations_of(document).items():
        operation, known = found["operation"], ground.known.get(name, {})
        parameters = []
        for parameter in operation.get("parameters", []):
            parameter = copy.deepcopy(resolved(document, parameter))
            if parameter["name"] in known:
                parameter["example"] = known[parameter["name"]][0]
            parameters.append(parameter)
        operation["parameters"] = parameters
        if name in ground.bodies:
            schema = resolved(document, next(iter(operation["requestBody"]["content"].values()))["schema"])
            schema["example"] = {**schema.get("example", {}), **ground.bodies[name]}


def resolved(document: dict, node: dict) -> dict:
    """Follows one reference within the document."""
    if "$ref" not in node:
        return node
    for key in node["$ref"].removeprefix("#/").split("/"):
        document = document[key]
    return document


def configuration(service: str, document: dict, ground: Ground) -> str:
    """What the file says, and which values exist."""
    lines = [(HERE / "contract" / f"{service}.toml").read_text()]
    for operation, known in ground.known.items():
        if operation not in operations_of(document):
            continue
        lines.append(f'[[operations]]\ninclude-operation-id = "{operation}"')
        for name, values in known.items():
            place = name.replace("body_", "body.") if name.startswith("body_") else f"{place_of(document, operation, name)}.{name}"
            lines.append(f'parameters."{place}" = {{ dictionary = "{operation}-{name}", probability = 0.8 }}')
    for operation, known in ground.known.items():
        for name, values in known.items():
            lines.append(f'[dictionaries."{operation}-{name}"]\nvalues = {json.dumps(values)}')
    return "\n".join(lines)


def place_of(document: dict, operation: str, name: str) -> str:
    """Where the parameter stands."""
    parameters = operations_of(document)[operation]["operation"]["parameters"]
    return next(one["in"] for one in parameters if one["name"] == name)


def examine(service: str, base: str, ground: Ground, credentials: dict) -> dict:
    """Lets the tester loose on one service; gives its report."""
    document = document_of(service)
    make_examples_real(document, ground)
    with tempfile.TemporaryDirectory(prefix="infini-mcp-contract-") as folder:
        place = Path(folder)
        (place / "document.json").write_text(json.dumps(document))
        (place / "tester.toml").write_text(configuration(service, document, ground))
        command = [TESTER, "--config-file", "tester.toml", "run", "document.json", "--url", base, "--no-color"]
        command += ["--seed", "1", "--workers", "1", "--max-examples", str(EXAMPLES[service])]
        command += ["--generation-database", "none", "--continue-on-failure", "--report-json-path", "report.json"]
        surroundings = {"PATH": os.environ.get("PATH", ""), "HOME": folder, "PYTHONHASHSEED": "0", **credentials}
        ran = subprocess.run(command, cwd=place, env=surroundings, capture_output=True, text=True, timeout=PATIENCE)
        try:
            report = json.loads((place / "report.json").read_text())
        except FileNotFoundError:
            raise RuntimeError(f"the tester gave no report: {ran.stdout}{ran.stderr}") from None
    report["said"], report["asked"] = ran.stdout, operations_of(document)
    return report


def judged(service: str, report: dict, successes: dict) -> tuple[int, int]:
    """One line for each operation: it failed nothing, and it was seen to succeed."""
    whole = report["complete"] and not report["errors"]
    print(f"{'ok  ' if whole else 'FAIL'}  schemathesis has been through {service}: {report['test_cases']['generated']} requests")
    failures = {}
    for failure in report["failures"]:
        for label in failure["operations"]:
            failures.setdefault(label.split(" ", 1)[1], []).append(f"{failure['title']} ({label.split(' ')[0]})")
    passed, failed = int(whole), int(not whole)
    for name, asked in report["asked"].items():
        found = own(failures, asked["label"])
        if not successes.get(name):
            found.append("was never answered with a success")
        failed, passed = failed + bool(found), passed + (not found)
        print(f"FAIL  {service}: {name}: {'; '.join(found)}" if found else f"ok    {service}: {name}")
    if failed:
        print(report["said"].replace("\n", "\n        "))
    return passed, failed


def own(failures: dict, label: str) -> list[str]:
    """What was found for this operation; methods nobody documents are held against all operations of their path."""
    method, path = label.split(" ", 1)
    known = {name.upper() for name in METHODS}
    return [one for one in failures.get(path, []) if f"({method})" in one or one.rsplit("(", 1)[1][:-1] not in known]


def main() -> int:
    """Both services, one after the other."""
    passed = failed = 0
    with Sandbox() as sandbox:
        key, bearer, token = sandbox.settings["INFINIGATE_API_KEY"], sandbox.bearer(), sandbox.settings["INFINITY_API_TOKEN"]
        services = (
            ("infinigate", "infinigate", sandbox.settings["INFINIGATE_BASE_URL"], {"API-KEY": key, "authorization": f"Bearer {bearer}"}),
            ("startinfinity", "infinity", sandbox.settings["INFINITY_API_BASE_URL"], {"authorization": f"Bearer {token}", **VERSION}),
        )
        for service, simulated, base, headers in services:
            ground = getattr(contract_ground, service)(Api(base, headers), sandbox.settings)
            before = sandbox.successes(simulated)
            report = examine(service, base, ground, {"INFINIGATE_API_KEY": key, "INFINIGATE_BEARER": bearer, "INFINITY_API_TOKEN": token})
            after = sandbox.successes(simulated)
            counts = judged(service, report, {name: count - before.get(name, 0) for name, count in after.items()})
            passed, failed = passed + counts[0], failed + counts[1]
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
