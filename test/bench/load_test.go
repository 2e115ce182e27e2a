package bench

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/coredns/coredns/plugin/file"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/zone"
	"github.com/internaldns/internaldns/plugin/pkg/zonefile"
)

// BenchmarkLoad reads a zone of a million addresses, beside stock file, and says
// what a record costs in memory once the garbage is gone.
func BenchmarkLoad(b *testing.B) {
	const n = 1_000_000
	dir, name := zoneFile(b, n)
	path := filepath.Join(dir, name)
	b.Run("suite", func(b *testing.B) {
		load(b, path, n, func(r io.Reader) (any, error) {
			builder := zone.NewBuilder(zone.Options{Apex: "example.org."})
			problems := zonefile.Parse(r, zonefile.Options{Origin: "example.org.", File: name},
				func(rr dns.RR, pos problem.Pos) { builder.Add(rr, pos) })
			z, more := builder.Build()
			return z, append(problems, more...).Err()
		})
	})
	b.Run("file", func(b *testing.B) {
		load(b, path, n, func(r io.Reader) (any, error) { return file.Parse(r, "example.org.", name, 0) })
	})
}

func load(b *testing.B, path string, records int, read func(io.Reader) (any, error)) {
	b.Helper()
	var kept any
	for b.Loop() {
		kept = nil
		f, err := os.Open(filepath.Clean(path))
		if err != nil {
			b.Fatal(err)
		}
		if kept, err = read(f); err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
	with := heap()
	runtime.KeepAlive(kept)
	kept = nil
	b.ReportMetric(float64(with-heap())/float64(records), "B/record")
}

// heap returns the octets in use after a collection.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse) //nolint:gosec // far below the limit
}

// BenchmarkMany is a hit in one of many zones in one view, beside stock file with
// all of them in one block.
func BenchmarkMany(b *testing.B) {
	dir, file := zoneFile(b, 10)
	for _, n := range []int{1, 10_000} {
		last := fmt.Sprintf("host-5.z%d.example.", n-1)
		b.Run(fmt.Sprintf("zones=%d/suite", n), func(b *testing.B) {
			words, view := "", "dnsview all"
			for i := range n {
				words += fmt.Sprintf("internalzone z%d.example {\nrecord host-5 A 192.0.2.1\n}\n", i)
				view += fmt.Sprintf(" z%d.example", i)
			}
			measure(b, serve(b, one(b.TempDir(), words+view+"\nresolverpolicy all {\nview all\n}\n")), "127.0.0.1", last)
		})
		b.Run(fmt.Sprintf("zones=%d/file", n), func(b *testing.B) {
			words := "probe\n"
			for i := range n {
				words += fmt.Sprintf("file %s z%d.example\n", file, i)
			}
			measure(b, serve(b, fmt.Sprintf(".:0 {\nbind 127.0.0.1\nroot %s\n%s}\n", dir, words)), "127.0.0.1", last)
		})
	}
}
