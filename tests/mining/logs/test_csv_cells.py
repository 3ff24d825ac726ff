# SPDX-License-Identifier: Apache-2.0
"""What is read from the bytes of cells is what is read from their texts, or nothing."""

from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_series_equal

from taktloom.mining.logs import cell_dictionary
from taktloom.mining.logs.attributes import exact_numbers
from taktloom.mining.logs.cell_dictionary import CellDictionary
from taktloom.mining.logs.coded_texts import Dictionary
from taktloom.mining.logs.csv_cells import PADDING, Cells, Room, exact_cells, find_cells, numbered_texts, plain_times
from taktloom.mining.logs.times import ClockRules, parse_times

LABEL = st.text(alphabet="ab é中-", max_size=9)
NUMBER = st.one_of(
    st.from_regex(r"-?[0-9]{1,4}(\.[0-9]{0,4})?", fullmatch=True),
    st.integers(-(10**20), 10**20).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1e6, 1e6).map(lambda value: f"{value:.2f}"),
    st.sampled_from(["", "-", ".", ".5", "5.", "007", "-0", "-0.0", "0.10", "1.2.3", "1e5", "12345678.12345678", "x"]),
)
LONG = st.one_of(
    st.from_regex(r"-?(0|[1-9][0-9]{0,3})\.[0-9]{9,15}", fullmatch=True),
    st.floats(-1e5, 1e5).map(lambda value: repr(round(value, 2) + 2**-36)),
    # in the middle of two floats, but for the last digit
    st.integers(2**53, 10**17).map(lambda units: f"{(2 * units + 1) / 2:.1f}"),
)
USUAL = st.one_of(st.integers(-999, 999).map(str), st.decimals(-999, 999, places=2).map(str))


def cells_of(texts: list[str], end: str = "\n") -> Cells:
    """A block of three columns, the texts in the middle."""
    block = "".join(f"{number},{text},z{end}" for number, text in enumerate(texts)).encode()
    cells = find_cells(np.frombuffer(bytes(PADDING) + block + bytes(PADDING), dtype=np.uint8), ord(","), 3)
    assert cells is not None
    return cells


def texts_of(texts: list[str]) -> pl.Series:
    return pl.Series(texts, dtype=pl.String).replace("", None)


@given(st.lists(LABEL, min_size=1, max_size=30), st.sampled_from(["\n", "\r\n"]))
def test_cells_are_found_between_delimiters_and_ends_of_lines(labels: list[str], end: str) -> None:
    cells = cells_of(labels, end)

    found = [
        [cells.letters[begin:stop].tobytes().decode() for begin, stop in zip(*bounds, strict=True)]
        for bounds in zip(cells.begins, cells.ends, strict=True)
    ]
    assert found == [[str(number) for number in range(len(labels))], labels, ["z"] * len(labels)]


@pytest.mark.parametrize("block", [b"a,b\n", b"a,b,c,d\n", b"a,b,c\n\n", b"a,b\nc,d,e,f\n", b"a,\xff,c\n"])
def test_lines_of_other_lengths_and_other_encodings_have_no_cells(block: bytes) -> None:
    letters = np.frombuffer(bytes(PADDING) + block + bytes(PADDING), dtype=np.uint8)

    assert find_cells(letters, ord(","), 3) is None


@given(
    st.one_of(
        st.lists(NUMBER, min_size=1, max_size=20), st.lists(USUAL, min_size=1, max_size=20), st.lists(LONG, min_size=1)
    )
)
def test_numbers_are_those_of_the_texts_bit_by_bit(numbers: list[str]) -> None:
    found = exact_cells(cells_of(numbers), 1)

    if found is not None:
        expected = exact_numbers(texts_of(numbers))
        assert expected is not None
        assert_series_equal(found, expected, check_names=False, check_exact=True)


def test_quotients_that_might_round_twice_are_read_digit_by_digit() -> None:
    texts = [f"{2**52 + number}.5" for number in range(500)]
    texts += [str(number / 7)[:18] for number in range(1, 500)]

    found = exact_cells(cells_of(texts), 1)

    assert found is not None
    assert found.to_list() == [float(text) for text in texts]


