package suite

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/coredns/coredns/core/dnsserver"
)

var updateFlag = flag.Bool("update", false, "rewrite the golden files")

// stock is the order of CoreDNS before any test changes it.
var stock = slices.Clone(dnsserver.Directives)

func TestDirectivesGolden(t *testing.T) {
	got, err := Directives(stock)
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "directives.golden")
	text := strings.Join(got, "\n") + "\n"
	if *updateFlag {
		if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("order of directives:\n%s\nwant:\n%s", text, want)
	}
}

// DESIGN 5: the stock order stays untouched, so that a stock Corefile behaves as before.
func TestDirectivesKeepStockOrder(t *testing.T) {
	got, err := Directives(stock)
	if err != nil {
		t.Fatal(err)
	}
	own := order()
	rest := slices.DeleteFunc(slices.Clone(got), func(name string) bool { return slices.Contains(own, name) })
	if !slices.Equal(rest, stock) {
		t.Errorf("without the suite: %v, want the stock order %v", rest, stock)
	}
	at := slices.Index(got, own[0])
	if !slices.Equal(got[at:at+len(own)+1], append(own, anchor)) {
		t.Errorf("the suite stands at %v, want it in order just above %s", got[at:at+len(own)+1], anchor)
	}
}

func TestDirectivesErrors(t *testing.T) {
	for _, tc := range []struct {
		name  string
		stock []string
		want  string
	}{
		{"no anchor", []string{"errors", "forward"}, `directive "cache" is missing, the suite has to stand just above it; found: errors forward`},
		{"no directives", nil, `directive "cache" is missing, the suite has to stand just above it; found: `},
		{"twice", []string{"dnsview", "cache"}, `directive "dnsview" is in the list already`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := Directives(tc.stock)
			if err == nil || err.Error() != tc.want {
				t.Errorf("Directives() = %v, %v; want error %q", got, err, tc.want)
			}
		})
	}
}

func TestInstall(t *testing.T) {
	if err := Install(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := dnsserver.SetDirectives(stock); err != nil {
			t.Error(err)
		}
	})
	want, _ := Directives(stock)
	if !slices.Equal(dnsserver.Directives, want) {
		t.Errorf("installed %v, want %v", dnsserver.Directives, want)
	}
	if err := Install(); err == nil {
		t.Error("a second Install succeeded")
	}
}
