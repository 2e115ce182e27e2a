package internaldns

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/domain"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd"
)

// The defaults of the properties.
const (
	defaultAccount = "default"
	defaultStore   = "internaldns.db"
	defaultListen  = "127.0.0.1:8080"
	defaultLimit   = 1200 // calls of a token in 5 minutes
	defaultHistory = 90 * 24 * time.Hour
	maxName        = 64 // octets of an account's name
)

// Config is what a server block says of an account.
type Config struct {
	Account      string
	Store        string        // absolute path of the file, or of the copy
	Etcd         *etcd.Options // nil: Store is all there is
	Server       string        // name in the cluster; "": the machine's
	Listen       []address
	Hosts        []string    // names that clients have for the API besides, at any port
	TLS          *tls.Config // nil: HTTP
	Dashboard    bool
	RateLimit    int
	History      time.Duration // 0: for ever
	Guardrails   bool
	HideInternal bool

	pos      problem.Pos
	storePos problem.Pos
	root     string
	tlsFiles []string
	off      bool // listen off
}

// address is one that the API listens on.
type address struct {
	Host     string // as written: a name or an address
	Port     string
	insecure bool // plain HTTP beyond loopback is wanted
}

func (a address) String() string { return net.JoinHostPort(a.Host, a.Port) }

// loopback reports whether only programs of this machine can connect.
func (a address) loopback() bool {
	addr, err := netip.ParseAddr(a.Host)
	return a.Host == "localhost" || err == nil && addr.Unmap().WithZone("").IsLoopback()
}

// listensAt reports whether the API is to be served at an address.
func (cfg *Config) listensAt(at address) bool {
	return slices.ContainsFunc(cfg.Listen, func(a address) bool { return a.String() == at.String() })
}

func newConfig(head scope.Line, root string, before *Config) (*Config, error) {
	if before != nil {
		return nil, fmt.Errorf("a server block serves one account, and has that of %s already", before.pos)
	}
	cfg := &Config{Account: defaultAccount, Dashboard: true, RateLimit: defaultLimit, History: defaultHistory, Guardrails: true, pos: head.Pos, root: root}
	switch len(head.Words) {
	case 0:
	case 1:
		cfg.Account = head.Words[0]
	default:
		return nil, errors.New("write: internaldns [ACCOUNT]")
	}
	if bad := strings.Trim(cfg.Account, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"); bad != "" || cfg.Account == "" || len(cfg.Account) > maxName {
		return nil, fmt.Errorf("account name %q, allowed: up to %d letters, digits, - and _", cfg.Account, maxName)
	}
	return cfg, cfg.setStore(scope.Line{Words: []string{defaultStore}})
}

func (cfg *Config) object() string { return fmt.Sprintf("%s %q", pluginName, cfg.Account) }

func (cfg *Config) properties() []scope.Property {
	return []scope.Property{
		{Usage: "store FILE|etcd {...}", Min: 1, Max: 1, Set: cfg.setStore, Block: cfg.etcdBlock},
		{Usage: "listen ADDRESS [insecure]...|off", Repeat: true, Min: 1, Max: -1, Set: cfg.setListen},
		{Usage: "host NAME...", Repeat: true, Min: 1, Max: -1, Set: cfg.setHosts},
		{Usage: "tls CERT KEY [CACERT]", Min: 2, Max: 3, Set: cfg.setTLS},
		{Usage: "dashboard on|off", Min: 1, Max: 1, Set: onOff("dashboard", &cfg.Dashboard)},
		{Usage: "rate_limit N", Min: 1, Max: 1, Set: cfg.setRateLimit},
		{Usage: "history DURATION|forever", Min: 1, Max: 1, Set: cfg.setHistory},
		{Usage: "guardrails on|off", Min: 1, Max: 1, Set: onOff("guardrails", &cfg.Guardrails)},
		{Usage: "hide_internal", Set: func(scope.Line) error {
			cfg.HideInternal = true
			return nil
		}},
	}
}

func onOff(name string, into *bool) func(scope.Line) error {
	return func(l scope.Line) error {
		switch l.Words[0] {
		case "on":
			*into = true
		case "off":
			*into = false
		default:
			return fmt.Errorf("%s %q, allowed: on, off", name, l.Words[0])
		}
		return nil
	}
}

func (cfg *Config) setStore(l scope.Line) (err error) {
	name := l.Words[0]
	cfg.storePos = l.Pos
	if name == etcdWord {
		cfg.Etcd = &etcd.Options{Path: etcd.DefaultPath}
		name = defaultCopy
	}
	cfg.Store, err = filepath.Abs(cfg.file(name))
	return err
}

// file returns the path of a file that the Corefile names.
func (cfg *Config) file(name string) string {
	if !filepath.IsAbs(name) && cfg.root != "" {
		return filepath.Join(cfg.root, name)
	}
	return name
}

