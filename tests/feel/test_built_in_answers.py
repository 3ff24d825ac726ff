# SPDX-License-Identifier: Apache-2.0
"""Every built-in of DMN 1.5, 10.3.4: usual, edge, null, wrongly typed and named arguments, and what they answer."""

import pytest

from taktloom.feel import evaluate, feel_text
from taktloom.feel.builtins import BUILT_INS

ANSWERS = r"""
string(1.50)  ->  "1.5"
string(100)  ->  "100"
string(1e10)  ->  "10000000000"
string(-0)  ->  "0"
string(1/3)  ->  "0.3333333333333333333333333333333333"
string(123456789012345678901234567890123456)  ->  "123456789012345678901234567890123500"
string(true)  ->  "true"
string(null)  ->  null
string([1,"a",null,true])  ->  "[1, \"a\", null, true]"
string({a:1,b:"x",c:{d:[1]}})  ->  "{a: 1, b: \"x\", c: {d: [1]}}"
string({"a b":1})  ->  "{a b: 1}"
string({"a+b":1})  ->  "{\"a+b\": 1}"
string(@"2020-01-01")  ->  "2020-01-01"
string(@"2020-01-01T10:00:00Z")  ->  "2020-01-01T10:00:00Z"
string(@"2020-01-01T10:00:00.123456789+01:00")  ->  "2020-01-01T10:00:00.123456789+01:00"
string(@"10:00:00@Europe/Paris")  ->  "10:00:00@Europe/Paris"
string(@"2020-01-01T10:00:00@Europe/Paris")  ->  "2020-01-01T10:00:00@Europe/Paris"
string(@"P1Y14M")  ->  "P2Y2M"
string(@"P1DT25H61M")  ->  "P2DT2H1M"
string(@"PT0S")  ->  "PT0S"
string(@"P0Y")  ->  "P0M"
string(@"-PT36H")  ->  "-P1DT12H"
string([1..3])  ->  "[1..3]"
string((1..3])  ->  "(1..3]"
string((<5))  ->  "(null..5)"
string((>=5))  ->  "[5..null)"
string(["a".."b"])  ->  "[\"a\"..\"b\"]"
string(function(a) a)  ->  "function(a)"
string("a\"b")  ->  "a\"b"
string(["a\"b"])  ->  "[\"a\\\"b\"]"
string(0.000000001)  ->  "0.000000001"
string(1E-10)  ->  "0.0000000001"
string(@"PT0.5S")  ->  "PT0.5S"
string(date("-0001-01-01"))  ->  "-0001-01-01"
string(from: 1)  ->  "1"
string()  ->  null
string(1,2)  ->  null
substring("foobar",0)  ->  null
substring("foobar",3,-1)  ->  null
substring("foobar",7)  ->  ""
substring("foobar",-10)  ->  ""
substring("foobar",3,3.8)  ->  "oba"
substring("foobar",3.8)  ->  "obar"
substring(string:"foobar",start position:3)  ->  "obar"
substring("\U01F40Eab",2)  ->  "ab"
string length("\U01F40Eab")  ->  3
string length("\uD83D\uDC0Eab")  ->  3
upper case("aßc")  ->  "ASSC"
lower case("AbÇ")  ->  "abç"
contains("foobar","")  ->  true
starts with("foobar","")  ->  true
ends with("foobar","r")  ->  true
ends with(string:"foobar",match:"r")  ->  true
contains(null,"a")  ->  null
contains("a",null)  ->  null
substring before("foobar","")  ->  ""
substring after("foobar","")  ->  "foobar"
substring after("","a")  ->  ""
substring after("foobar","xyz")  ->  ""
split("John Doe","\\s")  ->  ["John", "Doe"]
split("a;b;c;;",";")  ->  ["a", "b", "c", "", ""]
split("",";")  ->  [""]
split("abc","")  ->  null
split("a.b.c",".")  ->  ["", "", "", "", "", ""]
split("a.b.c","\\.")  ->  ["a", "b", "c"]
split(string:"a b", delimiter:" ")  ->  ["a", "b"]
split(null,";")  ->  null
replace("abcd","(ab)|(a)","[1=$1][2=$2]")  ->  "[1=ab][2=]cd"
replace("abracadabra","bra","*")  ->  "a*cada*"
replace("abracadabra","a.*a","*")  ->  "*"
replace("abracadabra","a.*?a","*")  ->  "*c*bra"
replace("abracadabra","a","")  ->  "brcdbr"
replace("abracadabra","a(.)","a$1$1")  ->  "abbraccaddabbra"
replace("abracadabra",".*?","$1")  ->  null
replace("AAAA","A+","b")  ->  "b"
replace("AAAA","A+?","b")  ->  "bbbb"
replace("darted","^(.*?)d(.*)$","$1c$2")  ->  "carted"
replace("reluctant","r.*?t","X")  ->  "Xant"
replace("a.b","a.b","x","q")  ->  "x"
replace("abc","B","x","i")  ->  "axc"
replace("a b","a b","x","x")  ->  "a b"
replace("abc","b","$")  ->  null
replace("abc","b","\\$")  ->  "a$c"
replace("abc","b","\\\\")  ->  "a\\c"
replace("abc","b","\\x")  ->  null
replace("abc","[a-z","x")  ->  null
replace("abc","b","x","p")  ->  null
replace(input:"abc",pattern:"b",replacement:"x",flags:"i")  ->  "axc"
replace("\U01F40Eab","\U01F40E","x")  ->  "xab"
replace("foo\nbar","^b","x","m")  ->  "foo\nxar"
matches("foobar","^fo*b")  ->  true
matches("foobar","^Fo*bar","i")  ->  true
time("24:00:00")  ->  00:00:00
time("24:00:01")  ->  null
time("10:15")  ->  null
time("T10:15:00")  ->  null
time("10:15:00z")  ->  10:15:00Z
time("10:15:00+18:00")  ->  10:15:00+18:00
time("10:15:00+19:00")  ->  null
time("10:15:00+5:00")  ->  null
time("10:15:00+05:00:30")  ->  10:15:00+05:00:30
time("10:15:00.")  ->  null
time("10:15:00.1234567899")  ->  10:15:00.123456789
time("10:15:00@Europe/Paris")  ->  10:15:00@Europe/Paris
time("10:15:00@Foo/Bar")  ->  null
time("10:15:00+01:00@Europe/Paris")  ->  null
time("10:15:60")  ->  null
time("")  ->  null
time(null)  ->  null
time(10,15,0)  ->  10:15:00
time(10,15,0,@"PT1H")  ->  10:15:00+01:00
time(10,15,0,null)  ->  10:15:00
time(10,15,0.5)  ->  10:15:00.5
time(24,0,0)  ->  null
time(10,15,0,@"-PT19H")  ->  null
time(10,15)  ->  null
time(hour:10,minute:15,second:0,offset:@"PT1H")  ->  10:15:00+01:00
time(hour:10,minute:15,second:0)  ->  10:15:00
time(from:"10:15:00")  ->  10:15:00
time(from:@"2020-01-01T10:00:00Z")  ->  10:00:00Z
time(@"2020-01-01")  ->  00:00:00Z
time([ "10:15:00" ])  ->  10:15:00
time(10,null,0)  ->  null
time(date and time("2017-08-10T10:20:00@Europe/Paris"))  ->  10:20:00@Europe/Paris
time("-10:15:00")  ->  null
time("2020-01-01T10:15:00")  ->  null
years and months duration(@"2011-12-22",@"2013-08-24")  ->  P1Y8M
years and months duration(@"2013-08-24",@"2011-12-22")  ->  -P1Y8M
years and months duration(@"2015-01-21",@"2016-01-21")  ->  P1Y
years and months duration(@"2016-01-31",@"2016-02-29")  ->  P0M
years and months duration(@"2016-01-21T10:00:00",@"2016-02-21T09:00:00")  ->  P0M
years and months duration(@"2016-01-21",@"2016-02-21T09:00:00")  ->  P1M
years and months duration(from:@"2016-01-21",to:@"2016-02-21")  ->  P1M
years and months duration(null,@"2016-02-21")  ->  null
years and months duration(@"2016-02-21")  ->  null
years and months duration("2016-02-21","2017-02-21")  ->  null
years and months duration(@"2016-02-21T10:00:00Z",@"2017-02-21T10:00:00@Europe/Paris")  ->  P1Y
list contains([1,2,null],null)  ->  true
list contains(1,1)  ->  true
list contains(null,1)  ->  null
list contains(list:[1],element:1)  ->  true
count([1,2,3])  ->  3
count([])  ->  0
count(1)  ->  1
count(1,2)  ->  null
count([1,[2,3]])  ->  2
count(null)  ->  null
min([1,null])  ->  null
min(1,2,3)  ->  1
min([])  ->  null
min("a","b")  ->  "a"
min(@"2020-01-01",@"2019-01-01")  ->  2019-01-01
min([1,"a"])  ->  null
max(list:[1,2])  ->  2
max(null)  ->  null
sum([])  ->  null
sum([1,null])  ->  null
sum(1,2)  ->  3
sum(["a"])  ->  null
sum([@"P1D",@"P2D"])  ->  P3D
sum(null)  ->  null
mean([1,2])  ->  1.5
mean([])  ->  null
mean(1,2,3)  ->  2
mean([1,"a"])  ->  null
mean([1,null])  ->  null
all([])  ->  true
all()  ->  null
all(true,false)  ->  false
all([true,null])  ->  null
all(null)  ->  null
all([1,true])  ->  null
any([])  ->  false
any()  ->  null
any([false,null])  ->  null
any([null,true])  ->  true
any(null)  ->  null
any([1,true])  ->  true
any(false,true)  ->  true
sublist([1,2,3],2)  ->  [2, 3]
sublist([1,2,3],2,1)  ->  [2]
sublist([1,2,3],-1,1)  ->  [3]
sublist([1,2,3],0)  ->  null
sublist([1,2,3],4)  ->  null
sublist([1,2,3],1,4)  ->  null
sublist([1,2,3],1,0)  ->  []
sublist(list:[1,2,3],start position:2)  ->  [2, 3]
append([1],2,3)  ->  [1, 2, 3]
append([1],[2])  ->  [1, [2]]
append(1,2)  ->  [1, 2]
append(null,2)  ->  null
append([],null)  ->  [null]
append([1])  ->  null
concatenate([1],[2],[3])  ->  [1, 2, 3]
concatenate(1,2)  ->  [1, 2]
concatenate([1],null)  ->  null
concatenate()  ->  null
insert before([1,3],2,2)  ->  [1, 2, 3]
insert before([],1,2)  ->  null
insert before([1,3],3,2)  ->  null
insert before([1,3],-1,2)  ->  [1, 2, 3]
insert before([1,3],0,2)  ->  null
insert before(list:[1,3],position:1,newItem:null)  ->  [null, 1, 3]
remove([1,2,3],2)  ->  [1, 3]
remove([1,2,3],-1)  ->  [1, 2]
remove([1,2,3],4)  ->  null
reverse([1,2])  ->  [2, 1]
index of([1,2,2],2)  ->  [2, 3]
index of([1,null],null)  ->  [2]
index of(list:[1],match:1)  ->  [1]
union([1,2],[2,3])  ->  [1, 2, 3]
union([1,null],[null])  ->  [1, null]
distinct values([1,2,1,null,null])  ->  [1, 2, null]
distinct values([1,"1"])  ->  [1, "1"]
flatten([1,[2,[3,[]]]])  ->  [1, 2, 3]
flatten(null)  ->  null
product([2,3])  ->  6
product(2,3)  ->  6
product([])  ->  null
product([1,null])  ->  null
product(["a"])  ->  null
median([8,2,5,3,4])  ->  4
median(6,1,2,3)  ->  2.5
median([])  ->  null
median(null)  ->  null
median([1,null])  ->  null
stddev([2,4,7,5])  ->  2.081665999466132735282297706979931
stddev(2,4,7,5)  ->  2.081665999466132735282297706979931
stddev([47])  ->  null
stddev([])  ->  null
mode([6,3,9,6,6])  ->  [6]
mode([6,1,9,6,1])  ->  [1, 6]
mode([])  ->  []
mode(null)  ->  null
mode(1,2,2)  ->  [2]
mode(["a"])  ->  null
list replace([2,4,7,8],3,6)  ->  [2, 4, 6, 8]
list replace([2,4,7,8],-3,6)  ->  [2, 6, 7, 8]
list replace([2,4,7,8],0,6)  ->  null
list replace([2,4,7,8],5,6)  ->  null
list replace([2,4,7,8],function(item,newItem) item < newItem,5)  ->  [5, 5, 7, 8]
list replace([2,4,7,8],function(item) item < 5,5)  ->  null
list replace([2,4,7,8],function(item,newItem) null,5)  ->  null
list replace(null,1,5)  ->  null
list replace(list:[2,4],position:1,newItem:6)  ->  [6, 4]
list replace(list:[2,4],match:function(item,newItem) item=2,newItem:6)  ->  [6, 4]
list replace([1,2],"1",5)  ->  null
list replace([1,2],1.5,5)  ->  [5, 2]
list replace([1,2],1,null)  ->  [null, 2]
list replace([],1,5)  ->  null
sort([3,1,2])  ->  [1, 2, 3]
sort([3,1,2],function(x,y) x>y)  ->  [3, 2, 1]
sort(list:[3,1,2],precedes:function(x,y) x<y)  ->  [1, 2, 3]
sort([3,"a"])  ->  null
sort(null)  ->  null
sort([3,1],null)  ->  null
sort([3,1],function(x) x)  ->  null
sort(precedes:function(x,y) x<y, list:[3,1,2])  ->  [1, 2, 3]
get value({a:1},"a")  ->  1
get value({a:1},"b")  ->  null
get value(null,"b")  ->  null
get value({a:{b:1}},["a","b"])  ->  1
get value({a:1},null)  ->  null
get value(m:{a:1},key:"a")  ->  1
get entries({a:1,b:2})  ->  [{key: "a", value: 1}, {key: "b", value: 2}]
get entries(m:{a:1})  ->  [{key: "a", value: 1}]
get entries(null)  ->  null
get entries({})  ->  []
get entries([1])  ->  null
context([{key:"a",value:1}])  ->  {a: 1}
context({key:"a",value:1})  ->  {a: 1}
context([{key:"a",value:1},{key:"a",value:2}])  ->  null
context(entries:[{key:"a",value:1}])  ->  {a: 1}
context([{key:null,value:1}])  ->  null
context([{value:1}])  ->  null
context([])  ->  {}
context([{key:"a"}])  ->  null
context put({a:1},"b",2)  ->  {a: 1, b: 2}
context put({a:1},"a",2)  ->  {a: 2}
context put({a:1},["b"],2)  ->  {a: 1, b: 2}
context put({a:{b:1}},["a","b"],2)  ->  {a: {b: 2}}
context put({a:{b:1}},["a","c"],2)  ->  {a: {b: 1, c: 2}}
context put({a:1},["a","c"],2)  ->  null
context put({a:1},["b","c"],2)  ->  null
context put({a:1},[],2)  ->  null
context put({a:1},null,2)  ->  null
context put(null,"a",2)  ->  null
context put(context:{a:1},key:"b",value:null)  ->  {a: 1, b: null}
context put(context:{a:1},keys:["b"],value:2)  ->  {a: 1, b: 2}
context put({a:1},["b",null],2)  ->  null
context put({a:1},[1],2)  ->  null
context put({},"a",1)  ->  {a: 1}
context merge([{a:1},{b:2}])  ->  {a: 1, b: 2}
context merge([{a:1},{a:2}])  ->  {a: 2}
context merge({a:1})  ->  {a: 1}
context merge([])  ->  {}
context merge([{a:1},null])  ->  null
context merge([1])  ->  null
context merge(null)  ->  null
context merge(contexts:[{a:1}])  ->  {a: 1}
context merge([{a:{b:1}},{a:{c:1}}])  ->  {a: {c: 1}}
decimal(1/3,2)  ->  0.33
decimal(2.5,0)  ->  2
decimal(1.5,0)  ->  2
decimal(1,null)  ->  null
decimal(n:1.555,scale:2)  ->  1.56
decimal("1",2)  ->  null
floor(1.5)  ->  1
floor(-1.56,1)  ->  -1.6
floor(null)  ->  null
ceiling(1.5)  ->  2
ceiling(-1.56,1)  ->  -1.5
ceiling("a")  ->  null
ceiling(n:1.1)  ->  2
round up(5.5,0)  ->  6
round up(-1.121,2)  ->  -1.13
round up(1,null)  ->  null
round down(5.5,0)  ->  5
round down(-1.129,2)  ->  -1.12
round down("a",0)  ->  null
round half up(5.5,0)  ->  6
round half up(-2.5,0)  ->  -3
round half up(null,0)  ->  null
round half down(5.5,0)  ->  5
round half down(-2.5,0)  ->  -2
round half down(n:1.126,scale:2)  ->  1.13
round half down(1)  ->  null
abs(-10)  ->  10
abs(@"-P1D")  ->  P1D
abs("a")  ->  null
abs(null)  ->  null
modulo(12,5)  ->  2
modulo(-12,5)  ->  3
modulo(12,-5)  ->  -3
modulo(10.1,4.5)  ->  1.1
modulo(1,0)  ->  null
modulo(dividend:5,divisor:3)  ->  2
sqrt(16)  ->  4
sqrt(-1)  ->  null
sqrt(null)  ->  null
sqrt(number:9)  ->  3
log(1)  ->  0
log(0)  ->  null
log("a")  ->  null
exp(0)  ->  1
exp(null)  ->  null
exp(1000000)  ->  null
odd(5)  ->  true
odd(2)  ->  false
odd(1.5)  ->  null
odd(-1)  ->  true
odd(null)  ->  null
even(2)  ->  true
even(0)  ->  true
even(1.5)  ->  null
even(-2)  ->  true
even(number:2)  ->  true
number("1 000,0"," ",",")  ->  1000
number("1,000.5",",",".")  ->  1000.5
number("1.000,5",".",",")  ->  1000.5
number("1e3")  ->  1000
number("abc")  ->  null
number(null)  ->  null
number("1",null,null)  ->  1
number("1,0",",",",")  ->  null
number(from:"1.5",grouping separator:",",decimal separator:".")  ->  1.5
string(1.1)  ->  "1.1"
not(true)  ->  false
not(null)  ->  null
not(1)  ->  null
not(negand:false)  ->  true
is(1,1.0)  ->  true
is(@"10:00:00Z",@"10:00:00+00:00")  ->  true
is(@"10:00:00Z",@"10:00:00@Etc/UTC")  ->  false
is(@"2020-01-01",@"2020-01-01T00:00:00")  ->  false
is(null,null)  ->  true
is(null,1)  ->  false
is("a",null)  ->  false
is([1],[1])  ->  true
is(value1:1,value2:1)  ->  true
is(1)  ->  null
date("2020-02-30")  ->  null
date("2020-02-29")  ->  2020-02-29
date(2020,2,29)  ->  2020-02-29
date(2020,13,1)  ->  null
date(year:2020,month:1,day:2)  ->  2020-01-02
date(@"2020-01-01T10:00:00Z")  ->  2020-01-01
date(null)  ->  null
date("+2020-01-01")  ->  null
date("02020-01-01")  ->  null
date and time("2020-01-01T10:00:00Z")  ->  2020-01-01T10:00:00Z
date and time("2020-01-01")  ->  2020-01-01T00:00:00
date and time(@"2020-01-01",@"10:00:00")  ->  2020-01-01T10:00:00
date and time(date:@"2020-01-01T23:00:00",time:@"10:00:00")  ->  2020-01-01T10:00:00
date and time(2020,1,1,10,0,0)  ->  2020-01-01T10:00:00
date and time(2020,1,1,10,0,0,@"PT1H")  ->  2020-01-01T10:00:00+01:00
date and time(2020,1,1,10,0,0,"Europe/Paris")  ->  2020-01-01T10:00:00@Europe/Paris
date and time(null)  ->  null
date and time("2020-01-01T25:00:00")  ->  null
duration("P1Y2M")  ->  P1Y2M
duration("P1Y2D")  ->  null
duration("PT36H")  ->  P1DT12H
duration("")  ->  null
duration(null)  ->  null
duration(from:"P1D")  ->  P1D
day of year(@"2019-09-17")  ->  260
day of year(@"2020-12-31T10:00:00")  ->  366
day of year(null)  ->  null
day of year("2019-09-17")  ->  null
day of year(date:@"2019-09-17")  ->  260
day of week(@"2019-09-17")  ->  "Tuesday"
day of week(@"2019-09-17T10:00:00Z")  ->  "Tuesday"
day of week(null)  ->  null
month of year(@"2019-09-17")  ->  "September"
month of year(date:@"2019-09-17")  ->  "September"
month of year(null)  ->  null
week of year(@"2019-09-17")  ->  38
week of year(@"2003-12-29")  ->  1
week of year(@"2004-01-04")  ->  1
week of year(@"2005-01-01")  ->  53
week of year(null)  ->  null
range("[1..3]")  ->  [1..3]
range("(1..3)")  ->  (1..3)
range("]1..3[")  ->  (1..3)
range("[1..]")  ->  null
range("[3..1]")  ->  null
range("[\"a\"..\"c\"]")  ->  ["a".."c"]
range("[@\"2020-01-01\"..@\"2020-02-01\"]")  ->  [2020-01-01..2020-02-01]
range("[1..\"a\"]")  ->  null
range("1..3")  ->  null
range(null)  ->  null
range("")  ->  null
range(from:"[1..3]")  ->  [1..3]
range("[1+1..3]")  ->  null
range("[date(\"2020-01-01\")..date(\"2020-02-01\")]")  ->  [2020-01-01..2020-02-01]
range("(..3]")  ->  (null..3]
range("[1..)")  ->  [1..null)
range("(null..3]")  ->  null
before(1,10)  ->  true
before(10,1)  ->  false
before(1,[1..10])  ->  false
before(1,(1..10])  ->  true
before([1..10],10)  ->  false
before([1..10),10)  ->  true
before([1..10],[15..20])  ->  true
before([1..10),[10..20])  ->  true
before([1..10],[10..20])  ->  false
before(1,null)  ->  null
before(1,"a")  ->  null
before(point1:1,point2:2)  ->  true
before(range1:[1..2],range2:[3..4])  ->  true
after(10,5)  ->  true
after(12,[1..10])  ->  true
after(10,[1..10))  ->  true
after([11..20],10)  ->  true
after([11..20],11)  ->  false
after([11..20],[1..10])  ->  true
after((10..20],[1..10])  ->  true
after(null,1)  ->  null
meets([1..5],[5..10])  ->  true
meets([1..5),[5..10])  ->  false
meets([1..5],(5..10])  ->  false
meets(1,[1..2])  ->  null
met by([5..10],[1..5])  ->  true
met by((5..10],[1..5])  ->  false
met by([5..10],null)  ->  null
overlaps([1..5],[3..8])  ->  true
overlaps([1..5],[5..8])  ->  true
overlaps([1..5),[5..8])  ->  false
overlaps([1..8],[3..5])  ->  true
overlaps([1..2],[3..5])  ->  false
overlaps([1..2],null)  ->  null
overlaps before([1..5],[3..8])  ->  true
overlaps before([1..5],[5..8])  ->  true
overlaps before([1..5),[5..8])  ->  false
overlaps before([3..8],[1..5])  ->  false
overlaps before([1..5],(1..5])  ->  true
overlaps before([1..5],[1..5])  ->  false
overlaps after([3..8],[1..5])  ->  true
overlaps after([5..8],[1..5])  ->  true
overlaps after((5..8],[1..5])  ->  false
overlaps after((1..5],[1..5))  ->  true
overlaps after((1..5],[1..6])  ->  false
finishes(10,[1..10])  ->  true
finishes(10,[1..10))  ->  false
finishes([5..10],[1..10])  ->  true
finishes([5..10),[1..10])  ->  false
finishes([1..10],[1..10])  ->  true
finished by([1..10],10)  ->  true
finished by([1..10),10)  ->  false
finished by([1..10],[5..10])  ->  true
includes([1..10],5)  ->  true
includes([1..10],10)  ->  true
includes([1..10),10)  ->  false
includes([1..10],[4..6])  ->  true
includes([1..10),[1..10])  ->  false
includes((1..10),(1..10))  ->  true
includes([1..10],null)  ->  null
during(5,[1..10])  ->  true
during(1,(1..10])  ->  false
during([4..6],[1..10])  ->  true
during([1..10],[1..10])  ->  true
during((1..10),(1..10])  ->  true
starts(1,[1..10])  ->  true
starts(1,(1..10])  ->  false
starts([1..5],[1..10])  ->  true
starts((1..5],[1..10])  ->  false
starts([1..10],[1..10])  ->  true
started by([1..10],1)  ->  true
started by((1..10],1)  ->  false
started by([1..10],[1..5])  ->  true
started by([1..10],(1..5])  ->  false
coincides(5,5)  ->  true
coincides(3,4)  ->  false
coincides([1..5],[1..5])  ->  true
coincides((1..5),[1..5])  ->  false
coincides(1,"a")  ->  null
coincides(@"2020-01-01",@"2020-01-01")  ->  true
before((<5),7)  ->  true
includes((>5),7)  ->  true
duplicate values([1,2,1])  ->  [1]
duplicate values(null)  ->  null
duplicate values([])  ->  []
now()  ->  null
today()  ->  null
now(1)  ->  null
list contains()  ->  null
get value({a:1},"a","b")  ->  null
string join(["a","b"],"-")  ->  "a-b"
string join(["a",null,"b"])  ->  "ab"
string join("a","-")  ->  "a"
string join(["a",1])  ->  null
string join(null)  ->  null
string join([])  ->  ""
string join(list:["a","b"],delimiter:"")  ->  "ab"
upper case("aBc4")  ->  "ABC4"
upper case(null)  ->  null
upper case(string:"a")  ->  "A"
lower case("aBc4")  ->  "abc4"
lower case(1)  ->  null
lower case(string:"A")  ->  "a"
starts with(null,"a")  ->  null
starts with(string:"ab",match:"a")  ->  true
ends with("ab",1)  ->  null
matches("a",null)  ->  null
matches(input:"ab",pattern:"B",flags:"i")  ->  true
substring after(null,"a")  ->  null
substring before("a",null)  ->  null
string length(null)  ->  null
string length("")  ->  0
string length(string:"abc")  ->  3
date and time(@"2020-01-01T10:00:00")  ->  2020-01-01T10:00:00
reverse(null)  ->  null
reverse(list:[1,2])  ->  [2, 1]
remove(null,1)  ->  null
remove(list:[1,2],position:1)  ->  [2]
union(null)  ->  null
union([1],2)  ->  [1, 2]
flatten(list:[[1],2])  ->  [1, 2]
distinct values(null)  ->  null
distinct values(list:[1,1])  ->  [1]
index of(null,1)  ->  null
product(null)  ->  null
product(list:[2,4])  ->  8
stddev(null)  ->  null
stddev(list:[2,4])  ->  1.414213562373095048801688724209698
concatenate([1],2)  ->  [1, 2]
range("[1..[")  ->  [1..null)
range(" ( .. 3 ] ")  ->  (null..3]
range("[..3]")  ->  null
range("(..)")  ->  null
range("(..3]") = (<= 3)  ->  true
2 in range("(..3]")  ->  true
today(1)  ->  null
"""
CASES = [tuple(line.split("  ->  ")) for line in ANSWERS.strip().splitlines()]


@pytest.mark.parametrize(("expression", "answer"), CASES)
def test_a_built_in_answers_as_defined(expression: str, answer: str) -> None:
    assert feel_text(evaluate(expression).value) == answer


@pytest.mark.parametrize("name", sorted(set(BUILT_INS) - {"and", "or"}))
def test_every_built_in_has_answers(name: str) -> None:
    assert sum(expression.startswith(f"{name}(") for expression, _ in CASES) >= 2
