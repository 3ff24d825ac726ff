# SPDX-License-Identifier: Apache-2.0
"""An error code means one thing, is documented, and tells by its first digit who must act."""

import re
from collections import Counter
from pathlib import Path

import pytest

from error_reference import PAGE, ROOMS_OF_DIGIT, SOURCE, WHO_ACTS, ErrorClass, error_classes, reference_page
from taktloom.model import errors
from taktloom.model.errors import TaktloomError
from tests.data import PROJECT_ROOT


@pytest.fixture(scope="module")
def classes() -> list[ErrorClass]:
    return error_classes(SOURCE)


def test_a_code_belongs_to_one_class(classes: list[ErrorClass]) -> None:
    counted = Counter(error.code for error in classes)

    shared = [f"{error.code} {error.room}: {error.name}" for error in classes if counted[error.code] > 1]

    assert shared == []


def test_every_code_has_a_family_and_a_sentence(classes: list[ErrorClass]) -> None:
    odd = [error.code for error in classes if not re.fullmatch(rf"TL-[{''.join(WHO_ACTS)}]\d{{3}}", error.code)]

    assert odd == []
    assert [error.name for error in classes if not error.meaning] == []


def test_the_second_digit_is_the_room_that_raises_it(classes: list[ErrorClass]) -> None:
    elsewhere = [
        f"{error.code} {error.room}: {error.name}"
        for error in classes
        if error.room not in ROOMS_OF_DIGIT[error.code[4]]
    ]

    assert elsewhere == []


def test_a_code_is_written_only_where_its_class_is() -> None:
    literals = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in sorted(SOURCE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"TL-\d{4}", line) and not re.match(r"\s+code(: ClassVar\[str\])? = ", line)
    ]

    assert literals == []


def test_the_classes_that_are_read_are_the_classes_that_exist(classes: list[ErrorClass]) -> None:
    imported = {
        (cls.code, name)
        for name, cls in vars(errors).items()
        if isinstance(cls, type) and issubclass(cls, TaktloomError) and "code" in vars(cls) and cls is not TaktloomError
    }

    assert imported == {(error.code, error.name) for error in classes if error.room == "model"}


def test_the_page_of_the_reference_is_up_to_date(classes: list[ErrorClass]) -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page(classes), "run ./taktloom reference"


def test_a_planted_class_is_found_with_its_sentence(tmp_path: Path) -> None:
    (tmp_path / "feel").mkdir()
    (tmp_path / "feel" / "errors.py").write_text(
        'class Planted(Exception):\n    """It | broke\n    here."""\n\n    code: str = "TL-1999"\n'
    )

    assert error_classes(tmp_path) == [
        ErrorClass(code="TL-1999", name="Planted", room="feel", meaning=r"It \| broke here.")
    ]


def test_every_code_that_a_page_names_exists(classes: list[ErrorClass]) -> None:
    known = {error.code for error in classes}
    pages = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "README.zh-CN.md", *(PROJECT_ROOT / "docs").rglob("*.md")]
    named = {code: page.name for page in pages for code in re.findall(r"TL-\d{4}", page.read_text(encoding="utf-8"))}

    assert len(named) > 5
    assert {code: page for code, page in named.items() if code not in known} == {}