def test_usual_numbers_are_read_and_a_few_long_ones_with_them() -> None:
    found = exact_cells(cells_of(["12.50", "-3", "0.07", "", "5729.4800000000005"]), 1)

    assert found is not None
    assert found.to_list() == [12.5, -3.0, 0.07, None, 5729.4800000000005]


@pytest.mark.parametrize(
    "text", ["1..5", "1.2.3", ".5", "5.", "-", "--1", "-.5", "01.5", "-01", "1.-2", "+1", "1,5", "x"]
)
@pytest.mark.parametrize("others", [["12.5"], ["12"], ["123456.25", "-12345678"]])
def test_what_is_no_number_is_none_among_numbers(text: str, others: list[str]) -> None:
    cells = cells_of([*others, text.replace(",", ";")])

    assert exact_cells(cells, 1) is None


def test_the_room_of_a_larger_block_is_used_again_for_a_smaller_one() -> None:
    room = Room()
    blocks = [b"a,bcd\n" * 50, b"ef,g\nh,i\n", b"jk,lmn\n" * 80]

    found = []
    for block in blocks:
        cells = find_cells(np.frombuffer(bytes(PADDING) + block + bytes(PADDING), dtype=np.uint8), ord(","), 2, room)
        assert cells is not None
        found.append([cells.text(begin, end) for begin, end in zip(cells.begins[1], cells.ends[1], strict=True)])

    assert found == [["bcd"] * 50, ["g", "i"], ["lmn"] * 80]


@given(st.lists(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)), min_size=1), st.sampled_from(" T"))  # noqa: DTZ001
def test_times_are_those_of_the_texts(times: list[datetime], letter: str) -> None:
    texts = [time.isoformat(letter, "seconds") for time in times]

    found = plain_times(cells_of(texts), 1)

    assert found is not None
    assert found.tolist() == parse_times(pl.Series(texts), ClockRules(timezone="UTC")).utc.to_list()


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30 08:00:00",
        "2023-02-29 08:00:00",
        "2024-13-01 08:00:00",
        "2024-00-01 08:00:00",
        "2024-01-00 08:00:00",
        "2024-01-01 24:00:00",
        "2024-01-01 08:60:00",
        "2024-01-01 08:00:60",
        "2024-01-01T08:00:00",
        "2024/01/01 08:00:00",
        "2024-01-01 08:00:0x",
        "2024-01-01 08.00.00",
        "2024-01-01 08:00",
        "",
    ],
)
def test_a_time_that_is_none_or_spelled_otherwise_is_left_to_the_slower_way(text: str) -> None:
    assert plain_times(cells_of(["2024-01-01 08:00:00", text]), 1) is None


@given(st.lists(st.integers(0, 10**16 - 1), min_size=1, max_size=20), st.sampled_from(["", "a", "order é-", "b" * 32]))
def test_numbers_after_one_beginning_are_found(numbers: list[int], beginning: str) -> None:
    cells = cells_of([f"{beginning}{number}" for number in numbers])

    found = numbered_texts(cells, 1, beginning.encode())

    assert found is not None
    assert found.values.tolist() == numbers
    assert (found.shortest, found.longest) == (
        min(len(str(number)) for number in numbers),
        max(len(str(number)) for number in numbers),
    )
    assert not found.has_noughts


@pytest.mark.parametrize("other", ["", "a", "b1", "a1x", "ab1", "a-1", "a 1", "a12345678901234567"])
def test_a_text_without_the_beginning_or_without_a_number_after_it_is_none(other: str) -> None:
    assert numbered_texts(cells_of(["a1", other]), 1, b"a") is None


@pytest.mark.parametrize("most_labels", [512, 3])
@given(blocks=st.lists(st.lists(st.text(alphabet="abé中", max_size=12), min_size=1, max_size=30), max_size=4))
def test_codes_of_cells_are_those_of_their_texts(most_labels: int, blocks: list[list[str]]) -> None:
    dictionary = Dictionary()
    known = CellDictionary(dictionary)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cell_dictionary, "MOST_LABELS", most_labels)
        for labels in blocks:
            codes = known.code(cells_of(labels), 1)

            texts = texts_of(labels)
            if codes is None:
                assert known.is_full or max(len(each.encode()) for each in labels) > 32
            else:
                assert codes.to_list() == dictionary.code(texts).to_list()
