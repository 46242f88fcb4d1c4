"""motifs.tsv: a row per family, members that come back whatever their names hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gtrack.core.hits.motif_hit import FamilyMember, MotifShare
from gtrack.io.bed_columns import cell
from gtrack.io.family_files import MOTIF_COLUMNS, NEW_COLUMNS, parsed_share, write_motifs_tsv
from gtrack.io.table_rows import read_table

SHARE = MotifShare("MA0491.1", "JUND", "m.meme", 32, 30, 2, 0.5, 0.2, 0.01)
MEMBERS = (FamilyMember("MA0462.2", "BATF", 12), FamilyMember("MA0656.1", "JDP2(var.2)", 8))
HEADER = (
    "motif_id\tname\tsource\thits\tsupporting\topposing\tmean_relevance\trelevance_share\tbest_q"
)
TEXT = st.text(st.sampled_from(";%():. \t\nA1é") | st.characters(codec="utf-8"), max_size=8)


def read(path: Path) -> list[MotifShare]:
    return [parsed_share(row) for row in read_table(path, MOTIF_COLUMNS, optional=NEW_COLUMNS)]


def test_one_row_per_family(tmp_path: Path) -> None:
    path = tmp_path / "m.tsv"
    shares = [
        MotifShare(*("MA0491.1", "JUND", "m.meme", 32, 30, 2, 0.5, 0.2, 0.01), MEMBERS),
        MotifShare("M2", "SP1", "m.meme", 1, 1, 0, 1.5, None, 0.04),
    ]
    write_motifs_tsv(path, shares)
    assert path.read_text().splitlines() == [
        f"{HEADER}\tmembers",
        "MA0491.1\tJUND\tm.meme\t32\t30\t2\t0.5\t0.2\t0.01\tBATF(MA0462.2):12;"
        "JDP2(var.2)(MA0656.1):8",
        "M2\tSP1\tm.meme\t1\t1\t0\t1.5\tNA\t0.04\t.",
    ]
    assert read(path) == shares
    assert list(tmp_path.iterdir()) == [path]


def test_a_table_of_an_earlier_version_has_no_members(tmp_path: Path) -> None:
    (tmp_path / "m.tsv").write_text(
        f"{HEADER}\nMA0491.1\tJUND\tm.meme\t32\t30\t2\t0.5\t0.2\t0.01\n"
    )
    assert read(tmp_path / "m.tsv") == [SHARE]


@given(st.lists(st.tuples(TEXT, TEXT, st.integers(1, 10**6)), max_size=5))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_members_come_back_as_cells_whatever_their_names_hold(
    tmp_path: Path, drawn: list[tuple[str, str, int]]
) -> None:
    members = tuple(FamilyMember(*each) for each in drawn)
    share = MotifShare(*("M1", "JUND", "m", 9, 9, 0, 0.5, 0.2, 0.01), members)
    write_motifs_tsv(tmp_path / "m.tsv", [share])
    (back,) = read(tmp_path / "m.tsv")
    cells = [(cell(each.motif_id), cell(each.name), each.hits) for each in members]
    assert [(each.motif_id, each.name, each.hits) for each in back.members] == cells


@pytest.mark.parametrize("members", ["", "BATF", "BATF(M1)", "BATF(M1):x", "BATF M1):3", "(M1):3;"])
def test_members_that_are_no_list_are_refused(members: str) -> None:
    row = dict(zip(MOTIF_COLUMNS, "M1 J m 9 9 0 0.5 0.2 0.01".split(), strict=False))
    with pytest.raises(ValueError, match=r"member|invalid literal"):
        parsed_share({**row, "members": members})
