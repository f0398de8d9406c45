"""Templates: what ships is sound, and what is not sound is named by file and field."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.states import Format
from shared.domain.errors import NotFound
from shared.templates import registry
from shared.templates.registry import TemplateBroken, load

PRIMARY = UUID("cc030440-0005-470f-8341-6ec798d00445")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the conversational template, alone."""
    shutil.copytree(registry.HERE / "conversational", tmp_path / "conversational")
    return tmp_path


@pytest.fixture
def broken(folder: Path) -> Callable[[str, Callable[[dict[str, Any]], object]], TemplateBroken]:
    """Change one file of the copy and return what loading says."""

    def change(name: str, edit: Callable[[dict[str, Any]], object]) -> TemplateBroken:
        path = folder / "conversational" / name
        content = json.loads(path.read_text())
        edit(content)
        path.write_text(json.dumps(content))
        with pytest.raises(TemplateBroken) as caught:
            load(folder)
        return caught.value

    return change


def test_the_primary_template_is_what_its_clients_expect():
    """The seed's clients look it up by exactly this id and shape."""
    template = load().by_id[PRIMARY].template
    assert (template.name, template.category) == ("Bee Conversational Report", "analysis")
    assert (
        template.max_output_tokens,
        template.estimated_time_minutes,
        template.requires_scrambling,
    ) == (16384, 15, True)
    assert template.output_formats == [Format.PDF, Format.MD, Format.HTML]


def test_templates_are_found_by_id_key_and_workflow():
    """One folder, three ways to it."""
    loaded = load()
    found = loaded.by_key["document"]
    workflow, digest = loaded.workflow(found.workflow.id)
    assert loaded.by_id[found.template.id] is found
    assert (found.workflow, found.digest) == (workflow, digest)
    assert found.template.workflow_id == workflow.id
    assert loaded.raw(workflow.id) is found.raw


def test_an_unknown_workflow_is_not_found():
    """The lookup says so instead of a KeyError."""
    with pytest.raises(NotFound, match="report-nothing"):
        load().workflow("report-nothing")


def test_the_digest_is_of_the_canonical_definition():
    """Same definition, same digest, whatever the file's spacing and key order."""
    found = load().by_key["conversational"]
    canonical = json.dumps(found.raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(canonical).hexdigest() == found.digest


def test_a_report_needs_only_what_has_no_default():
    """A required variable with a default must not be demanded."""
    variables = {variable.name: variable for variable in load().by_key["conversational"].workflow.variables}
    assert {"query"} == {name for name, one in variables.items() if one.required}
    assert all(one.default_value is not None for one in variables.values() if not one.required)


@pytest.mark.parametrize("name", ["template.json", "workflow.json", "parameters.json", "sample.json"])
def test_a_missing_file_is_named(folder: Path, name: str):
    """Each of the four files is needed."""
    path = folder / "conversational" / name
    path.rename(path.with_suffix(".away"))
    if name == "template.json":
        assert not load(folder).by_id
        return
    with pytest.raises(TemplateBroken, match=f"conversational/{name}: the file is missing"):
        load(folder)


def test_a_file_that_is_not_json_is_named(folder: Path):
    """The file and the place in it."""
    (folder / "conversational" / "workflow.json").write_text("{nodes")
    with pytest.raises(TemplateBroken, match=r"conversational/workflow\.json: not JSON"):
        load(folder)


@pytest.mark.parametrize(
    ("edit", "field", "words"),
    [
        (lambda raw: raw.pop("triggers"), "", "'triggers' is a required property"),
        (lambda raw: raw.update(id="Not-Good"), "id", "does not match"),
        (lambda raw: raw.update(surprise=1), "", "surprise"),
        (lambda raw: raw["nodes"][0].update(type="x"), "nodes[0]", "'type' was unexpected"),
        (lambda raw: raw["nodes"][1]["position"].pop("y"), "nodes[1].position", "'y' is a required property"),
        (lambda raw: raw["nodes"][0]["inputs"]["query"].update(type="magic"), "nodes[0].inputs.query", ""),
        (lambda raw: raw["edges"][0].update(triggerRule="maybe"), "edges[0].triggerRule", "maybe"),
        (lambda raw: raw["variables"][0].update(type="text"), "variables[0].type", "text"),
        (lambda raw: raw["settings"].update(timeout=-1), "settings.timeout", "minimum"),
        (lambda raw: raw["edges"].insert(1, dict(raw["edges"][0])), "edges[1]", "'collect-outline' is there twice"),
        (
            lambda raw: raw["variables"].insert(1, dict(raw["variables"][0])),
            "variables[1]",
            "'reportId' is there twice",
        ),
    ],
)
def test_a_definition_out_of_form_is_named_by_field(broken, edit, field, words):
    """OpenWOP's format exactly, no key more and none less."""
    error = broken("workflow.json", edit)
    assert ("conversational/workflow.json", field) == (
        error.file,
        error.field.split(".type")[0] if not words else error.field,
    )
    assert words in error.message


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda raw: raw["nodes"][0].update(typeId="report.dance"), r"nodes\.collect\.typeId: 'report.dance'"),
        (lambda raw: raw["nodes"][1].update(id="collect"), "nodes: ids must differ"),
        (
            lambda raw: raw["edges"][0].update(targetNodeId="nowhere"),
            r"edges\.collect-outline: there is no node 'nowhere'",
        ),
        (
            lambda raw: raw["edges"].append({"id": "back", "sourceNodeId": "render", "targetNodeId": "outline"}),
            "loops are not supported",
        ),
        (
            lambda raw: raw["nodes"][1]["inputs"]["passages"].update(nodeId="nowhere"),
            r"nodes\.outline\.inputs\.passages: there is no node 'nowhere'",
        ),
        (
            lambda raw: raw["nodes"][1]["inputs"]["template"].update(variableName="wish"),
            r"nodes\.outline\.inputs\.template: there is no variable 'wish'",
        ),
        (lambda raw: raw["nodes"][2]["config"].update(forEach="wishes"), "there is no input 'wishes'"),
    ],
)
def test_a_definition_that_could_not_run_is_refused(broken, edit, words):
    """Node ids, node types, connections, loops: checked at start, not in the middle of a run."""
    error = broken("workflow.json", edit)
    assert error.file == "conversational/workflow.json"
    with pytest.raises(TemplateBroken, match=words):
        raise error


@pytest.mark.parametrize(
    ("name", "edit", "words"),
    [
        ("template.json", lambda raw: raw.update(key="other"), "key: must be the folder's name"),
        ("template.json", lambda raw: raw.update(id="7"), "id"),
        ("parameters.json", lambda raw: raw.update(type="thing"), "thing"),
        ("sample.json", lambda raw: raw["parameters"].update(context=7), "parameters.context"),
        ("sample.json", lambda raw: raw.pop("title"), "title"),
    ],
)
def test_the_other_files_are_checked_too(broken, name, edit, words):
    """The template itself, the schema of its parameters, and the sample against that schema."""
    error = broken(name, edit)
    assert error.file == f"conversational/{name}"
    assert words in error.message


def test_two_templates_of_one_id_are_refused(folder: Path):
    """An id belongs to one template."""
    shutil.copytree(folder / "conversational", folder / "twin")
    path = folder / "twin" / "template.json"
    path.write_text(path.read_text().replace('"conversational"', '"twin"'))
    with pytest.raises(TemplateBroken, match="template 'conversational' has it already"):
        load(folder)
