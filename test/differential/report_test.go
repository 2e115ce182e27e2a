package differential

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// maxShown bounds the failures shown of one kind.
const maxShown = 3

// report counts questions and differences. It is not safe for concurrent use:
// every worker has its own.
type report struct {
	peers    []peer
	asked    map[string]int            // by peer
	accepted map[string]map[string]int // by code, then by peer
	bad      map[string]*failures
}

// failures are unexplained differences of one kind.
type failures struct {
	count int
	shown []string
}

func newReport(peers []peer) *report {
	return &report{peers: peers, asked: make(map[string]int), accepted: make(map[string]map[string]int), bad: make(map[string]*failures)}
}

// add files the differences of one question in one field, each under the first
// reason that accepts it; what is left over is a failure.
func (r *report) add(unlike []difference) {
	var names, texts []string
	for i := range unlike {
		d := &unlike[i]
		at := slices.IndexFunc(acceptedDifferences, func(a accepted) bool { return a.accepts(d) })
		if at >= 0 {
			r.count(acceptedDifferences[at].code, d.peer, 1)
			continue
		}
		names = append(names, d.peer)
		texts = append(texts, fmt.Sprintf("%-5s %s", d.peer, d.theirs))
	}
	if len(names) == 0 {
		return
	}
	d := &unlike[0]
	kind := fmt.Sprintf("%s not as %s has it", d.field, strings.Join(names, ", "))
	switch {
	case d.agree:
	case d.absent:
		kind += "; cannot judge, not all peers were asked"
	default:
		kind += "; ours stands alone"
	}
	r.failure(kind, fmt.Sprintf("%s\nours  %s\n%s", d.question, d.ours, strings.Join(texts, "\n")))
}

func (r *report) flaw(q question, text string, ours *reply) {
	r.failure("flaw: "+text, fmt.Sprintf("%s\nours  %s", q, ours))
}

func (r *report) fail(q question, err error) {
	r.failure("no answer", fmt.Sprintf("%s\n%v", q, err))
}

func (r *report) failure(kind, text string) {
	f := r.bad[kind]
	if f == nil {
		f = new(failures)
		r.bad[kind] = f
	}
	f.count++
	if len(f.shown) < maxShown {
		f.shown = append(f.shown, text)
	}
}

func (r *report) count(code, peer string, n int) {
	if r.accepted[code] == nil {
		r.accepted[code] = make(map[string]int)
	}
	r.accepted[code][peer] += n
}

func (r *report) merge(other *report) {
	for name, n := range other.asked {
		r.asked[name] += n
	}
	for code, counts := range other.accepted {
		for name, n := range counts {
			r.count(code, name, n)
		}
	}
	for kind, f := range other.bad {
		for _, text := range f.shown {
			r.failure(kind, text)
		}
		r.bad[kind].count += f.count - len(f.shown)
	}
}

// print logs the figures and fails the test for what nothing explains. A reason that
// is never used is no failure: it may be needed for another version of the peer.
func (r *report) print(t *testing.T) {
	t.Helper()
	for _, p := range r.peers {
		t.Logf("%-6s %d questions  (%s)", p.name, r.asked[p.name], p.version())
	}
	for _, a := range acceptedDifferences {
		counts := r.accepted[a.code]
		var text []string
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			text = append(text, fmt.Sprintf("%s %d", name, counts[name]))
		}
		t.Logf("accepted %-24s %-32s %s", a.code, strings.Join(text, ", "), a.reason)
	}
	for _, kind := range slices.Sorted(maps.Keys(r.bad)) {
		f := r.bad[kind]
		t.Errorf("%d times: %s\n\n%s", f.count, kind, strings.Join(f.shown, "\n\n"))
	}
}

// String returns the question as dig's command line has it.
func (q question) String() string {
	text := q.name + " " + dns.Type(q.kind).String()
	if q.tcp {
		text += " +tcp"
	}
	if q.edns > 0 {
		text += fmt.Sprintf(" +bufsize=%d", q.edns)
	} else {
		text += " +noedns"
	}
	if !q.rd {
		text += " +norec"
	}
	return text
}
