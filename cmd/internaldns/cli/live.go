package cli

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/forward"
	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
	"github.com/internaldns/internaldns/plugin/pkg/explain"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/resolverpolicy"
)

// liveTimeout bounds one question that is really asked.
const liveTimeout = 10 * time.Second

// asked is a question that was really asked, and the answer.
type asked struct {
	Name  string   `json:"name"`
	Type  string   `json:"type"`
	Error string   `json:"error,omitempty"` // no answer came, why
	Reply []string `json:"reply,omitempty"` // in dig's words
}

// askLive asks the plugins below the suite what the query would ask them. They
// run as they would in the server, but for what they do when it starts: forward
// is started and stopped here.
func askLive(b *scope.Block, x *explain.Explanation, a asker.Asker, r *dns.Msg) []asked {
	var names []string
	switch {
	case x.Route == "public":
		names = []string{r.Question[0].Name}
	case x.Fallback != nil && x.Fallback.Decision == "ask":
		for _, ask := range x.Fallback.Asks {
			if !ask.Private {
				names = append(names, ask.Name)
			}
		}
	}
	path := asker.Below(b)
	if len(names) == 0 || len(path) == 0 {
		return nil
	}
	defer startForwards(path)()
	var out []asked
	for _, name := range names {
		request := r.Copy()
		request.Question[0].Name = name
		l, more := askOne(path[0], a, request)
		out = append(out, l)
		if !more {
			break
		}
	}
	return out
}

// startForwards starts what asks upstreams and gives how to stop it.
func startForwards(path []plugin.Handler) (stop func()) {
	var started []*forward.Forward
	for _, h := range path {
		for f, ok := h.(*forward.Forward); ok; f, ok = f.Next.(*forward.Forward) {
			if f.OnStartup() == nil {
				started = append(started, f)
			}
		}
	}
	return func() {
		for _, f := range started {
			f.OnShutdown()
		}
	}
}

// askOne asks one question and reports whether a fallback would go on to the next:
// public DNS has nothing for this one, and did not fail (SPEC 6).
func askOne(h plugin.Handler, a asker.Asker, r *dns.Msg) (asked, bool) {
	ctx, cancel := context.WithTimeout(context.Background(), liveTimeout)
	defer cancel()
	w := &recorder{client: a.Client.AsSlice()}
	out := asked{Name: r.Question[0].Name, Type: dns.Type(r.Question[0].Qtype).String()}
	rcode, err := h.ServeDNS(ctx, w, r)
	switch {
	case w.reply != nil:
		out.Reply = dig(w.reply)
		return out, w.reply.Rcode != dns.RcodeServerFailure && !resolverpolicy.Answers(w.reply)
	case err != nil:
		out.Error = err.Error()
	default:
		out.Error = dns.RcodeToString[rcode]
	}
	return out, false
}

// recorder is a response writer that keeps the reply.
type recorder struct {
	dns.ResponseWriter
	client net.IP
	reply  *dns.Msg
}

// RemoteAddr implements dns.ResponseWriter.
func (w *recorder) RemoteAddr() net.Addr { return &net.UDPAddr{IP: w.client, Port: dnsPort} }

// LocalAddr implements dns.ResponseWriter.
func (w *recorder) LocalAddr() net.Addr {
	return &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: dnsPort}
}

// WriteMsg implements dns.ResponseWriter.
func (w *recorder) WriteMsg(m *dns.Msg) error {
	w.reply = m
	return nil
}

// Write implements dns.ResponseWriter.
func (w *recorder) Write(packet []byte) (int, error) {
	m := new(dns.Msg)
	if err := m.Unpack(packet); err != nil {
		return 0, err
	}
	w.reply = m
	return len(packet), nil
}

const dnsPort = 53

// dig words a message.
func dig(m *dns.Msg) []string {
	out := []string{fmt.Sprintf(";; status: %s, records: %d, %d, %d", dns.RcodeToString[m.Rcode], len(m.Answer), len(m.Ns), len(m.Extra))}
	for _, s := range []struct {
		title   string
		records []dns.RR
	}{{"ANSWER", m.Answer}, {"AUTHORITY", m.Ns}} {
		if len(s.records) > 0 {
			out = append(out, ";; "+s.title+" SECTION:")
		}
		for _, rr := range s.records {
			out = append(out, strings.ReplaceAll(rr.String(), "\t", " "))
		}
	}
	return out
}

// writeAround writes what stands around the suite: whom the public path asks, and
// what it said.
func (x *explained) writeAround(p *program) {
	asks := x.Route == "public" || x.Fallback != nil && x.Fallback.Decision == "ask"
	if asks {
		var path []string
		for _, u := range x.PublicPath {
			path = append(path, strings.TrimSpace(u.Plugin+" "+strings.Join(u.Addresses, " ")))
		}
		text := "the public path: " + strings.Join(path, " → ")
		if len(path) == 0 {
			text = "there is no public path: no plugin stands below the suite"
		}
		fmt.Fprintf(p.stdout, "\n%s\n", printable(text))
	}
	for _, l := range x.Live {
		fmt.Fprintf(p.stdout, "\n%s\n", bold(p.color, printable(fmt.Sprintf(";; asked live: %s %s", l.Name, l.Type))))
		if l.Error != "" {
			fmt.Fprintln(p.stdout, printable(";; no answer: "+l.Error))
		}
		for _, line := range l.Reply {
			fmt.Fprintln(p.stdout, printable(line))
		}
	}
}
