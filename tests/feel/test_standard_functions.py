# SPDX-License-Identifier: Apache-2.0
"""Readings of DMN 1.5, 10.3.4, one line each: built-ins at the edges of their domains, moments and durations."""

import pytest

from taktloom.feel import evaluate, feel_text

# Built-ins at the edges of their domains
FUNCTIONS = r"""
number("1,000.00", ",", ".")  ->  1000
number("1.000.000,01", ".", ",")  ->  1000000.01
number("1 000 000.01", " ", ".")  ->  1000000.01
number("1,000", ",")  ->  1000
number("1,000", ",", null)  ->  1000
number("1.000,5", null, ",")  ->  null
number("1,5", null, ",")  ->  1.5
number("1.5", null, null)  ->  1.5
number("1.5", ".", null)  ->  15
number("15", ".", ".")  ->  null
number("1 5", " ", null)  ->  15
number("-1.5")  ->  -1.5
number("+1.5")  ->  1.5
number("1.5.5")  ->  null
number("")  ->  null
number(" 1")  ->  null
number("1e5")  ->  100000
number(1)  ->  null
number(from: "1.5")  ->  1.5
number(from: "1,5", grouping separator: null, decimal separator: ",")  ->  1.5
number(from: "1,5", decimal separator: ",")  ->  1.5
number(value: "1")  ->  null
number("1", "x", ".")  ->  null
number("1,000", ",", ",")  ->  null
number("1", null, null, null)  ->  null
number([ "1" ])  ->  1
number(true)  ->  null
substring("foobar", 3)  ->  "obar"
substring("foobar", 3, 3)  ->  "oba"
substring("foobar", -2, 1)  ->  "a"
substring("foobar", -2, 5)  ->  "ar"
substring("foobar", 3, 0)  ->  null
substring("foobar", 6, 2)  ->  "r"
substring("", 1)  ->  ""
substring(null, 1)  ->  null
substring("foobar", null)  ->  null
substring("foobar", "3")  ->  null
substring("foobar", 3, null)  ->  null
replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")  ->  "[1=ab][2=]cd"
replace("abc", "", "x")  ->  null
replace("abc", "b", null)  ->  null
split("a b  c", " ")  ->  ["a", "b", "", "c"]
split("abc", null)  ->  null
matches("foobar", "^fo*b", "")  ->  true
matches("foobar", "^Fo*bar", "i ")  ->  null
matches("a", "A", "x")  ->  false
contains("foobar", "of")  ->  false
contains("", "")  ->  true
starts with("foobar", "")  ->  true
substring before("foobar", "bar")  ->  "foo"
substring before("foobar", "xyz")  ->  ""
substring before("", "")  ->  ""
substring after("foobar", "ob")  ->  "ar"
substring after("foobar", "")  ->  "foobar"
substring after("", "")  ->  ""
substring after("abc", null)  ->  null
string join(["a", null, "c"], null)  ->  "ac"
string join(["a", "b", "c"], ", ")  ->  "a, b, c"
string join([null])  ->  ""
string join("a")  ->  "a"
string join(["a"], 1)  ->  null
string join([1,2], ",")  ->  null
string join(["a","b"], "-", "x")  ->  null
min(1,"a")  ->  null
min([1,2,null])  ->  null
max([])  ->  null
min([@"P1D",@"PT1H"])  ->  PT1H
max(@"10:00:00", @"11:00:00")  ->  11:00:00
min(null)  ->  null
min(1,null)  ->  null
sum([1,"a"])  ->  null
sum(1)  ->  1
sum()  ->  null
count()  ->  null
mean(null)  ->  null
mean([null])  ->  null
all(true)  ->  true
all([true, "a"])  ->  null
all([false, null])  ->  false
any([false,"a"])  ->  null
all([null])  ->  null
any([null,false])  ->  null
append([1,2],[3])  ->  [1, 2, [3]]
append(null, 1)  ->  null
append([1], null)  ->  [1, null]
append([], [])  ->  [[]]
concatenate([1,2],[3])  ->  [1, 2, 3]
concatenate([1,2])  ->  [1, 2]
concatenate(null)  ->  null
concatenate([1,2],null)  ->  null
insert before([1,2],1,3)  ->  [3, 1, 2]
insert before([1,2],-2,3)  ->  [3, 1, 2]
insert before([],0,1)  ->  null
insert before(null,1,1)  ->  null
insert before([1],null,1)  ->  null
insert before([1,2],-3,3)  ->  null
remove([1],1)  ->  []
remove([1],0)  ->  null
remove([1,2,3],-3)  ->  [2, 3]
remove([],1)  ->  null
reverse([])  ->  []
reverse(1)  ->  [1]
index of([1,2,null,2],null)  ->  [3]
index of([],1)  ->  []
index of([{a:1},{a:2}],{a:1})  ->  [1]
index of([1,"1"],"1")  ->  [2]
union([],[])  ->  []
union([1,1],[1])  ->  [1]
union([1],[2,[1]])  ->  [1, 2, [1]]
distinct values([1,[1],[1]])  ->  [1, [1]]
distinct values([{a:1},{a:1}])  ->  [{a: 1}]
distinct values([])  ->  []
distinct values([true,false,true])  ->  [true, false]
flatten([[1,[2]],null])  ->  [1, 2, null]
flatten([])  ->  []
flatten(1)  ->  [1]
product([1,2,"a"])  ->  null
product(5)  ->  5
median([1])  ->  1
median(1,2)  ->  1.5
median(["a"])  ->  null
mode([1,1,2,2,3])  ->  [1, 2]
mode(1)  ->  [1]
mode([1,null])  ->  null
stddev(1,2,3)  ->  1
stddev([1,1])  ->  0
stddev(1)  ->  null
stddev([1,null])  ->  null
sort(list: [3,1,2], precedes: function(x,y) x < y)  ->  [1, 2, 3]
sort([{a:2},{a:1}], function(x,y) x.a < y.a)  ->  [{a: 1}, {a: 2}]
sort([], function(x,y) x<y)  ->  []
sort([1], function(x,y) x<y)  ->  [1]
sort(null, function(x,y) x<y)  ->  null
sort([1,2],function(x,y) "a")  ->  [1, 2]
get value({a: {b: 1}}, "a.b")  ->  null
get value({}, "a")  ->  null
get entries({a: {b: 1}})  ->  [{key: "a", value: {b: 1}}]
context([{key: "a", value: 1}, {key: "b"}])  ->  null
context([{key: "a", value: null}])  ->  {a: null}
context([{key: "a", value: 1, extra: 2}])  ->  {a: 1}
context({key: "a", value: 1})  ->  {a: 1}
context(null)  ->  null
context([null])  ->  null
context([{key: 1, value: 1}])  ->  null
context put({a: 1}, "b", null)  ->  {a: 1, b: null}
context put({}, ["a"], 1)  ->  {a: 1}
context put({a: {b: {c: 1}}}, ["a","b","c"], 2)  ->  {a: {b: {c: 2}}}
context put({a: null}, ["a","b"], 2)  ->  null
context put({a: 1}, "", 2)  ->  {a: 1, "": 2}
context put(context: {a: 1}, key: "b", value: 2)  ->  {a: 1, b: 2}
context put(context: {a: 1}, keys: ["b"], value: 2)  ->  {a: 1, b: 2}
context put({a:1}, 1, 2)  ->  null
context put({a:1}, ["b"])  ->  null
context put([1], "b", 2)  ->  null
context merge([{a:1},{a:2,b:3}])  ->  {a: 2, b: 3}
context merge({a: 1})  ->  {a: 1}
context merge([{a:1}, 1])  ->  null
context merge([null])  ->  null
"""
# Texts and parts of dates, times and durations; rounding
MOMENTS = r"""
time("23:59:00")  ->  23:59:00
time("05:48:23@Australia/Melbourne")  ->  05:48:23@Australia/Melbourne
time("23:59:00Z")  ->  23:59:00Z
time("11:00:00Z")  ->  11:00:00Z
time("00:00:00.0")  ->  00:00:00
time("23:59:00.")  ->  null
time("23:59:00.12345678901")  ->  23:59:00.123456789
time("7:00:00")  ->  null
time("07:1:00")  ->  null
time("07:01:2")  ->  null
time("+07:01:00")  ->  null
time("07:01:00+5:00")  ->  null
time("07:01:00+14:01")  ->  07:01:00+14:01
time("07:01:00+18:01")  ->  null
time("07:01:00+00:60")  ->  null
time("07:01:00-00:00")  ->  07:01:00Z
time("07:01:00@europe/paris")  ->  null
time("07:01:00@Etc/UTC")  ->  07:01:00@Etc/UTC
time("07:01:00@UTC")  ->  07:01:00@UTC
time("07:01:00@GMT+1")  ->  null
time("07:01:00@+01:00")  ->  null
time("07:01:00@xyz/abc")  ->  null
time("07:01:00Z@Etc/UTC")  ->  null
time("07:01:00 Z")  ->  null
time("070100")  ->  null
time("T07:01:00Z")  ->  null
time(11, 59, 45, duration("-PT0H"))  ->  11:59:45Z
time(11, 59, 45, duration("PT2H1M0S"))  ->  11:59:45+02:01
time(11, 59, 45, duration("PT2H1M1S"))  ->  11:59:45+02:01:01
time(11, 59, 45.45)  ->  11:59:45.45
time(11, 59, 45, @"P1Y")  ->  null
time(11, 59, 45, @"P1D")  ->  null
time(11, 59, 45, "Europe/Paris")  ->  null
time(11.5, 59, 45)  ->  null
time(-1, 59, 45)  ->  null
time(11, 60, 45)  ->  null
time(11, 59, 60)  ->  null
time(11, 59)  ->  null
time(11)  ->  null
time([])  ->  null
time({})  ->  null
time(date("2017-08-10"))  ->  00:00:00Z
time(date and time("2017-08-10T10:20:00"))  ->  10:20:00
time(date and time("2017-08-10T10:20:00+02:00"))  ->  10:20:00+02:00
time(hour: 11, minute: 59, second: 0, offset: null)  ->  11:59:00
time(hour: 11, minute: 59, second: 0, timezone: "a")  ->  null
time(from: "11:00:00", x: 1)  ->  null
string(time("11:00:00-00:00"))  ->  "11:00:00Z"
string(time("11:00:00+00:00"))  ->  "11:00:00Z"
string(time("11:00:00.100"))  ->  "11:00:00.1"
date("2012-12-25")  ->  2012-12-25
date("-2012-12-25")  ->  -2012-12-25
date("999999999-12-31")  ->  999999999-12-31
date("-999999999-01-01")  ->  -999999999-01-01
date("9999999999-12-25")  ->  null
date("13-13-13")  ->  null
date("2012-12-25T")  ->  null
date("2012-12-25Z")  ->  null
date("2012-2-25")  ->  null
date("20121225")  ->  null
date("0000-01-01")  ->  0000-01-01
date("-0000-01-01")  ->  0000-01-01
date("2012-02-30")  ->  null
date(2012, 12.5, 1)  ->  null
date(-1, 1, 1)  ->  -0001-01-01
date(1000000000, 1, 1)  ->  null
date(date and time("2012-12-25T10:00:00@Europe/Paris"))  ->  2012-12-25
date([])  ->  null
date("2017", "08", "10")  ->  null
date(year: 2017, month: 8, day: 10)  ->  2017-08-10
date(year: 2017, month: 8)  ->  null
date(from: "2012-12-25")  ->  2012-12-25
date and time("2012-12-24T23:59:00")  ->  2012-12-24T23:59:00
date and time("2012-12-24")  ->  2012-12-24T00:00:00
date and time("-2016-01-30T09:05:00")  ->  -2016-01-30T09:05:00
date and time("99999-12-31T11:22:33")  ->  99999-12-31T11:22:33
date and time("2011-12-31T10:15:30.987@Europe/Paris")  ->  2011-12-31T10:15:30.987@Europe/Paris
date and time("2011-12-31T10:15:30+01:00@Europe/Paris")  ->  null
date and time("2011-12-31T24:00:00")  ->  2012-01-01T00:00:00
date and time("2011-12-31T24:00:01")  ->  null
date and time("2011-12-31 10:00:00")  ->  null
date and time("2011-12-31T10:00")  ->  null
date and time("2011-12-31T10:15:30.987654321+11:22:33")  ->  2011-12-31T10:15:30.987654321+11:22:33
date and time(date("2017-01-01"), time("23:59:01"))  ->  2017-01-01T23:59:01
date and time(date("2017-01-01"), time("23:59:01Z"))  ->  2017-01-01T23:59:01Z
date and time(date and time("2017-01-01T00:00:00@Europe/Paris"), time("23:59:01"))  ->  2017-01-01T23:59:01
date and time(date("2017-01-01"))  ->  2017-01-01T00:00:00Z
date and time("2017-01-01", "10:00:00")  ->  null
date and time(date("2017-01-01"), null)  ->  null
date and time(null, time("10:00:00"))  ->  null
date and time(2017, 1, 1, 10, 0, 0, "Foo/Bar")  ->  null
date and time(2017, 1, 1, 10, 0, 0, null)  ->  null
date and time(date: date("2017-01-01"), time: time("10:00:00"))  ->  2017-01-01T10:00:00
date and time(from: "2017-01-01T10:00:00")  ->  2017-01-01T10:00:00
string(date and time("2017-01-01T10:00:00.000"))  ->  "2017-01-01T10:00:00"
string(date and time("2017-01-01T10:00:00.0010"))  ->  "2017-01-01T10:00:00.001"
duration("P1D")  ->  P1D
duration("PT1H30M")  ->  PT1H30M
duration("-P1Y")  ->  -P1Y
duration("P1Y0M")  ->  P1Y
duration("P")  ->  null
duration("PT")  ->  null
duration("P1DT")  ->  null
duration("P1M1D")  ->  null
duration("1D")  ->  null
duration("P1H")  ->  null
duration("PT1D")  ->  null
duration("+P1D")  ->  null
duration("P-1D")  ->  null
duration("P1.5D")  ->  null
duration("PT1.5S")  ->  PT1.5S
duration("PT.5S")  ->  null
duration("PT1.S")  ->  PT1S
duration("P1W")  ->  null
duration("p1d")  ->  null
duration("P1DT0S")  ->  P1D
duration("PT2M90.5S")  ->  PT3M30.5S
string(duration("PT2M90.5S"))  ->  "PT3M30.5S"
string(duration("-PT0S"))  ->  "PT0S"
string(duration("P400D"))  ->  "P400D"
string(duration("P13M"))  ->  "P1Y1M"
string(duration("-P13M"))  ->  "-P1Y1M"
string(duration("P0D"))  ->  "PT0S"
duration(1)  ->  null
duration([])  ->  null
years and months duration(date("2017-12-31"), date("2018-01-31"))  ->  P1M
years and months duration(date("2018-01-31"), date("2018-02-28"))  ->  P0M
years and months duration(date("2014-12-31"), date("2019-10-01"))  ->  P4Y9M
years and months duration(date("2019-10-01"), date("2014-12-31"))  ->  -P4Y9M
years and months duration(date and time("2017-12-31T13:00:00"), date and time("2017-12-31T12:59:59"))  ->  P0M
years and months duration(date and time("-2016-09-30T23:25:00"), date and time("2017-12-28T12:12:12"))  ->  P4033Y2M
years and months duration(date and time("2017-09-05T10:20:00@Europe/Paris"), date("2018-09-05"))  ->  P11M
years and months duration(null, null)  ->  null
years and months duration(from: date("2016-01-21"), to: date("2015-01-21"))  ->  -P1Y
years and months duration(time("10:00:00"), time("11:00:00"))  ->  null
years and months duration(date("2016-01-21"))  ->  null
day of week(date("2019-09-17"))  ->  "Tuesday"
day of week("2019-09-17")  ->  null
day of week(date: date("2019-09-17"))  ->  "Tuesday"
day of year(date and time("2019-12-31T23:59:59"))  ->  365
week of year(date("2005-01-03"))  ->  1
week of year(date("2000-01-01"))  ->  52
week of year(date: date and time("2019-01-01T00:00:00"))  ->  1
month of year(date("2019-09-17"), 1)  ->  null
month of year(date and time("2019-01-17T00:00:00"))  ->  "January"
abs(@"-P1Y")  ->  P1Y
abs(n: -1)  ->  1
abs(value: -1)  ->  null
abs(true)  ->  null
floor(1.5, 0)  ->  1
floor(-1.5)  ->  -2
floor(1.55, 1)  ->  1.5
floor(1, 6177)  ->  null
floor(1, -6112)  ->  null
floor(1.5, null)  ->  null
floor(n: 1.5, scale: 0)  ->  1
ceiling(1.5, 0)  ->  2
ceiling(-1.5)  ->  -1
ceiling(-0.4)  ->  0
ceiling(1.5, 1.5)  ->  1.5
round up(5.5, 0)  ->  6
round up(-5.5, 0)  ->  -6
round up(1.121, 2)  ->  1.13
round up(1.126, 2)  ->  1.13
round up(5.125, 1000)  ->  5.125
round up(1, 6177)  ->  null
round down(5.5, 0)  ->  5
round down(-5.5, 0)  ->  -5
round half up(5.5, 0)  ->  6
round half up(-5.5, 0)  ->  -6
round half down(5.5, 0)  ->  5
round half down(-5.5, 0)  ->  -5
round half down(1.126, 2)  ->  1.13
round half down(1.125, 2)  ->  1.12
round up(1.5)  ->  null
decimal(1/3, 2)  ->  0.33
decimal(1.5, 0)  ->  2
decimal(2.5, 0)  ->  2
decimal(1234.567, -2)  ->  1200
modulo(12, 5)  ->  2
modulo(-12, 5)  ->  3
modulo(12, -5)  ->  -3
modulo(-12, -5)  ->  -2
modulo(10.1, -4.5)  ->  -3.4
modulo(1, null)  ->  null
sqrt(2)  ->  1.414213562373095048801688724209698
log(10)  ->  2.302585092994045684017991454684364
exp(5)  ->  148.4131591025766034211155800405523
odd(5.5)  ->  null
even(-0)  ->  true
"""
CASES = [tuple(line.split("  ->  ")) for section in (FUNCTIONS, MOMENTS) for line in section.strip().splitlines()]


@pytest.mark.parametrize(("expression", "answer"), CASES)
def test_a_built_in_answers_by_the_standard(expression: str, answer: str) -> None:
    assert feel_text(evaluate(expression).value) == answer
