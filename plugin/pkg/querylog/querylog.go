// Package querylog writes queries to a file, a line of JSON each, and keeps the last ones
// for those who look.
package querylog

import (
	"bytes"
	"encoding/json"
	"io"
	"net/netip"
	"strconv"
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

// Entry is one query.
type Entry struct {
	At        Counter // counts the query if the log lacks it
	Time      time.Time
	Took      time.Duration // until it was answered
	Server    string        // label of the listener, such as dns://127.0.0.1:53
	Client    netip.Addr
	Port      uint16         // the client's, 0 if it is not known
	Local     netip.AddrPort // where it arrived; the address may be one that stands for all
	TCP       bool
	Location  string
	Host      string // of a DoH request, or the server name of a TLS handshake
	Certified bool   // the client showed a certificate, which is not kept
	Subnet    bool   // the query named the network of another client (RFC 7871)
	Name      string // qname as asked, in presentation form
	Type      uint16
	Rcode     int // of the reply
	Policy    string
	View      string
	Viewed    bool // whether the view was asked, which the following are about
	Zone      string
	Reference string // the zone that answered in place of Zone
	Internal  int    // internal rcode
	Inside    time.Duration
	Fallback  bool
	Trigger   string // of the fallback

	// Of a Ring.
	ring   *Ring
	number uint64
}

// ID returns what tells the query apart from all others that were kept anywhere.
func (e *Entry) ID() string { return e.ring.id + "-" + strconv.FormatUint(e.number, 10) }

// ended returns when the query was answered.
func (e *Entry) ended() time.Time { return e.Time.Add(e.Took) }

// Strategy returns what was done where the view had no answer, in Cloudflare's words.
func (e *Entry) Strategy() string {
	if e.Fallback {
		return "public_dns"
	}
	return ""
}

// Question returns the name asked for, as logs have it, and its type.
func (e *Entry) Question() (name, qtype string) {
	name = strings.ToLower(e.Name)
	if len(name) > 1 {
		name = strings.TrimSuffix(name, ".")
	}
	return name, domain.TypeName(e.Type)
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
	name, qtype := e.Question()
	l := line{
		Datetime:                    e.Time.UTC().Format(time.RFC3339),
		QueryName:                   name,
		QueryTypeName:               qtype,
		RCode:                       e.Rcode,
		ResolverPolicyName:          e.Policy,
		InternalDNSViewID:           e.View,
		InternalDNSZoneID:           e.Zone,
		InternalDNSRCode:            e.Internal,
		InternalDNSFallbackStrategy: e.Strategy(),
	}
	if e.Client.IsValid() {
		l.SrcIP = e.Client.String()
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
