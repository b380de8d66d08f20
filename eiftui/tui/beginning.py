"""The session that the explorer opens on: the one named or begun before, or a new one with a few sentences."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from eiftui.domains.schema import Cell, Contrast, Domain, Text
from eiftui.session.images import holds_images
from eiftui.session.lock import writer_of
from eiftui.session.numbered import numbered
from eiftui.session.records import RunRecord
from eiftui.session.session import Session
from eiftui.settings import Settings
from eiftui.tui.document import Document

if TYPE_CHECKING:
    from eiftui.tui.images.document import ImageDocument

FOLDER = Path("sessions")
EXAMPLES = FOLDER / "examples"
FEW_DRAWS = 7
"""Quick, and as many as a verdict on two contrasts needs."""
FIRST = Domain(
    name="first",
    title="Does a model that learns two premises come to expect their conclusion?",
    source="",
    texts=(
        Text(id="premises", sentences=("{A} belongs to the set of {B}.", "{B} belongs to the set of {C}."), role="row"),
        Text(id="premise", sentences=("{A} belongs to the set of {B}.",)),
        Text(id="conclusion", sentences=("{A} belongs to the set of {C}.",)),
        Text(id="negation", sentences=("{A} does not belong to the set of {C}.",)),
        Text(id="converse", sentences=("{C} belongs to the set of {A}.",), role="probe"),
        Text(id="frogs", sentences=("Frogs and toads often hibernate in winter.",)),
    ),
    contrasts=tuple(
        Contrast(
            name=name,
            desideratum="transitivity",
            lower=Cell(row="premises", probe="conclusion"),
            higher=Cell(row="premises", probe=other),
        )
        for other, name in (
            ("negation", "the premises teach the conclusion rather than its negation"),
            ("converse", "the premises teach the conclusion rather than its converse"),
        )
    ),
)


def begin(path: Path | None) -> Document | ImageDocument:
    """The session at `path`, which is made if there is none; without a path, as `usual` says.

    A new one starts to be measured as soon as it is on the screen.

    Raises:
        InputError: it is no session, or cannot be made.
    """
    path = path or usual()
    if path.exists():
        return open_document(path)
    session = Session.create(path, FIRST, Settings(draws=FEW_DRAWS))
    session.append(RunRecord(going_on=True))
    return Document(session)


def usual() -> Path:
    """Where a session is gone on with, or made, that nobody named: the first that no other process writes."""
    paths = (FOLDER / f"{name}.eif" for name in numbered("session"))
    return next(path for path in paths if writer_of(path) is None)


def open_document(path: Path) -> Document | ImageDocument:
    """The session in a file, of sentences or of images. Raises InputError if it is none."""
    if not path.is_file() or not holds_images(path):
        return Document.open(path)
    from eiftui.tui.images.document import ImageDocument  # brings scipy, which takes longer than the first paint

    return ImageDocument.open(path)
