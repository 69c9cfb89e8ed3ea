"""The registry of findings, and the document that explains it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evtui.recordings.findings import CODES, Severity, finding, worst

DOCUMENT = Path(__file__).parents[2] / "docs" / "findings.md"
HEADINGS = {
    "Errors": Severity.ERROR,
    "Warnings": Severity.WARNING,
    "Notes": Severity.NOTE,
}


def documented() -> dict[str, Severity]:
    """The codes of the document's tables, each under the heading of its severity."""
    codes = {}
    for section in DOCUMENT.read_text(encoding="utf-8").split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        for code, when, advice in re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", body, re.M):
            assert code not in codes, f"{code} is explained twice"
            assert when and advice
            codes[code] = HEADINGS[heading]
    return codes


def test_the_document_explains_exactly_the_findings_there_are():
    assert documented() == {code: severity for code, (severity, _) in CODES.items()}


def test_a_finding_without_particulars_carries_its_meaning():
    for code, (severity, meaning) in CODES.items():
        found = finding(code)
        assert (found.code, found.severity, found.message) == (code, severity, meaning)


def test_a_code_nobody_knows_is_an_error():
    with pytest.raises(KeyError):
        finding("no such code")


def test_the_worst_is_the_highest_severity():
    assert worst([]) is None
    assert worst([finding("gap"), finding("hot_pixels")]) is Severity.WARNING
    assert worst([finding("hot_pixels"), finding("truncated"), finding("gap")]) is Severity.ERROR
