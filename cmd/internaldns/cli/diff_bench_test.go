package cli

import (
	"bufio"
	"fmt"
	"os"
	"testing"
)

// BenchmarkDiff compares two configurations of 100,000 records, of which one in a
// hundred changes: reading both and asking every question of both.
func BenchmarkDiff(b *testing.B) {
	const records = 100_000
	b.Chdir(b.TempDir())
	for name, change := range map[string]int{"old": 0, "new": 1} {
		corefile := fmt.Sprintf(".:1053 {\n internalzone example.org %s.zone\n dnsview office example.org\n resolverpolicy office {\n view office\n }\n}\n", name)
		if err := os.WriteFile(name, []byte(corefile), 0o600); err != nil {
			b.Fatal(err)
		}
		writeZone(b, name+".zone", records, change)
	}
	for b.Loop() {
		p := &program{stdout: devNull{}, stderr: os.Stderr}
		if code := p.run([]string{"diff", "old", "new"}); code != exitFound {
			b.Fatalf("exit %d", code)
		}
	}
}

// writeZone writes a zone of n hosts; the address of every hundredth depends on change.
func writeZone(b *testing.B, file string, n, change int) {
	b.Helper()
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintf(w, "$TTL 300\n@ SOA ns hostmaster %d 7200 3600 1209600 60\n", change)
	for i := range n {
		last := i % 100
		if last == 0 {
			last = 100 + change
		}
		fmt.Fprintf(w, "host%d.r%d A 192.0.2.%d\n", i, i%1000, last)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}

type devNull struct{}

// Write implements io.Writer.
func (devNull) Write(p []byte) (int, error) { return len(p), nil }
