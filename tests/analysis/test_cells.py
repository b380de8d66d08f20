"""Which cells read what their training set holds."""

from __future__ import annotations

from eiftui.analysis.cells import holding_cells, own_cells
from eiftui.domains.schema import Domain, Text
from eiftui.session.session import Session


def test_a_set_holds_its_own_text_and_each_part_of_it(tmp_path):
    texts = (
        Text(id="set", sentences=("One.", "Two.")),
        Text(id="part", sentences=("Two.",)),
        Text(id="more", sentences=("One.", "Two.", "Three.")),
    )
    with Session.create(tmp_path / "s.eif", Domain(name="sets", title="", source="", texts=texts)) as session:
        assert own_cells(session).tolist() == [[True, False, False], [False, True, False], [False, False, True]]
        assert holding_cells(session).tolist() == [[True, True, False], [False, True, False], [True, True, True]]
