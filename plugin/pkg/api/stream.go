package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/querylog"
)

// The bounds of streams.
const (
	maxStreams = 64
	lookTime   = 100 * time.Millisecond // between two looks for queries
	beatTime   = 15 * time.Second       // without an event before a sign of life
	writeTime  = 10 * time.Second       // for the client to take what there is
	retryTime  = time.Second            // that a client waits before it comes again
	mostLooked = 2500                   // queries looked at each time
	mostEvents = 250                    // of these that are written: who wants more is skipped ahead
)

// streams are the streams that are open. They end with the API. Safe for concurrent use.
type streams struct {
	mu    sync.Mutex
	open  map[*stream]bool
	over  bool
	ended chan struct{} // closed once all have to end
}

// StreamCounts tells of the streams of an account.
type StreamCounts struct {
	Open    atomic.Int64
	Skipped atomic.Uint64 // queries that they lack, since their clients did not read in time
}

// stream is one of them.
type stream struct {
	*call
	control *http.ResponseController
	text    bytes.Buffer // that is not written yet
}

// EndStreams ends the streams, and has no more begin: who stops the server need not wait
// for them.
func (a *API) EndStreams() {
	s := &a.streams
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	s.over = true
	close(s.ended)
	for one := range s.open {
		_ = one.control.SetWriteDeadline(time.Now()) // one that waits for its client
	}
}

// begin opens a stream, nil if there are enough.
func (s *streams) begin(c *call) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over || len(s.open) >= maxStreams {
		return nil
	}
	if s.open == nil {
		s.open = make(map[*stream]bool)
	}
	one := &stream{call: c, control: http.NewResponseController(c.w)}
	s.open[one] = true
	return one
}

// end closes a stream.
func (s *streams) end(one *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, one)
}

// hurry gives the client of a stream its time to read, unless the stream has to end.
func (s *streams) hurry(one *stream) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		_ = one.control.SetWriteDeadline(time.Now().Add(writeTime))
	}
	return !s.over
}

// wantsStream reports whether a call of a route that has one asks for a stream.
func (c *call) wantsStream() bool {
	if !c.route.events {
		return false
	}
	for _, accepted := range c.req.Header.Values("Accept") {
		if strings.Contains(strings.ToLower(accepted), "text/event-stream") {
			return true
		}
	}
	return c.asked("stream")
}

// streamQueries writes queries as they come, as server-sent events, until the client goes
// away or may look no more.
func (c *call) streamQueries(filter queryFilter) *Error {
	s := c.api.streams.begin(c)
	if s == nil {
		c.w.Header().Set("Retry-After", "5")
		return errorf(http.StatusServiceUnavailable, codeBusy, "%d streams are open already, or the server ends; try again", maxStreams)
	}
	defer c.api.streams.end(s)
	counts := c.account.Streams
	counts.Open.Add(1)
	defer counts.Open.Add(-1)
	of := c.recents()
	position := c.req.Header.Get("Last-Event-ID")
	if position == "" {
		position = c.req.URL.Query().Get("last_event_id")
	}
	tail, found := querylog.Follow(of, position)
	defer tail.Close()
	if position == "" {
		tail.Skip()
	}
	s.begin()
	if !found {
		s.event("gap", tail.Position(), gapObject{})
	}
	s.run(of, tail, filter)
	return nil
}

// begin writes the head of a stream.
func (s *stream) begin() {
	_ = s.control.SetReadDeadline(time.Time{}) // there is nothing to be read, and no end to wait for
	s.w.Header().Set("Content-Type", "text/event-stream")
	s.setRevision()
	s.w.WriteHeader(http.StatusOK)
	s.sent = true
	fmt.Fprintf(&s.text, "retry: %d\n\n", retryTime.Milliseconds())
}

// run writes what comes.
func (s *stream) run(of []*querylog.Recent, tail *querylog.Tail, filter queryFilter) {
	names := names{account: s.account}
	tick := time.NewTicker(lookTime)
	defer tick.Stop()
	wrote := time.Now()
	for {
		s.gather(tail, filter, &names)
		reason := s.over(of)
		if reason != "" {
			s.event("end", tail.Position(), endObject{reason})
		}
		if s.text.Len() == 0 && time.Since(wrote) > beatTime {
			fmt.Fprintf(&s.text, ": still here\nid: %s\n\n", tail.Position())
		}
		if s.text.Len() > 0 {
			wrote = time.Now()
			if !s.flush() {
				return
			}
		}
		if reason != "" {
			return
		}
		select {
		case <-tick.C:
		case <-s.req.Context().Done():
			return
		case <-s.api.streams.ended:
			return
		}
	}
}

// gather has the queries that came since be written, or how many are missing. Those that
// are too many for now wait in the ring, as long as there is room.
func (s *stream) gather(tail *querylog.Tail, filter queryFilter, names *names) {
	names.refresh()
	events := 0
	for e := range tail.Next(mostLooked) {
		s.gap(tail)
		o := names.show(e)
		if !filter.match(o) {
			continue
		}
		s.event("", tail.Position(), o)
		if events++; events == mostEvents {
			break
		}
	}
	s.gap(tail)
}

// gap tells of queries that were gone before this stream could have them.
func (s *stream) gap(tail *querylog.Tail) {
	if missed := tail.Missed(); missed > 0 {
		s.account.Streams.Skipped.Add(missed)
		s.event("gap", tail.Position(), gapObject{missed})
	}
}

// gapObject is told where queries are missing.
type gapObject struct {
	Missed uint64 `json:"missed,omitempty"` // 0 if nobody knows how many
}

// endObject is told with the end of a stream.
type endObject struct {
	Reason string `json:"reason"`
}

// event adds an event.
func (s *stream) event(kind, id string, data any) {
	text, err := json.Marshal(data)
	if err != nil {
		log.Errorf("%s: an event cannot be written as JSON: %v", s.route.name(), err)
		return
	}
	if kind != "" {
		fmt.Fprintf(&s.text, "event: %s\n", kind)
	}
	fmt.Fprintf(&s.text, "id: %s\ndata: %s\n\n", id, text)
}

// flush sends what there is, and reports whether the client took it.
func (s *stream) flush() bool {
	if !s.api.streams.hurry(s) {
		return false
	}
	_, err := s.w.Write(s.text.Bytes())
	s.text.Reset()
	return err == nil && s.control.Flush() == nil
}

// over returns why the stream has to end, "" if it has not: the account is not served here
// any more or by other server blocks, or the bearer may not read its queries any longer.
func (s *stream) over(of []*querylog.Recent) string {
	accounts := s.api.cfg.Accounts()
	i := slices.IndexFunc(accounts, func(a Account) bool { return a.Account == s.account.Account })
	if i < 0 {
		return "the account is not served here any more"
	}
	s.account = accounts[i]
	now := s.account.Token(s.token.ID)
	if now == nil || now.Hash != s.token.Hash || !now.Usable(time.Now(), s.client()) {
		return "the token cannot be used any more"
	}
	if now != s.token {
		if s.token = now; s.authorize() != nil || s.readsAll() != nil {
			return "the token may not read this any more"
		}
	}
	if !slices.Equal(of, s.recents()) {
		return "the configuration was read again"
	}
	return ""
}
