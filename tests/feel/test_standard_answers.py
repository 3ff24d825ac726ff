# SPDX-License-Identifier: Apache-2.0
"""Readings of DMN 1.5, chapter 10.3, one line each: what an expression of every sort answers, and what is no FEEL."""

import pytest

from taktloom.feel import FeelSyntaxError, evaluate, feel_text

# Operators on every pair of types, three-valued logic, equality, iteration and filters
OPERATORS = r"""
@"2020-01-31" + @"P1M"  ->  2020-02-29
@"2020-01-31" + @"PT36H"  ->  2020-02-01
@"2020-01-31" + @"PT1H"  ->  2020-01-31
@"2020-01-31" - @"PT1H"  ->  2020-01-30
@"2020-01-31T10:00:00@Europe/Paris" + @"P1D"  ->  2020-02-01T10:00:00@Europe/Paris
@"2020-01-31" - @"2020-01-30T10:00:00Z"  ->  PT14H
@"2020-01-31" - @"2020-01-30T10:00:00"  ->  null
@"10:00:00" + @"PT15H"  ->  01:00:00
@"10:00:00" - @"09:00:00"  ->  PT1H
@"10:00:00Z" - @"09:00:00"  ->  null
@"P1Y" * 1.5  ->  P1Y6M
@"P1D" / 3  ->  PT8H
@"P1D" / @"PT1H"  ->  24
@"P1Y" / @"P1M"  ->  12
@"P1Y" / 0  ->  null
@"P1D" / @"PT0S"  ->  null
"a" + 1  ->  null
1 + null  ->  null
null + null  ->  null
"a" + "b"  ->  "ab"
"a" - "b"  ->  null
[1] + [2]  ->  null
[1] + 1  ->  null
true + 1  ->  null
2 ** 3  ->  8
2 ** 0.5  ->  1.414213562373095048801688724209698
2 ** -1  ->  0.5
0 ** 0  ->  1
-2 ** 2  ->  4
10 ** 6145  ->  null
1/0  ->  null
0.1+0.2  ->  0.3
.5  ->  0.5
01  ->  1
--1  ->  1
-"a"  ->  null
-null  ->  null
-@"P1D"  ->  -P1D
@"2020-01-01" = @"2020-01-01T00:00:00"  ->  null
@"2020-01-01" < @"2020-01-01T00:00:00"  ->  null
@"2020-01-01" = "2020-01-01"  ->  null
1 = "1"  ->  null
1 != "1"  ->  null
null != 1  ->  true
null = null  ->  true
null < 1  ->  null
1 < null  ->  null
true < false  ->  null
[1,2] = [1,2]  ->  true
[1,"a"] = [1,2]  ->  false
[1,2] < [1,3]  ->  null
{a:1,b:2} = {b:2,a:1}  ->  true
{a:1} = {a:1,b:null}  ->  false
{a:1} = 1  ->  null
[1] = 1  ->  null
[] = []  ->  true
[null] = [null]  ->  true
@"10:00:00" = @"10:00:00Z"  ->  null
@"10:00:00+01:00" = @"09:00:00Z"  ->  true
@"2020-01-01T10:00:00+01:00" = @"2020-01-01T09:00:00Z"  ->  true
@"10:00:00@Europe/Paris" = @"09:00:00Z"  ->  true
@"P1Y" = @"P12M"  ->  true
@"P1D" = @"PT24H"  ->  true
@"P0Y" = @"P0D"  ->  null
@"P1Y" < @"P400D"  ->  null
1 = 1.00  ->  true
"a" < "b"  ->  true
"A" = "a"  ->  false
true and null  ->  null
false and null  ->  false
null and 1  ->  null
true and 1  ->  null
true or null  ->  true
false or 1  ->  null
"a" and false  ->  false
true and not(false)  ->  true
if null then 1 else 2  ->  2
if "a" then 1 else 2  ->  2
if 1 = 1 then 1 else 2  ->  1
for x in [1,2] return x + 1  ->  [2, 3]
for i in 1..3, j in 1..i return j  ->  [1, 1, 2, 1, 2, 3]
for i in 3..1 return i  ->  [3, 2, 1]
for i in [1,2,3] return if i = 1 then 1 else partial[-1] + i  ->  [1, 3, 6]
for partial in [1,2] return partial  ->  [1, 2]
for i in [1..3], j in (1..3) return [i,j]  ->  [[1, 2], [2, 2], [3, 2]]
for i in -1..1 return i  ->  [-1, 0, 1]
for x in {a: [1,2]}.a return x  ->  [1, 2]
every x in [] satisfies null  ->  true
some x in [null] satisfies x = null  ->  true
some x in [1,2,3], y in [2] satisfies x > y  ->  true
every x in [1,"a"] satisfies x > 0  ->  null
some x in [1,"a"] satisfies x > 5  ->  null
some x in null satisfies true  ->  null
{f: function(a,b) a-b, r: f(b:1, a:2)}.r  ->  1
{f: function(a: number, b: number) a-b, r: f(1,null)}.r  ->  null
{f: function(a: number, b: number) a-b, r: f(1,"a")}.r  ->  null
{f: function(a: list<number>) a, r: f(1)}.r  ->  [1]
{f: function(a: date and time) a, r: f(@"2020-01-01")}.r  ->  2020-01-01T00:00:00Z
(function(x) x)(5)  ->  5
(function(x, y) x + y)(x: 1, y: 2)  ->  3
{a: 1, b: a + 1, c: {d: b + 1}}.c.d  ->  3
{a: b, b: 1}  ->  {a: null, b: 1}
{a: 1, a: 2}  ->  null
{}  ->  {}
{"": 1}  ->  {"": 1}
{a: 1}.a.b.c  ->  null
[{a:1},{a:2}][a = 2].a  ->  [2]
[{a:1},{a:2}][item.a = 2][1].a  ->  2
[1,2,3][item = 2]  ->  [2]
[1,2,3][-4]  ->  null
{x: 2, r: [1,2,3][x]}.r  ->  2
{x: [1,2,3], r: x[item >= 2]}.r  ->  [2, 3]
[{x:1},{y:2}][x = 1]  ->  [{x: 1}]
[[1,2,3]][1][2]  ->  2
[1,2,3][item > 1 and item < 3]  ->  [2]
"foo"[item = "foo"]  ->  ["foo"]
null[item = null]  ->  []
{a: 5}[a > 3]  ->  [{a: 5}]
{a: 5}[1]  ->  {a: 5}
[1,null,3][item = null]  ->  [null]
[1,2,3][position > 1]  ->  []
[true,false][item]  ->  [true]
[1,2,3][if item = 1 then 1 else 2]  ->  1
sum([1,2,3][item > 1])  ->  5
count([1,2,3][item > 5])  ->  0
date("2020-01-01") in [@"2020-01-01"..@"2020-12-31"]  ->  true
[1,2,3].foo  ->  [null, null, null]
1.foo  ->  null
"a".b.c  ->  null
"""
# is(), functions as values, ranges
VALUES = r"""
is(1, 1)  ->  true
is(1, "1")  ->  false
is("a", "a")  ->  true
is(@"2012-12-25", @"2012-12-25")  ->  true
is(@"23:00:50", @"23:00:50")  ->  true
is(@"23:00:50Z", @"23:00:50")  ->  false
is(@"23:00:50Z", @"23:00:50+00:00")  ->  true
is(@"23:00:50Z", @"23:00:50@Etc/UTC")  ->  false
is(@"23:00:50.0001", @"23:00:50.0002")  ->  false
is(@"23:00:50@Europe/Paris", @"23:00:50@Europe/Paris")  ->  true
is(@"2012-12-25T10:00:00+01:00", @"2012-12-25T09:00:00Z")  ->  false
is(@"2012-12-25T10:00:00@Europe/Paris", @"2012-12-25T10:00:00+01:00")  ->  false
is([1,2], [1,2])  ->  true
is([1,2], [2,1])  ->  false
is({a:1}, {a:1})  ->  true
is({a:@"10:00:00Z"}, {a:@"11:00:00+01:00"})  ->  false
is([@"10:00:00Z"], [@"11:00:00+01:00"])  ->  false
is([1..2], [1..2])  ->  true
is([1..2], (1..2))  ->  false
is(@"P1Y", @"P12M")  ->  true
is(@"P1D", @"PT24H")  ->  true
is(@"P0D", @"P0Y")  ->  false
is(null, null)  ->  true
is(true, true)  ->  true
is(1, null)  ->  false
is()  ->  null
is(1,1,1)  ->  null
is(value1: 1, value2: 1)  ->  true
is(value: 1, value2: 1)  ->  null
is(sum, sum)  ->  true
is(function(x) x, function(x) x)  ->  false
is(@"2012-12-25", @"2012-12-25T00:00:00Z")  ->  false
{f: function(x) x, r: is(f, f)}.r  ->  true
now() = null  ->  true
{f: function(a, b) a + b}.f(1, 2)  ->  3
{f: function(a, b) a + b, r: f(a: 1, b: 2)}.r  ->  3
{f: function(first name, b) first name + b, r: f(first name: 1, b: 2)}.r  ->  3
{add: function(x) function(y) x + y, add5: add(5), r: add5(3)}.r  ->  8
{apply: function(g, v) g(v), r: apply(function(x) x * 2, 4)}.r  ->  8
{apply: function(g, v) g(v), r: apply(abs, -4)}.r  ->  4
{apply: function(g, v) g(n: v), r: apply(abs, -4)}.r  ->  4
{c: {g: function(x) x + 1}, r: c.g(1)}.r  ->  2
{l: [1,2,3], r: l[function(x) x]}.r  ->  []
(for f in [min, max] return f(1,2,3))  ->  [1, 3]
{fib: function(n) if n < 2 then n else fib(n-1) + fib(n-2), r: fib(10)}.r  ->  55
{x: 1, f: function() x, x2: 2, r: f()}.r  ->  1
{f: function(x: number, y: string) x, r: f(1, 2)}.r  ->  null
{f: function(x: list<string>) x, r: f("a")}.r  ->  ["a"]
{f: function(x: context<a: number>) x.a, r: f({a: 1, b: 2})}.r  ->  1
{f: function(x: context<a: number>) x.a, r: f({b: 2})}.r  ->  null
{f: function(x: function<number>->number) x(1), r: f(function(y: number) y + 1)}.r  ->  2
{f: function(x: range<number>) x.start, r: f([1..2])}.r  ->  1
{f: function(x: Any) x, r: f([1])}.r  ->  [1]
{f: function(x: undefined) x, r: f(1)}.r  ->  1
"a".f(1)  ->  null
1(2)  ->  null
null(1)  ->  null
{a: 1}.a(1)  ->  null
foo(1)  ->  null
foo.bar(1)  ->  null
[1,2,3].count  ->  [null, null, null]
"abc" instance of list  ->  false
date and time("2020-01-01T00:00:00").date  ->  null
if (1 = 1) then "a" else "b"  ->  "a"
for i in (for j in [1,2] return j + 1) return i  ->  [2, 3]
some x in [1,2,3] satisfies (x > 2)  ->  true
[for x in [1,2] return x, 3]  ->  [[1, 2], 3]
for a in [1,2], b in [a, a*2] return a+b  ->  [2, 3, 4, 6]
for i in [[1,2],[3,4]] return for j in i return j * 2  ->  [[2, 4], [6, 8]]
every i in [[1,2],[3,4]] satisfies (some j in i satisfies j > 1)  ->  true
[1,2,3][item > 1 and true]  ->  [2, 3]
{a: [{b: 1},{b: 2}]}.a[b = 2].b[1]  ->  2
[{a:1, item: 5}][item = 5]  ->  [{a: 1, item: 5}]
[{x: [1,2]}, {x: [3]}].x[1]  ->  [1, 2]
[[1,2],[3]].x  ->  [[null, null], [null]]
{a: {b: [1,2]}}.a.b[2]  ->  2
count([[]])  ->  1
[1, 2, 3][-1] + 1  ->  4
[1..5][item > 3]  ->  []
[1..3][1]  ->  [1..3]
"a" in "a"  ->  true
5 in [1..10] and 3 in (1,2,3)  ->  true
not(5 in [1..3])  ->  true
1 in [1,2] and 2 in [3]  ->  false
@"2020-01-01T00:00:00Z" in [@"2019-01-01T00:00:00Z"..@"2021-01-01T00:00:00Z"]  ->  true
[10..1]  ->  [10..1]
5 in [10..1]  ->  false
["a".."z"].end  ->  "z"
[1..null]  ->  null
(null..1]  ->  null
[@"2020-01-01"..@"P1D"]  ->  null
[1.."a"]  ->  null
"""
# Membership, types and properties
TESTS = r"""
[1,2,3] in ([[1,2,3,4]], [[1,2,3]])  ->  true
1 in [(<5)]  ->  true
(<5) instance of range  ->  true
[1..2] instance of range  ->  true
null instance of list  ->  false
[null] instance of list<number>  ->  true
[1,"a"] instance of list<Any>  ->  true
[[1,2],[3]] instance of list<list<number>>  ->  true
{a:{b:1}} instance of context<a: context<b: number>>  ->  true
{a:1} instance of context<a: string>  ->  false
(function(a: string, b: number) "foo") instance of function<string, number> -> string  ->  true
(function(a: string, b: number) "foo") instance of function<string> -> string  ->  false
(function() "foo") instance of function<> -> string  ->  true
(function(a: Any) "foo") instance of function<string> -> string  ->  true
(function(a: string) "foo") instance of function<Any> -> string  ->  false
(function(a: string) "foo") instance of function<string> -> Null  ->  false
(function(a: list<number>) a) instance of function<list<number>> -> list<number>  ->  true
(function(a: context<x: number>) a) instance of function<context<x: number, y: string>> -> Any  ->  true
1 + 1 instance of number  ->  null
-1 instance of number  ->  true
not(1 instance of string)  ->  true
1 instance of number and true  ->  true
date("2020-01-01") instance of date  ->  true
@"2020-01-01" instance of dateTime  ->  false
if 1 instance of number then "a" else "b"  ->  "a"
(1..3).start included  ->  false
[1..3].foo  ->  null
(>5).start  ->  5
(<5).end included  ->  false
@"2020-01-01".time offset  ->  null
@"2020-01-01T00:00:00Z".timezone  ->  null
@"2020-01-01T00:00:00Z".time offset  ->  PT0S
@"2020-06-01T00:00:00@Europe/Paris".time offset  ->  PT2H
@"00:00:00@Europe/Paris".time offset  ->  PT1H
@"-PT1H30M".hours  ->  -1
@"P1DT25H".days  ->  2
@"P1Y".months  ->  0
date("2021-02-03").weekday  ->  3
date and time("2021-02-03T10:11:12").weekday  ->  3
{a:1}.year  ->  null
"x".y  ->  null
1.5.x  ->  null
[{a: {b: [5,6]}}, {a: {b: [7]}}].a.b  ->  [[5, 6], [7]]
{a b: 1}.a b  ->  1
{"a b": 1}.a b  ->  1
{a+b: 1}.a+b  ->  1
{"1a": 5}  ->  {"1a": 5}
{if: 1}.if  ->  1
{then: 1}.then  ->  1
{"return": 1}  ->  {return: 1}
{or: 1}  ->  {or: 1}
{a or b: 1}.a or b  ->  1
{some thing: 1}.some thing  ->  1
{in: 5}.in  ->  5
{for me: 2}.for me  ->  2
{🐎: "bar"}.🐎  ->  "bar"
{ 🐎 ab: 3}  ->  {🐎 ab: 3}
"\U01F40E"  ->  "🐎"
string length("🐎")  ->  1
"\u0041\U000042"  ->  "AB"
substring("foo🐎bar", 4, 1)  ->  "🐎"
{ü: 1, r: ü+1}.r  ->  2
upper case("ß")  ->  "SS"
contains("foo🐎bar", "🐎")  ->  true
split("foo🐎bar", "🐎")  ->  ["foo", "bar"]
replace("🐎", "🐎", "x")  ->  "x"
matches("🐎", "^.$")  ->  true
matches("🐎", "^[🐎-🐏]$")  ->  true
index of(["🐎"], "🐎")  ->  [1]
"a" < "🐎"  ->  true
"\uD83D" = "\uFFFD"  ->  true
1 in (1)  ->  true
1 in []  ->  false
[] in [[]]  ->  true
@"2020-01-01" in [@"2019-01-01"..@"2021-01-01"]  ->  true
@"2020-01-01" in (@"2019-01-01", @"2020-01-01")  ->  true
@"P1D" in [@"PT1H"..@"P2D"]  ->  true
null in (null, 1)  ->  true
null in [1..3]  ->  null
"a" in [1..3]  ->  null
1 in (null)  ->  false
1 in (1, null)  ->  true
2 in (1, null)  ->  false
2 in [1, null]  ->  false
5 in (>1, <0)  ->  true
5 in (not(3))  ->  false
5 in (!=5)  ->  false
5 in =5  ->  true
(5 in >3) = true  ->  true
true in (true)  ->  true
5 between 1 and 10 and true  ->  true
5 between null and 3  ->  null
5 between 1 and "a"  ->  null
"b" between "a" and "c"  ->  true
not(5 between 1 and 3)  ->  true
@"2020-01-01" between @"2019-01-01" and @"2021-01-01"  ->  true
"""
# What the grammar does not know
NO_FEEL = r"""
+1
not "a"
if true then 1
{f: function(a: string): string a, r: f("x")}.r
[1,2,3][]
1 in [<5]
1 in ([<5])
{a:1} instance of context<>
1 in ()
"""
CASES = [tuple(line.split("  ->  ")) for section in (OPERATORS, VALUES, TESTS) for line in section.strip().splitlines()]


@pytest.mark.parametrize(("expression", "answer"), CASES)
def test_an_expression_answers_by_the_standard(expression: str, answer: str) -> None:
    assert feel_text(evaluate(expression).value) == answer


@pytest.mark.parametrize("text", NO_FEEL.strip().splitlines())
def test_what_the_grammar_does_not_know_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        evaluate(text)

    assert 0 <= caught.value.position <= len(text)
