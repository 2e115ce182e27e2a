package resolverpolicy

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/resolve"
)

const (
	logQueue   = 8192            // queries that wait for being written; those beyond are dropped
	logBatch   = 1 << 16         // octets written at once, about
	logRetry   = time.Second     // between two looks for the file
	logGoodbye = 5 * time.Second // for what waits at shutdown
)

// entry is one query of the log.
type entry struct {
	at       *listener
	time     time.Time
	client   netip.Addr
	name     string // qname as asked, in presentation form
	qtype    uint16
	rcode    int // of the reply
	policy   string
	view     string
	zone     string
	internal int // internal rcode
	fallback bool
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

func (e *entry) line() line {
	l := line{
		Datetime:           e.time.UTC().Format(time.RFC3339),
		QueryName:          strings.ToLower(e.name),
		QueryTypeName:      dns.TypeToString[e.qtype],
		RCode:              e.rcode,
		ResolverPolicyName: e.policy,
		InternalDNSViewID:  e.view,
		InternalDNSZoneID:  e.zone,
		InternalDNSRCode:   e.internal,
	}
	if len(l.QueryName) > 1 {
		l.QueryName = strings.TrimSuffix(l.QueryName, ".")
	}
	if l.QueryTypeName == "" {
		l.QueryTypeName = "TYPE" + strconv.Itoa(int(e.qtype)) // RFC 3597 section 5
	}
	if e.client.IsValid() {
		l.SrcIP = e.client.String()
	}
	if e.fallback {
		l.InternalDNSFallbackStrategy = "public_dns"
	}
	return l
}

// logged serves a query and has it written down.
func (p *ResolverPolicy) logged(ctx context.Context, w dns.ResponseWriter, r *dns.Msg) (int, error) {
	a := p.account(ctx)
	if a == nil {
		a = &account{Context: ctx, handler: p, snapshot: p.scope.Load(), w: w, r: r}
		ctx = a
	}
	e := entry{at: p.meter.at(ctx), time: time.Now(), client: clientAddr(w, r), name: r.Question[0].Name, qtype: r.Question[0].Qtype}
	e.at.logs()
	seen := &observer{ResponseWriter: w}
	rcode, err := p.serve(ctx, seen, r, e.at)
	if e.rcode = seen.rcode; !seen.written {
		e.rcode = rcode
	}
	if a.policy != nil {
		e.policy, e.view = a.policy.Name, a.policy.ViewName
	}
	e.resolved(a.pin)
	p.log.add(e)
	return rcode, err
}

// resolved fills in what the view had for the query, if one was asked.
func (e *entry) resolved(pin *resolve.Pin) {
	if pin == nil {
		return
	}
	e.zone = matchID(&pin.Result)
	e.internal = pin.Result.Rcode
	e.fallback = pin.Held
}

// queryLog writes queries as lines of JSON, from one goroutine that runs from the
// first query until stop. Nobody waits for it: what it cannot take is dropped and
// counted.
type queryLog struct {
	out     io.WriteCloser
	queue   chan entry
	once    sync.Once // starts the goroutine: an instance that failed to start has none
	end     sync.Once // Caddy may run the hooks of an instance twice
	stopped chan struct{}
	done    chan struct{} // closed when all is written

	// Of the goroutine.
	buf     bytes.Buffer
	encoder *json.Encoder
	pending []*listener // of the lines in buf
	torn    bool        // the last line written is not whole
}

func newQueryLog(out io.WriteCloser) *queryLog {
	q := &queryLog{out: out, queue: make(chan entry, logQueue), stopped: make(chan struct{}), done: make(chan struct{})}
	q.encoder = json.NewEncoder(&q.buf)
	q.encoder.SetEscapeHTML(false)
	return q
}

// add takes a query, or counts it as dropped.
func (q *queryLog) add(e entry) {
	q.once.Do(func() { go q.run() })
	select {
	case <-q.stopped:
		e.at.drop()
		return
	default:
	}
	select {
	case q.queue <- e:
	default:
		e.at.drop()
	}
}

// stop writes what waits and closes the log. It does not wait for ever: a pipe that
// nobody reads must not keep the program from ending.
func (q *queryLog) stop() error {
	q.end.Do(func() { close(q.stopped) })
	q.once.Do(func() { close(q.done) })
	select {
	case <-q.done:
		return q.out.Close()
	case <-time.After(logGoodbye):
		return nil
	}
}

// run writes lines until stop: many at once while queries wait, and at once when
// none does.
func (q *queryLog) run() {
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
func (q *queryLog) drain() {
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

func (q *queryLog) encode(e *entry) {
	if q.torn && q.buf.Len() == 0 {
		q.buf.WriteByte('\n')
	}
	if err := q.encoder.Encode(e.line()); err != nil {
		e.at.drop()
		return
	}
	q.pending = append(q.pending, e.at)
}

// flush writes the lines, and counts those that could not be written whole.
func (q *queryLog) flush() {
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
			at.drop()
		}
	}
	if n > 0 {
		q.torn = out[n-1] != '\n'
	}
	q.buf.Reset()
	q.pending = q.pending[:0]
}
