# SPDX-License-Identifier: Apache-2.0
"""Membership, types, properties, iteration, filters and functions as values: answers by DMN 1.5, 10.3.2."""

import pytest

from taktloom.feel import evaluate, feel_text

ANSWERS = r"""
1 in [2,3,1]  ->  true
1 in [[2..4],[1..3]]  ->  true
null in null  ->  true
1 in null  ->  false
null in [1,null]  ->  true
null in (1,null)  ->  true
[1,2,3] in [[1,2,3,4],[1,2,3]]  ->  true
[1,2,3] in ([1,2,3,4],[1,2,3])  ->  true
[1,2,3] in [1,2,3]  ->  true
[1,2] in [1,2,3]  ->  false
[] in []  ->  true
1 in <2  ->  true
1 in (<2,>5)  ->  true
1 in (=1)  ->  true
1 in (!=1)  ->  false
1 in !=2  ->  true
5 in (> 3)  ->  true
5 in ([1..3],[4..6])  ->  true
5 in [ (>3), (<1) ]  ->  true
"a" in ["a".."c"]  ->  true
"b" in ("a", "b")  ->  true
@"2020-01-02" in [@"2020-01-01"..@"2020-02-01"]  ->  true
true in [true,false]  ->  true
{a:1} in [{a:1}]  ->  true
{a:1} in {a:1}  ->  true
1 in 1  ->  true
1 in "1"  ->  null
2 in (1,2,3)  ->  true
[2] in [1,2,3]  ->  false
(=10) = [10..10]  ->  false
(<10) = (<10)  ->  true
(<10) = (null..10)  ->  false
(<10).end  ->  10
(<10).start  ->  null
(<10).start included  ->  false
(>=10).start included  ->  true
(=10).start  ->  10
(!=10)  ->  null
[1..10] = [1..10]  ->  true
[1..10] = (1..10]  ->  false
[1..10).end included  ->  false
]1..10[.start included  ->  false
1 instance of number  ->  true
null instance of Any  ->  false
null instance of Null  ->  true
null instance of number  ->  false
[1,2] instance of list<number>  ->  true
[1,"a"] instance of list<number>  ->  false
[] instance of list<number>  ->  true
[1] instance of list  ->  true
[1,null] instance of list<number>  ->  true
[[1]] instance of list<list<number>>  ->  true
{a:1} instance of context  ->  true
{a:1} instance of context<a:number>  ->  true
{a:1,b:2} instance of context<a:number>  ->  true
{b:2} instance of context<a:number>  ->  false
{} instance of context<a:number>  ->  false
{a:null} instance of context<a:number>  ->  true
[1..2] instance of range<number>  ->  true
[1..2] instance of range<string>  ->  false
[@"2020-01-01"..@"2020-01-02"] instance of range<date>  ->  true
sum instance of function  ->  true
function(a:string) "foo" instance of function<string>->string  ->  function(a)
(function(a:string) "foo") instance of function<string>->string  ->  true
(function(a:string) "foo") instance of function<string>->Any  ->  true
(function(a:string) "foo") instance of function<string>->number  ->  false
(function(a:number) a + 1) instance of function<number>->number  ->  true
(function(a) a) instance of function<number>->Any  ->  true
(function(a) a) instance of function<Any>->Any  ->  true
(function() 1) instance of function<>->number  ->  true
(function(a:string) "foo") instance of function  ->  true
sum instance of function<list<number>>->number  ->  true
sum instance of function<list<number>>->string  ->  false
substring instance of function<string, number>->string  ->  true
substring instance of function<string, number, number>->string  ->  true
substring instance of function<string>->string  ->  false
abs instance of function<number>->Any  ->  true
max instance of function<number, number, number>->Any  ->  true
date instance of function<number, number, number>->date  ->  true
[sum, count] instance of list<function<list<Any>>->number>  ->  true
@"P1D" instance of days and time duration  ->  true
@"P1Y" instance of years and months duration  ->  true
@"P1D" instance of years and months duration  ->  false
@"2020-01-01T00:00:00" instance of date and time  ->  true
@"2020-01-01" instance of date and time  ->  false
@"2020-01-01" instance of date  ->  true
@"10:00:00" instance of time  ->  true
"a" instance of string  ->  true
"a" instance of foo  ->  null
true instance of boolean  ->  true
1 instance of Any  ->  true
[1] instance of number  ->  false
[1..3] instance of list<number>  ->  false
1 instance of list<number>  ->  false
[1,2] instance of list<Any>  ->  true
(<5) instance of range<number>  ->  true
duration("P1D") instance of duration  ->  null
@"2018-12-10".year  ->  2018
@"2018-12-10".weekday  ->  1
@"2018-12-10".hour  ->  null
@"2018-12-10T10:30:01".timezone  ->  null
@"2018-12-10T10:30:01@Etc/UTC".timezone  ->  "Etc/UTC"
@"2018-12-10T10:30:01@Europe/Paris".time offset  ->  PT1H
@"2018-12-10T10:30:01.5+05:30:10".time offset  ->  PT5H30M10S
@"2018-12-10T10:30:01".time offset  ->  null
@"10:30:01+05:00".time offset  ->  PT5H
@"10:30:01@Europe/Paris".timezone  ->  "Europe/Paris"
@"10:30:01".minute  ->  30
@"10:30:01.7".second  ->  1
@"2018-12-10T10:30:01.987".second  ->  1
@"P1Y2M".years  ->  1
@"P14M".months  ->  2
-@"P14M".months  ->  -2
@"-P14M".months  ->  -2
@"P1Y2M".days  ->  null
@"P2DT3H4M5.6S".seconds  ->  5
@"-P2DT3H4M5.6S".minutes  ->  -4
@"P2DT3H".years  ->  null
[1..3].start  ->  1
{a: @"2018-12-10"}.a.year  ->  2018
[@"2018-12-10",@"2019-12-10"].year  ->  [2018, 2019]
"abc".year  ->  null
null.year  ->  null
for i in 0..-3 return i  ->  [0, -1, -2, -3]
for i in [1,2], j in [3,4] return i*j  ->  [3, 4, 6, 8]
for i in 1..3 return if i = 1 then 1 else sum(partial)  ->  [1, 1, 2]
for i in [1..3] return i  ->  [1, 2, 3]
for i in (1..4) return i  ->  [2, 3]
for i in (4..1) return i  ->  [3, 2]
for d in @"2020-01-01"..@"2020-01-03" return d  ->  [2020-01-01, 2020-01-02, 2020-01-03]
for d in [@"2020-01-01"..@"2020-01-03") return string(d)  ->  ["2020-01-01", "2020-01-02"]
for i in null return i  ->  null
for i in 1 return i  ->  [1]
for i in [] return i  ->  []
for i in 1..null return i  ->  null
for i in 1.5..3 return i  ->  null
for i in "a".."c" return i  ->  null
for x in [[1,2],[3]], y in x return y  ->  [1, 2, 3]
for i in 1..2 return for j in i..2 return [i,j]  ->  [[[1, 1], [1, 2]], [[2, 2]]]
for i in @"2020-01-01T00:00:00"..@"2020-01-03T00:00:00" return i  ->  null
for i in {a:1} return i.a  ->  [1]
some i in [1,2] satisfies i > 1  ->  true
every i in [1,2] satisfies i > 0  ->  true
some i in [1,null] satisfies i > 0  ->  true
every i in [] satisfies false  ->  true
some i in [] satisfies true  ->  false
every i in [1,2], j in [3,4] satisfies i<j  ->  true
some i in null satisfies i > 1  ->  null
every i in null satisfies i > 1  ->  null
some i in 1..3 satisfies i = 2  ->  true
every i in [true,null] satisfies i  ->  null
some i in [1,2] satisfies "a"  ->  null
[1,2,3][1]  ->  1
[1,2,3][-1]  ->  3
[1,2,3][0]  ->  null
[1,2,3][4]  ->  null
[1,2,3][item > 1]  ->  [2, 3]
[1,2,3][true]  ->  [1, 2, 3]
[1,2,3][false]  ->  []
[1,2,3][null]  ->  []
[1,2,3]["a"]  ->  []
[1,2,3][1.5]  ->  null
1[1]  ->  1
1[item=1]  ->  [1]
1[2]  ->  null
true[1]  ->  true
null[1]  ->  null
null[true]  ->  []
[null][1]  ->  null
[{a:1},{a:2}][a>1]  ->  [{a: 2}]
[{a:1},{a:2}].a  ->  [1, 2]
[{a:1},{b:2}].a  ->  [1, null]
[{a:1},{b:2}][a=null]  ->  [{b: 2}]
[{a:1},{b:2}][b>1]  ->  [{b: 2}]
[[1,2],[3]][1][2]  ->  2
[[1,2],[3,4]][item[1]=1]  ->  [[1, 2]]
[[{a:1}],[{a:2}]].a  ->  [[1], [2]]
[{x:1,y:2},{x:2,y:3}][x=1].y  ->  [2]
{a:{b:1}}.a.b  ->  1
{a:{b:1}}.c.b  ->  null
{a:1}[a=1]  ->  [{a: 1}]
[1,2,3,4][even(item)]  ->  [2, 4]
[1,2,3][[1]]  ->  []
[{item:1},{item:2}][item>=2]  ->  [{item: 2}]
[{item:{a:1}},{item:{a:2}}][item.a>=2]  ->  [{item: {a: 2}}]
[1,2,3][item > 1][1]  ->  2
{l:[1,2,3], r:l[item>1]}.r  ->  [2, 3]
"abc"[1]  ->  "abc"
[][1]  ->  null
[][true]  ->  []
[@"2020-01-01",@"2021-01-01"][item.year=2020]  ->  [2020-01-01]
{f: sum, r: f([1,2])}.r  ->  3
{f: function(g,x) g(x), r: f(function(y) y+1, 2)}.r  ->  3
(function(a) function(b) a+b)(1)(2)  ->  3
{mk: function(a) function(b) a+b, r: mk(1)(2)}.r  ->  3
{f: function(x) x, r: f(y:1)}.r  ->  null
{f: function(x:number) x, r: f("a")}.r  ->  null
{f: function(x:number) x, r: f([1])}.r  ->  1
{f: function(x, y) x, r: f(1)}.r  ->  null
{f: function() 1, r: f()}.r  ->  1
{fs: [function(x) x+1, function(x) x*2], r: for f in fs return f(3)}.r  ->  [4, 6]
{fs: [function(x) x+1, function(x) x*2], r: fs[2](3)}.r  ->  6
{fact: function(n) if n <= 1 then 1 else n * fact(n-1), r: fact(10)}.r  ->  3628800
{a: {f: function(x) x+1}, r: a.f(2)}.r  ->  3
sort([3,1,2], function(a,b) a<b)  ->  [1, 2, 3]
list contains([sum], sum)  ->  true
sum = sum  ->  true
sum(list: [1,2])  ->  3
{a: 1, f: function() a, r: f()}.r  ->  1
[function(x) x+1][1](2)  ->  3
"""
CASES = [tuple(line.split("  ->  ")) for line in ANSWERS.strip().splitlines()]


@pytest.mark.parametrize(("expression", "answer"), CASES)
def test_an_expression_answers_as_defined(expression: str, answer: str) -> None:
    assert feel_text(evaluate(expression).value) == answer
