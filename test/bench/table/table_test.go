package main

import (
	"bytes"
	"strings"
	"testing"
)

const output = `goos: linux
pkg: example.org/bench
BenchmarkHit/names=10/suite-2         	  110095	      1000 ns/op	     651 B/op	       8 allocs/op
BenchmarkHit/names=10/file-2          	   66526	      2000 ns/op	     424 B/op	       9 allocs/op
BenchmarkHit/names=10/suite-2         	  110095	      1500 ns/op	     651 B/op	       8 allocs/op
BenchmarkHit/names=10/file-2          	   66526	      2000 ns/op	     424 B/op	       9 allocs/op
BenchmarkLoad/suite 	       1	 880260849 ns/op	       164.9 B/record	318540696 B/op	    9079 allocs/op
PASS
ok  	example.org/bench	46.556s
pkg: example.org/expr
BenchmarkMatch-16 	 3000	 41.349 ns/op
--- BENCH: BenchmarkMatch-16
    note: no result
`

func TestTable(t *testing.T) {
	results, err := parse(strings.NewReader(output))
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	printTable(&got, results)
	const head = "| benchmark | ns | B | allocs | other | stock | ns | B | allocs | ns ÷ stock |\n| --- | ---: | ---: | ---: | --- | --- | ---: | ---: | ---: | ---: |\n"
	want := "\nexample.org/bench\n\n" + head +
		"| Hit/names=10 | 1250 | 651 | 8 |  | file | 2000 | 424 | 9 | 0.625 |\n" +
		"| Load | 880260849 | 318540696 | 9079 | 165 B/record | | | | | |\n" +
		"\nexample.org/expr\n\n" + head +
		"| Match | 41.3 | 0 | 0 |  | | | | | |\n"
	if got.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", got.String(), want)
	}
}

func TestParseError(t *testing.T) {
	_, err := parse(strings.NewReader("BenchmarkX-2 10 many ns/op\n"))
	if err == nil || !strings.HasPrefix(err.Error(), `line "BenchmarkX-2 10 many ns/op"`) {
		t.Errorf("got %v", err)
	}
}