func (cfg *Config) setListen(l scope.Line) error {
	for i, word := range l.Words {
		switch {
		case word == "off":
			cfg.off = true
			if len(l.Words) > 1 {
				return errors.New("off stands alone")
			}
		case word == "insecure":
			if i == 0 || l.Words[i-1] == "insecure" {
				return errors.New("insecure follows an address")
			}
			cfg.Listen[len(cfg.Listen)-1].insecure = true
		default:
			host, port, err := net.SplitHostPort(word)
			if err != nil {
				return fmt.Errorf("%q is no address, write HOST:PORT, such as %s", word, defaultListen)
			}
			if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
				return fmt.Errorf("%q has no port from 1 to 65535", word)
			}
			cfg.Listen = append(cfg.Listen, address{Host: strings.ToLower(host), Port: port})
		}
	}
	return nil
}

func (cfg *Config) setHosts(l scope.Line) error {
	for _, word := range l.Words {
		name, err := domain.Canonical(word)
		if _, notAddr := netip.ParseAddr(word); notAddr != nil && (err != nil || name == domain.Root || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "") {
			return fmt.Errorf("host %q is no name or address; write it without scheme and port", word)
		}
		cfg.Hosts = append(cfg.Hosts, strings.ToLower(strings.TrimSuffix(word, ".")))
	}
	return nil
}

func (cfg *Config) setTLS(l scope.Line) error {
	for _, name := range l.Words {
		cfg.tlsFiles = append(cfg.tlsFiles, cfg.file(name))
	}
	var err error
	cfg.TLS, err = newTLS(cfg.tlsFiles)
	return err
}

func (cfg *Config) setRateLimit(l scope.Line) error {
	n, err := strconv.Atoi(l.Words[0])
	if err != nil || n < 1 || n > 1_000_000_000 {
		return fmt.Errorf("rate_limit %q is not a number from 1 up", l.Words[0])
	}
	cfg.RateLimit = n
	return nil
}

func (cfg *Config) setHistory(l scope.Line) error {
	word := l.Words[0]
	if word == "forever" {
		cfg.History = 0
		return nil
	}
	d, err := time.ParseDuration(word)
	if days, ok := strings.CutSuffix(word, "d"); ok { // which Go does not know
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d <= 0 {
		return fmt.Errorf("history %q is no duration such as 90d or 12h, nor forever", word)
	}
	cfg.History = d
	return nil
}

// finish checks what concerns several properties, and several blocks.
func (cfg *Config) finish(all *declarations) (problems problem.List) {
	fail := func(format string, args ...any) {
		problems.Errorf(problem.PropertyInvalid, cfg.pos, cfg.object(), format, args...)
	}
	switch {
	case cfg.off && len(cfg.Listen) > 0:
		fail("listen off goes with no other address")
	case !cfg.off && len(cfg.Listen) == 0:
		host, port, _ := net.SplitHostPort(defaultListen)
		cfg.Listen = []address{{Host: host, Port: port}}
	}
	problems = append(problems, cfg.finishEtcd()...)
	for _, a := range cfg.Listen {
		if cfg.TLS == nil && !a.insecure && !a.loopback() {
			fail("listen %s: tokens would cross the network as plain text; add tls CERT KEY, or write insecure behind the address if something else protects it", a)
		}
	}
	return append(problems, all.add(cfg)...)
}

// declarations are what the blocks of one Corefile say of accounts.
type declarations struct{ all []*Config }

// add takes another one, which must not contradict those before.
func (d *declarations) add(cfg *Config) (problems problem.List) {
	for _, other := range d.all {
		if other.Account == cfg.Account && !other.same(cfg) {
			problems.Errorf(problem.PropertyInvalid, cfg.pos, cfg.object(), "another server block says something else of this account, at %s; write the same in both", other.pos)
			break
		}
	}
	for _, other := range d.all {
		if a, ok := other.contradicts(cfg); ok {
			problems.Errorf(problem.PropertyInvalid, cfg.pos, cfg.object(), "listen %s: the server block at %s has another tls for this address; write the same in both", a, other.pos)
			break
		}
	}
	d.all = append(d.all, cfg)
	return problems
}

// contradicts returns an address at which two accounts are to be served in different ways.
func (cfg *Config) contradicts(other *Config) (address, bool) {
	if cfg.Account == other.Account || slices.Equal(cfg.tlsFiles, other.tlsFiles) {
		return address{}, false
	}
	for _, a := range cfg.Listen {
		for _, b := range other.Listen {
			if a.String() == b.String() {
				return b, true
			}
		}
	}
	return address{}, false
}

// same reports whether two blocks say the same of an account.
func (cfg *Config) same(other *Config) bool {
	a, b := *cfg, *other
	for _, c := range []*Config{&a, &b} {
		c.pos, c.storePos, c.TLS, c.root = problem.Pos{}, problem.Pos{}, nil, ""
	}
	return reflect.DeepEqual(a, b)
}
