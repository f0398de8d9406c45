"""What the documents name is there: files, tests, settings, targets, pictures."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from deploy.local.folder import ROOT

README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "ARCHITECTURE.md").read_text("utf-8")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
EXAMPLE = (ROOT / "deploy" / ".env.example").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
OURS = ("migrate", "api", "worker", "renderer")

PATHS = re.compile(r"(?<![\w./-])(?:services|shared|tests|deploy|docs)/[\w./-]*\w/?")
LINKS = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
PROOFS = re.compile(r"`(test_\w+)`(?: and `(test_\w+)`)? in `(tests/[\w/]+\.py)`")
SETTINGS = re.compile(r"^\| `(PRESSRUN_\w+)` \| (?:`(.*?)`)? \|", re.MULTILINE)
BLOCKS = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADINGS = ["Context", "Decision", "Consequences", "Alternatives", "Status"]

# Addresses and secrets of the example are nobody's defaults.
PLACEHOLDERS = re.compile(r"change-me|127\.0\.0\.1:\d|/usr/bin/")


def named(document: Path) -> set[str]:
    return set(PATHS.findall(document.read_text("utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(document: Path):
    assert {path for path in named(document) if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path):
    links = {link for link in LINKS.findall(document.read_text("utf-8")) if "://" not in link}
    assert {link for link in links if not (document.parent / link).exists()} == set()


def test_the_way_of_a_report_names_many_files():
    """Should the pattern above ever match nothing, that would prove nothing."""
    assert len(named(ROOT / "docs" / "ARCHITECTURE.md")) > 60


def test_every_proof_of_a_failure_is_a_test():
    proofs = [(name, file) for first, second, file in PROOFS.findall(ARCHITECTURE) for name in (first, second) if name]
    assert len(proofs) > 15
    missing = [name for name, file in proofs if name not in functions(ROOT / file)]
    assert missing == []


def functions(file: Path) -> set[str]:
    tree = ast.parse(file.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_table_of_settings_is_the_example():
    """Names in the same order, and every default."""
    example = dict(line[1:].split("=", 1) for line in EXAMPLE.splitlines() if line.startswith("#PRESSRUN_"))
    shown = dict(SETTINGS.findall(README))
    assert list(shown) == list(example)
    assert shown == {name: "" if PLACEHOLDERS.search(value) else value for name, value in example.items()}


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE))
    code = "\n".join([*re.findall(r"`([^`\n]+)`", README), *(body for _, body in BLOCKS.findall(README))])
    used = set(re.findall(r"\bmake (?:-s )?(?:PYTHON=\S+ )?([a-z][a-z-]*)", code))
    assert used >= {"demo", "up", "down", "key", "clean", "test", "check", "bench", "help", "setup"}
    assert used <= targets


def test_the_python_examples_are_python():
    examples = [body for language, body in BLOCKS.findall(README) if language == "python"]
    assert len(examples) == 2
    for example in examples:
        ast.parse(example)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_number_and_its_five_parts(decision: Path):
    text = decision.read_text("utf-8")
    assert text.startswith(f"# {int(decision.stem[:4])}. ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == HEADINGS


def test_decisions_are_told_apart_by_their_numbers():
    numbers = [path.stem[:4] for path in DECISIONS]
    assert len(numbers) == len(set(numbers)) > 14


def test_pictures_are_small():
    pictures = list((ROOT / "docs" / "images").iterdir())
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > 150_000] == []


def test_containers_have_settings_that_exist():
    known = set(re.findall(r"^#(PRESSRUN_\w+)=", EXAMPLE, re.MULTILINE))
    used = {name for service in OURS for name in COMPOSE["services"][service]["environment"]}
    assert {"PRESSRUN_DATABASE_URL", "PRESSRUN_SECRET_KEY"} <= used <= known


def test_containers_run_the_commands_of_the_local_stack():
    commands = {service: COMPOSE["services"][service]["command"] for service in OURS}
    assert commands.pop("migrate") == ["python", "-m", "shared.db.migrate"]
    for service, command in commands.items():
        assert command == ["python", "-m", f"services.{service}.main"]
        assert (ROOT / "services" / service / "main.py").exists()


def test_every_container_of_ours_is_confined_and_the_renderer_reaches_no_network_but_the_parts():
    for service in OURS:
        confined = COMPOSE["services"][service]
        assert confined["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in confined["security_opt"]
        assert confined["read_only"]
    assert COMPOSE["services"]["renderer"]["networks"] == ["parts"]


def test_agents_read_what_people_read():
    assert (ROOT / "AGENTS.md").readlink() == Path("CONTRIBUTING.md")
