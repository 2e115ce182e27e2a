// Package querylog writes queries to a file, a line of JSON each.
package querylog

import (
	"bytes"
	"encoding/json"
	"io"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
)

const (
	logQueue   = 8192            // queries that wait for being written; those beyond are dropped
	logBatch   = 1 << 16         // octets written at once, about
	logRetry   = time.Second     // between two looks for the file
	logGoodbye = 5 * time.Second // for what waits at shutdown
)

// Counter counts queries that the log lacks. Safe for concurrent use.
type Counter interface{ Drop() }

// Entry is one query of the log.
type Entry struct {
	At       Counter // counts the query if the log lacks it
	Time     time.Time
	Client   netip.Addr
	Name     string // qname as asked, in presentation form
	Type     uint16
	Rcode    int // of the reply
	Policy   string
	View     string
	Zone     string
	Internal int // internal rcode
	Fallback bool
}

// line is an entry in the words of Cloudflare's dataset gateway_dns, in part.
type line struct {
	Datetime                    string
	QueryName                   string
	QueryTypeName               string
	SrcIP                       string
	RCode                       int
	ResolverPolicyName          string
	InternalDNSViewID           string
	InternalDNSZoneID           string
	InternalDNSRCode            int
	InternalDNSFallbackStrategy string
}

func (e *Entry) line() line {
	l := line{
		Datetime:           e.Time.UTC().Format(time.RFC3339),
		QueryName:          strings.ToLower(e.Name),
		QueryTypeName:      domain.TypeName(e.Type),
		RCode:              e.Rcode,
		ResolverPolicyName: e.Policy,
		InternalDNSViewID:  e.View,
		InternalDNSZoneID:  e.Zone,
		InternalDNSRCode:   e.Internal,
	}
	if len(l.QueryName) > 1 {
		l.QueryName = strings.TrimSuffix(l.QueryName, ".")
	}
	if e.Client.IsValid() {
		l.SrcIP = e.Client.String()
	}
	if e.Fallback {
		l.InternalDNSFallbackStrategy = "public_dns"
	}
	return l
}

// Log writes queries as lines of JSON, from one goroutine that runs from the
// first query until Stop. Nobody waits for it: what it cannot take is dropped and
// counted.
type Log struct {
	out     io.WriteCloser
	queue   chan Entry
	once    sync.Once // starts the goroutine: an instance that failed to start has none
	end     sync.Once // Caddy may run the hooks of an instance twice
	stopped chan struct{}
	done    chan struct{} // closed when all is written

	// Of the goroutine.
	buf     bytes.Buffer
	encoder *json.Encoder
	pending []Counter // of the lines in buf
	torn    bool      // the last line written is not whole
}

// Open returns the log of a file, or of StandardOutput. The file is made, with the
// permissions 0600, if it is not there.
func Open(name string) (*Log, error) {
	out, err := openFile(name)
	if err != nil {
		return nil, err
	}
	return New(out), nil
}

// New returns a log that is written to out, which it closes.
func New(out io.WriteCloser) *Log {
	q := &Log{out: out, queue: make(chan Entry, logQueue), stopped: make(chan struct{}), done: make(chan struct{})}
	q.encoder = json.NewEncoder(&q.buf)
	q.encoder.SetEscapeHTML(false)
	return q
}

// Add takes a query, or counts it as dropped.
func (q *Log) Add(e Entry) {
	q.once.Do(func() { go q.run() })
	select {
	case <-q.stopped:
		e.At.Drop()
		return
	default:
	}
	select {
	case q.queue <- e:
	default:
		e.At.Drop()
	}
}

// Stop writes what waits and closes the log. It does not wait for ever: a pipe that
// nobody reads must not keep the program from ending.
func (q *Log) Stop() error {
	q.end.Do(func() { close(q.stopped) })
	q.once.Do(func() { close(q.done) })
	select {
	case <-q.done:
		return q.out.Close()
	case <-time.After(logGoodbye):
		return nil
	}
}

// run writes lines until Stop: many at once while queries wait, and at once when
// none does.
func (q *Log) run() {
	defer close(q.done)
	for {
		select {
		case e := <-q.queue:
			q.encode(&e)
		case <-q.stopped:
			q.drain()
			return
		}
		q.drain()
	}
}

// drain writes all that waits.
func (q *Log) drain() {
	for {
		select {
		case e := <-q.queue:
			q.encode(&e)
			if q.buf.Len() >= logBatch {
				q.flush()
			}
		default:
			q.flush()
			return
		}
	}
}

func (q *Log) encode(e *Entry) {
	if q.torn && q.buf.Len() == 0 {
		q.buf.WriteByte('\n')
	}
	if err := q.encoder.Encode(e.line()); err != nil {
		e.At.Drop()
		return
	}
	q.pending = append(q.pending, e.At)
}

// flush writes the lines, and counts those that could not be written whole.
func (q *Log) flush() {
	if len(q.pending) == 0 {
		return
	}
	out := q.buf.Bytes()
	n, err := q.out.Write(out)
	if err != nil {
		whole := bytes.Count(out[:n], []byte{'\n'})
		if q.torn && n > 0 {
			whole--
		}
		for _, at := range q.pending[whole:] {
			at.Drop()
		}
	}
	if n > 0 {
		q.torn = out[n-1] != '\n'
	}
	q.buf.Reset()
	q.pending = q.pending[:0]
}
