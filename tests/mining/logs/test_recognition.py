# SPDX-License-Identifier: Apache-2.0
"""Which column plays which part: by names in several languages, and by content where the names say nothing."""

import csv
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from taktloom.mining.logs.errors import ColumnsNeededError
from taktloom.mining.logs.importing import import_log, sniff_log
from taktloom.mining.logs.requests import ImportRequest, LogSniff
from tests.mining.given_logs import IMPORTED_AT, given_path

PATHS = (
    ("register", "check", "decide", "notify"),
    ("register", "check", "ask", "check", "decide", "notify"),
    ("register", "reject", "notify"),
)


def write(folder: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    path = folder / "log.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def permits(cases: int = 40) -> list[list[object]]:
    """Case, activity, start, completion, person, channel (constant in the case), amount (of the event)."""
    chance, rows = random.Random(7), []
    for case in range(cases):
        now = datetime(2024, 3, 1, 8, tzinfo=UTC) + timedelta(hours=case)
        channel = chance.choice(["web", "desk", "post"])
        for activity in chance.choices(PATHS, (6, 3, 1))[0]:
            start, now = now, now + timedelta(minutes=chance.randint(5, 600))
            person = chance.choice(["Ann", "Bo", "Cy", "Di", "Ed"])
            rows.append(
                [
                    f"P-{case:04}",
                    activity,
                    f"{start:%Y-%m-%d %H:%M}",
                    f"{now:%Y-%m-%d %H:%M}",
                    person,
                    channel,
                    chance.randint(1, 900),
                ]
            )
    rows.sort(key=lambda row: str(row[3]))
    return rows


def sniffed(folder: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> LogSniff:
    return sniff_log(write(folder, header, rows))


def test_headers_that_say_nothing_are_told_by_their_content(tmp_path: Path) -> None:
    sniff = sniffed(tmp_path, ["c", "f1", "f2", "x9", "n", "k", "q"], permits())

    assert dict(sniff.parts) == {"case": "c", "activity": "f1", "start_timestamp": "f2", "timestamp": "x9"}
    assert all(0.2 <= share <= 0.5 for share in sniff.confidence.values())
    assert sniff.missing_parts == ()


@pytest.mark.parametrize("order", [(6, 5, 4, 3, 2, 1, 0), (3, 4, 0, 6, 1, 5, 2)])
def test_the_order_of_the_columns_does_not_matter(tmp_path: Path, order: tuple[int, ...]) -> None:
    names = ["case", "what", "begin?", "stamp?", "n", "k", "q"]
    header = [f"u{number}" for number in order]

    sniff = sniffed(tmp_path, header, [[row[number] for number in order] for row in permits()])

    told = {part: names[int(column[1:])] for part, column in sniff.parts.items()}
    assert told == {"case": "case", "activity": "what", "timestamp": "stamp?", "start_timestamp": "begin?"}


def test_a_file_sorted_by_case_keeps_its_finest_case(tmp_path: Path) -> None:
    rows = sorted(permits(), key=lambda row: (str(row[5]), str(row[0])))

    assert sniffed(tmp_path, ["a", "b", "c", "d", "e", "f", "g"], rows).parts["case"] == "a"


@pytest.mark.parametrize(
    ("left_out", "missing"), [((0,), ("case",)), ((2, 3), ("timestamp",)), ((1, 4, 5), ("activity",))]
)
def test_what_is_there_is_suggested_and_what_is_not_is_named(
    tmp_path: Path, left_out: tuple[int, ...], missing: tuple[str, ...]
) -> None:
    header = ["case", "activity", "start", "end", "person", "channel", "amount"]
    kept = [number for number in range(7) if number not in left_out]

    sniff = sniffed(tmp_path, [header[number] for number in kept], [[r[n] for n in kept] for r in permits()])

    assert sniff.mapping is None
    assert sniff.missing_parts == missing
    expected = {"case": "case", "activity": "activity", "timestamp": "end", "start_timestamp": "start"}
    known = {part: column for part, column in expected.items() if header.index(column) in kept}
    assert known.items() <= dict(sniff.parts).items()
    assert set(known) <= set(sniff.confidence)


def test_a_refused_import_names_every_part_that_is_missing_and_its_option(tmp_path: Path) -> None:
    path = write(tmp_path, ["activity", "a", "b"], [["x", 1, 2], ["y", 3, 4]])

    with pytest.raises(ColumnsNeededError) as refused:
        import_log(ImportRequest(path=path, name="log", imported_at=IMPORTED_AT), tmp_path / "logs")

    assert refused.value.missing == ("case", "timestamp")
    assert refused.value.parameters["option"] == "--case-column and --timestamp-column"
    assert "case, timestamp" in str(refused.value)


def test_times_are_believed_when_95_of_100_values_read(tmp_path: Path) -> None:
    rows = [[f"P{i // 4}", "abcd"[i % 4], f"2024-03-{1 + i // 24:02} {i % 24:02}:00"] for i in range(200)]
    for index in range(0, 200, 25):  # 8 of 200
        rows[index][2] = "unknown"

    believed = sniffed(tmp_path, ["x", "y", "z"], rows)
    for index in range(1, 200, 25):
        rows[index][2] = "later"
    doubted = sniffed(tmp_path, ["x", "y", "z"], rows)

    assert believed.parts["timestamp"] == "z"
    assert doubted.missing_parts == ("timestamp",)


@pytest.mark.parametrize(
    ("values", "is_time"),
    [
        (["20240301", "20240302", "20240303", "20240304"], True),
        (["1704067200", "1704067260", "1704153600", "1704153660"], True),
        (["4500000123", "4500000124", "4500000125", "4500000126"], False),
        (["20241301", "20240302", "20240303", "20240304"], False),
    ],
)
def test_bare_numbers_are_times_only_as_days_and_recent_epochs(
    tmp_path: Path, values: list[str], is_time: bool
) -> None:
    rows = [["A1", "x", values[0]], ["A1", "y", values[1]], ["A2", "x", values[2]], ["A2", "y", values[3]]]

    sniff = sniffed(tmp_path, ["case", "activity", "w"], rows)

    assert ("timestamp" not in sniff.missing_parts) is is_time


CHINESE = {
    "case": ("案例", "流水号", "单号", "业务流水号", "申请单号", "受理编号"),
    "activity": ("活动", "步骤", "环节", "办理环节", "步骤名称"),
    "timestamp": ("时间", "结束时间", "活动结束时间", "环节办结时间"),
    "start_timestamp": ("开始时间", "活动开始时间"),
    "resource": ("办理人", "人员", "资源", "环节办理人"),
    "role": ("部门", "角色", "办理部门"),
}


@pytest.mark.parametrize(("part", "header"), [(part, header) for part, all_ in CHINESE.items() for header in all_])
def test_chinese_headers_are_read(tmp_path: Path, part: str, header: str) -> None:
    columns = {"case": "案例", "activity": "活动", "timestamp": "结束时间", "start_timestamp": "开始时间"}
    columns |= {"resource": "办理人", "role": "部门", part: header}
    rows = [["S1", "登记", "2024-01-01 09:00", "2024-01-01 08:00", "王敏", "窗口"]] * 2

    sniff = sniffed(tmp_path, list(columns.values()), rows)

    assert dict(sniff.parts) == columns
    assert sniff.confidence[part] >= 0.6


OTHERS = {
    "de": ("Vorgangsnummer", "Aktivität", "Zeitstempel", "Startzeit", "Bearbeiter", "Abteilung"),
    "de decomposed": ("Fall-ID", "Ta\u0308tigkeit", "Endzeitpunkt", "Beginn", "Benutzer", "Rolle"),
    "fr": ("Identifiant du dossier", "Activité", "Horodatage", "Date de début", "Utilisateur", "Équipe"),
    "es": ("ID de caso", "Actividad", "Marca de tiempo", "Inicio", "Recurso", "Departamento"),
    "nl": ("Zaaknummer", "Activiteit", "Tijdstip", "Begintijd", "Medewerker", "Afdeling"),
    "it": ("ID caso", "Attività", "Data e ora", "Inizio", "Risorsa", "Reparto"),
    "pt": ("ID do caso", "Atividade", "Data/hora", "Início", "Usuário", "Função"),
    "zh traditional": ("案件編號", "活動", "時間戳", "開始時間", "處理人", "部門"),
    "zh": ("案件编号", "活动", "时间戳", "开始时间", "资源", "部门"),
}


@pytest.mark.parametrize("header", OTHERS.values(), ids=OTHERS)
def test_headers_of_other_languages_are_read(tmp_path: Path, header: tuple[str, ...]) -> None:
    rows = [["S1", "a", "2024-01-01 09:00", "2024-01-01 08:00", "Wang", "Desk"]] * 2

    sniff = sniffed(tmp_path, header, rows)

    parts = ("case", "activity", "timestamp", "start_timestamp", "resource", "role")
    assert dict(sniff.parts) == dict(zip(parts, header, strict=True))


@pytest.mark.data
@pytest.mark.parametrize("name", ["receipt.csv", "Production.csv"])
def test_real_exports_without_their_headers_keep_case_activity_and_time(tmp_path: Path, name: str) -> None:
    with given_path(name).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)

    sniff = sniffed(tmp_path, [f"F{number}" for number in range(len(header))], rows)

    told = {part: header[int(sniff.parts[part][1:])] for part in ("case", "activity", "timestamp")}
    assert told == {"case": "case:concept:name", "activity": "concept:name", "timestamp": "time:timestamp"}
