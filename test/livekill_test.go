package test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// liveForm is a form with a file.
type liveForm struct {
	kind string
	text []byte
}

func formOf(file string) *liveForm {
	var text bytes.Buffer
	form := multipart.NewWriter(&text)
	part, _ := form.CreateFormFile("file", "zone.txt") // into memory
	_, _ = part.Write([]byte(file))
	_ = form.Close()
	return &liveForm{form.FormDataContentType(), text.Bytes()}
}

// killed is what writers did before a kill.
type killed struct {
	mu       sync.Mutex
	tried    map[string][]string // names of records that belong together, by the first of them
	answered []string            // the first of each
}

func (k *killed) begin(names []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.tried[names[0]] = names
}

func (k *killed) done(names []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answered = append(k.answered, names[0])
}

// names are those of one change.
func names(round, writer, i, n int) []string {
	out := make([]string, n)
	for k := range out {
		out[k] = fmt.Sprintf("r%d-w%d-%d-%d.example.org.", round, writer, i, k)
	}
	return out
}

// write makes changes, of single records, batches and imports in turn, until the process
// is gone.
func (k *killed) write(s *liveServer, zone string, round, writer int) {
	path := "/zones/" + zone + "/dns_records"
	for i := 0; ; i++ {
		var all []string
		var body any
		to := path
		switch i % 3 {
		case 0:
			all = names(round, writer, i, 1)
			body = aRecord(all[0], "192.0.2.1")
		case 1:
			all, to = names(round, writer, i, 10), path+"/batch"
			var posts []any
			for _, name := range all {
				posts = append(posts, aRecord(name, "192.0.2.1"))
			}
			body = map[string]any{"posts": posts}
		case 2:
			all, to = names(round, writer, i, 20), path+"/import"
			body = formOf(strings.Join(all, " 60 A 192.0.2.1\n") + " 60 A 192.0.2.1\n")
		}
		k.begin(all)
		a, err := s.try(http.MethodPost, to, body)
		if err != nil {
			return // killed
		}
		if a.status != http.StatusOK {
			s.t.Errorf("%s: %d %s", to, a.status, a.text)
			return
		}
		k.done(all)
	}
}

// check holds that what was answered is there, what belongs together whole or not at all,
// and that queries are answered so.
func (k *killed) check(s *liveServer, zone string) {
	s.t.Helper()
	there := make(map[string]bool)
	export := s.call(http.MethodGet, "/zones/"+zone+"/dns_records/export", nil, nil).text
	for line := range strings.Lines(export) {
		if words := strings.Fields(line); len(words) > 0 {
			there[words[0]] = true
		}
	}
	for first, all := range k.tried {
		n := 0
		for _, name := range all {
			if there[name] {
				n++
			}
		}
		if n != 0 && n != len(all) {
			s.t.Errorf("%s: %d of %d records are there", first, n, len(all))
		}
		if there[first] {
			s.wantAnswer(first, "NOERROR", "192.0.2.1")
		} else {
			s.wantAnswer(first, "NXDOMAIN", "")
		}
	}
	for _, first := range k.answered {
		if !there[first] {
			s.t.Errorf("%s was answered, and is not there", first)
		}
	}
}

// TestKill kills the server while changes are made: none that was answered is lost, and
// there is no half of one.
func TestKill(t *testing.T) {
	rounds := 25
	if os.Getenv("INTERNALDNS_LONG") != "" {
		rounds = 500
	}
	if testing.Short() {
		rounds = 3
	}
	s := newLive(t, t.TempDir())
	s.start(liveCorefile)
	zone := s.zone("example.org")
	answered, open := 0, 0
	for round := range rounds {
		k := &killed{tried: make(map[string][]string)}
		var writers sync.WaitGroup
		for writer := range 6 {
			writers.Go(func() { k.write(s, zone, round, writer) })
		}
		timer := time.AfterFunc(time.Duration(rand.IntN(150_000))*time.Microsecond, func() { _ = s.cmd.Process.Kill() })
		writers.Wait()
		timer.Stop()
		s.kill()
		s.client.CloseIdleConnections()
		s.start(liveCorefile)
		k.check(s, zone)
		answered += len(k.answered)
		open += len(k.tried) - len(k.answered)
		if t.Failed() {
			t.Fatalf("in round %d", round)
		}
	}
	t.Logf("%d kills, %d changes answered before, %d under way", rounds, answered, open)
}
