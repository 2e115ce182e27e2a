package twin

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	"github.com/coredns/coredns/plugin/pkg/dnstest"
	"github.com/coredns/coredns/plugin/test"
	"github.com/miekg/dns"

	_ "github.com/internaldns/internaldns/plugin/dnsview"
	_ "github.com/internaldns/internaldns/plugin/internalzone"
	"github.com/internaldns/internaldns/plugin/pkg/datagram"
	_ "github.com/internaldns/internaldns/plugin/referencezone"
	"github.com/internaldns/internaldns/plugin/resolverpolicy"
)

// publicDirective stands below the suite. Its setup ends the load: the chain is
// complete by then, and no socket has been opened.
const publicDirective = "twinpublic"

// serial is the modification time of the Corefile, which becomes the serial of
// synthesized SOA records (SPEC 3).
const serial = 1700000000

var errLoaded = errors.New("twin: loaded")

var corefilePath string

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // random worlds earn many warnings
	plugin.Register(publicDirective, func(c *caddy.Controller) error {
		c.Set(publicDirective, dnsserver.GetConfig(c))
		c.OnStartup(func() error { return errLoaded }) // after the suite's, before the first socket
		return nil
	})
	dnsserver.Directives = []string{"resolverpolicy", "dnsview", "internalzone", "referencezone", publicDirective}
	dir, err := os.MkdirTemp("", "twin")
	if err != nil {
		panic(err)
	}
	corefilePath = filepath.Join(dir, "Corefile")
	if err := os.WriteFile(corefilePath, nil, 0o600); err != nil {
		panic(err)
	}
	if err := os.Chtimes(corefilePath, time.Time{}, time.Unix(serial, 0)); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

// product is the suite's chain for one world, with public DNS below it.
type product struct {
	first    plugin.Handler
	public   *publicHandler
	instance *caddy.Instance
	loop     datagram.Loop // of fast_udp
}

// close ends what the start began: Caddy does not for an instance that failed.
func (p *product) close() {
	for _, f := range p.instance.OnShutdown {
		_ = f()
	}
}

// starting is held while a world is loaded.
var starting sync.Mutex

// load builds the chain from the world's Corefile, as a start would.
func load(w world) (*product, error) {
	text := w.corefile()
	starting.Lock() // CoreDNS keeps state of the process
	defer starting.Unlock()
	instance, err := caddy.Start(caddy.CaddyfileInput{Filepath: corefilePath, Contents: []byte(text), ServerTypeName: "dns"})
	if !errors.Is(err, errLoaded) {
		return nil, fmt.Errorf("the world does not load: %w", err)
	}
	config := instance.Storage[publicDirective].(*dnsserver.Config)
	p := &product{public: &publicHandler{table: w.Public}, instance: instance}
	p.first = p.public
	for i := len(config.Plugin) - 1; i >= 0; i-- {
		p.first = config.Plugin[i](p.first)
	}
	policies := config.Handler("resolverpolicy").(*resolverpolicy.ResolverPolicy)
	p.loop = policies.Datagrams(&dnsserver.Server{Addr: "dns://:1053"}).Loop(netip.MustParseAddrPort("127.0.0.1:53"))
	return p, nil
}

// ask sends one question through the chain.
func (p *product) ask(q question) answer {
	p.public.asked = nil
	rec := dnstest.NewRecorder(&test.ResponseWriter{RemoteIP: q.Client})
	rcode, err := p.first.ServeDNS(context.Background(), rec, q.request())
	got := answer{public: p.public.asked}
	switch {
	case rec.Msg == nil && plugin.ClientWrite(rcode):
		got.broken = fmt.Sprintf("no reply, return code %d, error %v", rcode, err)
	case rec.Msg == nil: // the server writes it
		got.rcode, got.empty = rcode, true
	case !plugin.ClientWrite(rcode) || err != nil:
		got.broken = fmt.Sprintf("a reply and return code %d, error %v", rcode, err)
	default:
		got.read(rec.Msg)
	}
	if how := p.differsDirect(q, got); how != "" && got.broken == "" {
		got.broken = "fast_udp: " + how
	}
	return got
}

// differsDirect sends the question past the chain as well, and tells how the answer differs
// from the chain's, "" if it does not or there is none.
func (p *product) differsDirect(q question, chained answer) string {
	packet, err := q.request().Pack()
	if err != nil {
		return err.Error()
	}
	p.loop.Read([][]byte{packet})
	out, ok := p.loop.Answer(nil, 0, netip.AddrPortFrom(netip.MustParseAddr(cmp.Or(q.Client, "10.240.0.1")), 4242))
	if !ok {
		return ""
	}
	direct.Add(1)
	m := new(dns.Msg)
	if err := m.Unpack(out); err != nil {
		return err.Error()
	}
	var got answer
	got.read(m)
	if a, b := got.String(), chained.String(); a != b {
		return fmt.Sprintf("%s\nthe chain: %s", a, b)
	}
	return ""
}

// direct is how many questions were answered without the chain.
var direct atomic.Int64

// request makes the client's message.
func (q question) request() *dns.Msg {
	m := new(dns.Msg)
	m.SetQuestion(q.Name, q.Type)
	m.Id = 4711
	m.RecursionDesired = q.RD
	if q.Chaos {
		m.Question[0].Qclass = dns.ClassCHAOS
	}
	if q.EDNS {
		m.SetEdns0(1232, false)
	}
	return m
}

// read takes from a message what the twin foretells.
func (a *answer) read(m *dns.Msg) {
	a.rcode, a.aa, a.ad, a.ra = m.Rcode, m.Authoritative, m.AuthenticatedData, m.RecursionAvailable
	a.answer, a.authority, a.additional = lines(m.Answer), lines(m.Ns), addresses(m.Extra)
	a.ede = edeForbidden
	if opt := m.IsEdns0(); opt != nil {
		for _, o := range opt.Option {
			if _, ok := o.(*dns.EDNS0_EDE); ok {
				a.ede = edeRequired
			}
		}
	}
	if m.Id != 4711 || !m.Response || len(m.Question) != 1 {
		a.broken = "header or question: " + strings.ReplaceAll(m.String(), "\n", " ")
	}
}
