# Holds the tool definitions against tdqs, which scores them as an agent would; any error or warning fails, but for what
# is allowed here with its reason.

import json
import os
import subprocess
import sys

# Says only that filling in an order (a number and lines of SKU and quantity) is more work than the tools beside it. It
# is: an order has lines, and no cheaper tool places one.
ALLOWED = [("shadow-candidate", "infinigate_create_order")]


def findings(node):
    """Every finding anywhere in the report."""
    if isinstance(node, dict):
        if node.get("severity") in ("error", "warning"):
            yield node
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from findings(inner)


def main():
    server = f"{os.environ['INFINI_MCP']} serve --sandbox"
    tdqs = os.path.join(os.path.dirname(sys.executable), "tdqs")
    said = subprocess.run([tdqs, "lint", "--command", server, "--format", "json"], capture_output=True, text=True)
    report = json.loads(said.stdout)
    found = [(finding.get("rule") or finding.get("code"), finding.get("tool"), finding) for finding in findings(report)]
    complaints = [finding for rule, tool, finding in found if (rule, tool) not in ALLOWED]
    stale = [allowed for allowed in ALLOWED if allowed not in [(rule, tool) for rule, tool, _ in found]]
    for finding in complaints:
        print("complaint:", json.dumps(finding))
    for allowed in stale:
        print("allowed, but not said any more:", allowed)
    sys.exit(1 if complaints or stale else 0)


main()
