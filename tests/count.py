#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the results in meson's test log, each line of a TAP test for itself.

    count.py TESTLOG.json

prints what failed, then 'N passed, N failed, N skipped'. A TAP test that ends
badly without having said which of its parts failed counts as one failure more.
"""
import json
import re
import sys

LINE = re.compile(r"^(not )?ok\b(.*)$")


def parts(text):
    """(name, 'passed' | 'failed' | 'skipped') of each TAP line at the margin."""
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            skipped = re.search(r"#\s*skip", match.group(2), re.IGNORECASE)
            yield (match.group(2).strip(" -"),
                   "failed" if match.group(1) else "skipped" if skipped else "passed")


def main():
    count = {"passed": 0, "failed": 0, "skipped": 0}
    failures = []

    def add(result, name):
        count[result] += 1
        if result == "failed":
            failures.append(name)

    try:
        with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
            tests = [json.loads(line) for line in log if line.strip()]
    except (OSError, IndexError, ValueError) as error:
        print("There is no readable test log: %s" % error, file=sys.stderr)
        tests = []
        add("failed", "the test log")
    for test in tests:
        whole = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}.get(test["result"], "failed")
        found = list(parts(test.get("stdout") or ""))
        for name, result in found:
            add(result, "%s: %s" % (test["name"], name))
        if not found or (whole == "failed" and all(result != "failed" for _, result in found)):
            add(whole, "%s (%s)" % (test["name"], test["result"].lower()))
    for name in failures:
        print("FAILED  " + name)
    if count["passed"] + count["failed"] == 0:
        count["failed"] = 1  # a run of no test proves nothing
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % count)
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
