package scope

import (
	"runtime"
	"slices"
	"testing"

	"github.com/coredns/coredns/core/dnsserver"
)

// A reload that failed leaves the parts of the old instance, one that succeeded
// those of the new one.
func TestServing(t *testing.T) {
	var s Serving[string]
	old, failed, next := new("old"), new("failed"), new("next")
	s.Add(old)
	mark := s.mark()
	s.Add(failed)
	if got := names(&s); !slices.Equal(got, []string{"failed", "old"}) {
		t.Errorf("while reloading: %q, the newest goes first", got)
	}
	s.forget(mark)
	if got := names(&s); !slices.Equal(got, []string{"old"}) {
		t.Errorf("after a failed reload: %q", got)
	}
	s.Add(next)
	s.Remove(old)
	if got := names(&s); !slices.Equal(got, []string{"next"}) {
		t.Errorf("after a reload: %q", got)
	}
	runtime.KeepAlive(failed)
	runtime.KeepAlive(next)
}

// An instance that nobody knows of any more is gone without a shutdown.
func TestServingAbandoned(t *testing.T) {
	var s Serving[[64]byte]
	s.Add(new([64]byte))
	runtime.GC()
	if got := s.All(); len(got) != 0 {
		t.Errorf("%d parts are kept that nobody uses", len(got))
	}
}

func names(s *Serving[string]) []string {
	var out []string
	for _, p := range s.All() {
		out = append(out, *p)
	}
	return out
}

func TestServers(t *testing.T) {
	s := &Scope{
		keys:   []string{"dns://.:53", "tls://.:853", "dns://example.org.:53"},
		config: &dnsserver.Config{ListenHosts: []string{"127.0.0.1", "::1"}},
	}
	want := []string{"dns://127.0.0.1:53", "dns://[::1]:53", "tls://127.0.0.1:853", "tls://[::1]:853"}
	if got := s.Servers(); !slices.Equal(got, want) {
		t.Errorf("Servers() = %q, want %q", got, want)
	}
	s.config.ListenHosts = []string{""}
	if got := s.Servers(); !slices.Equal(got, []string{"dns://:53", "tls://:853"}) {
		t.Errorf("Servers() = %q for all addresses", got)
	}
}
