package cli

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/netip"

	"github.com/internaldns/internaldns/plugin/pkg/asker"
)

// explained is what `explain -json` prints.
type explained struct {
	asker.Explained
	Live []asked `json:"live,omitempty"`
}

// explainFlags are the flags of explain as they are written.
type explainFlags struct {
	conf                string
	query               asker.Query
	reverse, live, json bool
}

func prepareExplain(flags *flag.FlagSet) body {
	f := new(explainFlags)
	q := &f.query
	flags.StringVar(&f.conf, "conf", defaultCorefile, "Corefile to read, a `FILE` or stdin")
	flags.StringVar(&q.Block, "block", "", "`KEY` of the server block or its position, where it cannot be told from the query")
	flags.StringVar(&q.Client, "client", "127.0.0.1", "`IP` address of the client")
	flags.StringVar(&q.Server, "server", "", "`IP` address the query arrives at, with or without a port")
	flags.StringVar(&q.Transport, "transport", "", "`TRANSPORT` it arrives by: udp, tcp, tls, https, https3, quic or grpc (default: any)")
	flags.StringVar(&q.Host, "host", "", "`NAME` of the host in the HTTPS request, or of the server in the TLS handshake")
	flags.StringVar(&q.Identity, "identity", "", "`MAIL` address of who asks, as if a client certificate showed it")
	flags.BoolVar(&f.reverse, "x", false, "NAME is an IP address, ask for its reverse name; with the type PTR that needs no flag")
	flags.BoolVar(&q.DNSSEC, "dnssec", false, "ask with DO, the flag for DNSSEC records")
	flags.BoolVar(&q.NoRecursion, "norecurse", false, "ask without RD, the flag for recursion")
	flags.BoolVar(&f.live, "live", false, "really ask public DNS where the query would be sent there")
	flags.BoolVar(&f.json, "json", false, "print one JSON object")
	api := addRemoteFlags(flags)
	return func(p *program, args []string) (int, error) {
		if !api.given() {
			return p.explain(f, args)
		}
		r, err := api.openInstead(flags, "conf", "live")
		if err == nil {
			err = r.explain(p, f, args)
		}
		return exitOf(err), err
	}
}

func (p *program) explain(f *explainFlags, args []string) (int, error) {
	q, err := f.parse(args)
	if err != nil {
		return exitFailure, err
	}
	c, err := p.loadGood(f.conf)
	if err != nil {
		return exitFailure, err
	}
	b, err := c.block(f.query.Block)
	if f.query.Block == "" && len(c.blocks) > 0 {
		b, err = c.blockFor(&q)
	}
	if err != nil {
		return exitFailure, err
	}
	out := explained{Explained: q.Explain(b)}
	if f.live {
		out.Live = askLive(b, out.Explanation, q.Asker, q.Request)
	}
	if f.json {
		return exitOK, printJSON(p.stdout, out)
	}
	return exitOK, out.print(p)
}

// print writes an explanation as text.
func (x *explained) print(p *program) error {
	if err := x.WriteText(p.stdout, p.color); err != nil {
		return err
	}
	x.writeAround(p)
	return nil
}

// explain has a server say why a query gets its answer.
func (r *remote) explain(p *program, f *explainFlags, args []string) error {
	if _, err := f.parse(args); err != nil {
		return err
	}
	path, err := r.inAccount("/internal_dns/explain")
	if err != nil {
		return err
	}
	var given json.RawMessage
	if _, err := r.call(http.MethodPost, path, f.query, &given); err != nil {
		return err
	}
	if f.json {
		return printJSON(p.stdout, given)
	}
	var out explained
	err = json.Unmarshal(given, &out)
	if err == nil && out.Explanation == nil {
		err = errors.New("there is no explanation")
	}
	if err == nil {
		err = out.Check()
	}
	if err != nil {
		return fmt.Errorf("%s answers what this version cannot read: %w", r.base, err)
	}
	return out.print(p)
}

// parse reads the flags and arguments, and completes the query.
func (f *explainFlags) parse(args []string) (p asker.Parsed, err error) {
	if len(args) < 1 || len(args) > 2 {
		return p, usagef("a name is explained, with a type or without, found %d words", len(args))
	}
	q := &f.query
	q.Name = args[0]
	if len(args) == 2 {
		q.Type = args[1]
	}
	if _, err := netip.ParseAddr(q.Name); err != nil && f.reverse {
		return p, usagef("-x takes an IP address, found %q", q.Name)
	}
	q.Reverse = f.reverse
	if p, err = q.Parse(); err != nil {
		return p, usagef("%s", worded(err))
	}
	return p, nil
}

// worded names the member of a query that is wrong as the command line does.
func worded(err error) string {
	member, ok := errors.AsType[*asker.MemberError](err)
	switch {
	case !ok || member.Member == "name":
		return err.Error()
	case member.Member == "type":
		return member.Text
	}
	return "-" + member.Member + " " + member.Text
}
