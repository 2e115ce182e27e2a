package record

import (
	"fmt"
	"strings"
	"testing"
)

// stores are records as they are stored, by their type.
var stores = map[string]string{
	"A":     `{"name":"host-12345.dept","type":"A","content":"192.0.2.1","comment":"rack 7","tags":["team:dns"]}`,
	"AAAA":  `{"name":"host-12345.dept","type":"AAAA","content":"2001:db8::1"}`,
	"CNAME": `{"name":"host-12345.dept","type":"CNAME","content":"target.example.net"}`,
	"MX":    `{"name":"host-12345.dept","type":"MX","content":"mail.example.net","priority":10}`,
	"TXT":   `{"name":"host-12345.dept","type":"TXT","content":"v=spf1 include:example.net ~all"}`,
	"SRV":   `{"name":"_a._b","type":"SRV","content":"1 2 target.example.net","priority":10}`,
	"CAA":   `{"name":"host-12345.dept","type":"CAA","content":"0 issue ca.example"}`,
}

func BenchmarkDecodeRR(b *testing.B) {
	for name, sent := range stores {
		octets, err := create(b, sent).AppendBinary(nil)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, _, err := DecodeRR(octets); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	octets, err := create(b, stores["A"]).AppendBinary(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode("", octets); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	for name, sent := range stores {
		f := fields(b, sent)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, problems := New(zone, f); r == nil {
					b.Fatal(problems)
				}
			}
		})
	}
}

// The start of a server decodes a million records: three allocations each.
func TestDecodeRRAllocations(t *testing.T) {
	for _, name := range []string{"A", "AAAA", "CNAME", "MX", "SRV"} {
		octets, err := create(t, stores[name]).AppendBinary(nil)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { _, _, _, _ = DecodeRR(octets) }); n > 3 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// An import of 100,000 records is to take three seconds at most, all of it included.
func BenchmarkImport(b *testing.B) {
	const count = 10000
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, "host-%d.dept.example.org.\t1\tIN\tA\t192.0.2.1 ; rack %d cf_tags=team:dns\n", i, i)
	}
	b.ReportAllocs()
	for b.Loop() {
		if records, _, _ := Import(strings.NewReader(text.String()), zone, ImportOptions{}); len(records) != count {
			b.Fatal(len(records))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/count, "ns/record")
}
