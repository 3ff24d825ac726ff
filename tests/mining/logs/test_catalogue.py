# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.mining.logs.catalogue import LogCatalogue, LogIdTakenError, LogNotFoundError
from taktloom.mining.logs.errors import BadRowsError, MalformedRecordError, UnreadableLogError
from taktloom.mining.logs.mapping import AttributeColumn, ColumnMapping
from taktloom.mining.logs.requests import ImportRequest

AT = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "id,what,step,when\n1,A,x,2024-01-01 08:00\n1,B,y,2024-01-02 08:00\n"
MAPPING = ColumnMapping(case="id", activity="what", timestamp="when")


@pytest.fixture
def catalogue(tmp_path: Path) -> LogCatalogue:
    catalogue = LogCatalogue(tmp_path / "logs")
    catalogue.import_log(request(tmp_path, TEXT, log_id="permits"))
    return catalogue


def request(folder: Path, text: str, **options: object) -> ImportRequest:
    path = folder / "export.csv"
    path.write_text(text)
    given = {"name": "Permits", "imported_at": AT, "mapping": MAPPING, "timezone": "UTC"} | options
    return ImportRequest(path=path, **given)  # type: ignore[arg-type]


def labels(catalogue: LogCatalogue, log_id: str = "permits") -> list[str]:
    return catalogue.open_log(log_id).activities


def test_an_imported_log_is_listed_until_it_is_deleted(catalogue: LogCatalogue, tmp_path: Path) -> None:
    catalogue.import_log(request(tmp_path, TEXT, name="许可 2024", imported_at=datetime(2026, 2, 1, tzinfo=UTC)))

    assert [(log.log_id, log.name) for log in catalogue.list_logs()] == [
        ("许可-2024", "许可 2024"),
        ("permits", "Permits"),
    ]
    catalogue.delete("permits")
    assert [log.log_id for log in catalogue.list_logs()] == ["许可-2024"]
    assert sorted(each.name for each in catalogue.folder.iterdir()) == ["许可-2024"]


def test_a_renamed_log_keeps_its_id(catalogue: LogCatalogue) -> None:
    catalogue.rename("permits", "  Permits of 2024 ")

    assert catalogue.open_log("permits").metadata.name == "Permits of 2024"
    with pytest.raises(MalformedRecordError):
        catalogue.rename("permits", " ")


def test_mapping_anew_reads_the_kept_source_again(catalogue: LogCatalogue) -> None:
    catalogue.map_anew("permits", replace(MAPPING, activity="step"), at=AT)

    assert labels(catalogue) == ["x", "y"]
    assert catalogue.open_log("permits").metadata.source_name == "export.csv"
    assert catalogue.open_log("permits").metadata.timezone == "UTC"


def test_a_newer_export_takes_the_place_with_the_mapping_it_had(catalogue: LogCatalogue, tmp_path: Path) -> None:
    newer = request(tmp_path, TEXT + "2,C,z,2024-01-03 08:00\n", mapping=None, timezone=None, name="ignored")

    log = catalogue.replace("permits", newer)

    assert log.counts.cases == 2
    assert (log.metadata.log_id, log.metadata.name, log.metadata.mapping) == ("permits", "Permits", MAPPING)


def test_a_newer_export_may_lack_an_attribute_it_had(catalogue: LogCatalogue, tmp_path: Path) -> None:
    kept = (AttributeColumn(source="step", name="step"),)
    catalogue.map_anew("permits", replace(MAPPING, attributes=kept), at=AT)

    log = catalogue.replace("permits", request(tmp_path, "id,what,when\n1,A,2024-01-01 08:00\n", mapping=None))

    assert log.metadata.mapping == MAPPING
    assert log.metadata.columns == ()


def test_a_newer_export_with_other_columns_is_recognised_anew(catalogue: LogCatalogue, tmp_path: Path) -> None:
    newer = request(tmp_path, "case_id,activity,timestamp\n1,Z,2024-01-01 08:00\n", mapping=None)

    assert catalogue.replace("permits", newer).metadata.mapping.case == "case_id"


def test_a_failing_newer_export_leaves_the_old_log(catalogue: LogCatalogue, tmp_path: Path) -> None:
    with pytest.raises(BadRowsError):
        catalogue.replace("permits", request(tmp_path, TEXT + "2,C,z,never\n", mapping=None))

    assert labels(catalogue) == ["A", "B"]
    assert [each.name for each in catalogue.folder.iterdir()] == ["permits"]


def test_an_id_is_taken_once(catalogue: LogCatalogue, tmp_path: Path) -> None:
    with pytest.raises(LogIdTakenError):
        catalogue.import_log(request(tmp_path, TEXT, log_id="permits"))


def test_a_name_that_is_taken_gets_a_number(catalogue: LogCatalogue, tmp_path: Path) -> None:
    log = catalogue.import_log(request(tmp_path, TEXT))

    assert log.metadata.log_id == "permits-2"


@pytest.mark.parametrize("log_id", ["", "..", "../permits", "a/b", ".hidden", "none", "x" * 200])
def test_an_id_is_never_a_path(catalogue: LogCatalogue, log_id: str) -> None:
    with pytest.raises(LogNotFoundError):
        catalogue.open_log(log_id)


def test_a_crash_between_the_two_renames_of_a_replacement_is_undone(catalogue: LogCatalogue) -> None:
    (catalogue.folder / "permits").rename(catalogue.folder / ".retired-permits")
    (catalogue.folder / ".importing-abc").mkdir()

    catalogue.recover()

    assert labels(catalogue) == ["A", "B"]
    assert [each.name for each in catalogue.folder.iterdir()] == ["permits"]


def test_a_crash_after_the_replacement_only_leaves_rubbish_to_remove(catalogue: LogCatalogue) -> None:
    (catalogue.folder / ".retired-permits").mkdir()
    (catalogue.folder / ".retired-permits" / "log.json").write_text("{}")

    catalogue.recover()

    assert [each.name for each in catalogue.folder.iterdir()] == ["permits"]


def test_an_empty_catalogue_lists_nothing(tmp_path: Path) -> None:
    catalogue = LogCatalogue(tmp_path / "none")

    catalogue.recover()

    assert catalogue.list_logs() == ()


def test_a_damaged_log_says_so(catalogue: LogCatalogue) -> None:
    (catalogue.folder / "permits" / "log.json").write_text("{")

    with pytest.raises(UnreadableLogError):
        catalogue.open_log("permits")
    assert (catalogue.list_logs(), catalogue.list_damaged()) == ((), ("permits",))
