package internaldns

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/internaldns/internaldns/plugin/internaldns/dashboard"
	"github.com/internaldns/internaldns/plugin/pkg/api"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/telemetry"
)

// process is what server blocks share, across reloads: a store is locked against another
// opening, and an address can be listened on once. All of it is there as long as a block
// that serves has need of it.
var process = &shared{
	stores: make(map[string]*openedStore), accounts: make(map[accountKey]*live.Account), listeners: make(map[string]*listener),
	sessions: api.NewSessions(), pages: sync.OnceValue(dashboard.New),
	streams: make(map[string]*api.StreamCounts), histories: make(map[accountKey]*telemetry.History),
}

// member is a server block that serves an account.
type member struct {
	config  *Config
	scope   *scope.Scope
	block   *live.Block
	streams *api.StreamCounts // set before the account, as is history
	history *telemetry.History
	account atomic.Pointer[live.Account]
}

// accountKey tells accounts apart.
type accountKey struct{ store, name string }

func (m *member) key() accountKey { return accountKey{m.config.Store, m.config.Account} }

// shared is safe for concurrent use.
type shared struct {
	members  scope.Serving[member]
	sessions *api.Sessions
	pages    func() *dashboard.Handler // made when it is wanted first

	mu        sync.Mutex
	stores    map[string]*openedStore // by file
	accounts  map[accountKey]*live.Account
	listeners map[string]*listener
	streams   map[string]*api.StreamCounts // by name of the account, across stores
	histories map[accountKey]*telemetry.History
	sampler   *sampler // nil without an account
}

// open gives a block its account, which is opened if no other block has it.
func (s *shared) open(m *member) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	account := s.accounts[m.key()]
	if account != nil {
		if err := s.stores[m.config.Store].fits(m.config); err != nil {
			return fmt.Errorf("%s: store %s: %w", m.config.pos, m.config.Store, err)
		}
	}
	if account == nil {
		opened, err := s.openAccount(m)
		if err != nil {
			s.sweepLocked()
			return err
		}
		account = opened
	}
	account.KeepHistory(m.config.History)
	if m.streams = s.streams[m.config.Account]; m.streams == nil {
		m.streams = new(api.StreamCounts)
		s.streams[m.config.Account] = m.streams
	}
	m.history = s.histories[m.key()]
	m.account.Store(account)
	return nil
}

func (s *shared) openAccount(m *member) (*live.Account, error) {
	file, name := m.config.Store, m.config.Account
	opened := s.stores[file]
	if opened == nil {
		var err error
		if opened, err = openStore(m.config); err != nil {
			return nil, fmt.Errorf("%s: store: %w", m.config.pos, err)
		}
		s.stores[file] = opened
	}
	if err := opened.fits(m.config); err != nil {
		return nil, fmt.Errorf("%s: store %s: %w", m.config.pos, file, err)
	}
	account, err := live.Open(context.Background(), live.Config{
		Name: name, Store: opened.Store, History: m.config.History, Blocks: func() []*live.Block { return s.blocks(m.key()) },
		Moved: func(now store.State) { opened.moved(name, now) },
	})
	if err != nil {
		return nil, fmt.Errorf("%s: store %s: %w", m.config.pos, file, err)
	}
	s.accounts[m.key()], s.histories[m.key()] = account, telemetry.NewHistory()
	if s.sampler == nil {
		s.sampler = startSampler()
	}
	return account, firstToken(account, filepath.Dir(file))
}

// blocks returns the blocks that serve an account, the newest first.
func (s *shared) blocks(key accountKey) (blocks []*live.Block) {
	for _, m := range s.members.All() {
		if m.key() == key && m.account.Load() != nil {
			blocks = append(blocks, m.block)
		}
	}
	return blocks
}

// serve has a block, which is among the members, serve its account, and the API be there.
func (s *shared) serve(m *member) error {
	if err := m.account.Load().Attach(m.block); err != nil {
		return fmt.Errorf("%s: %w", m.config.pos, err)
	}
	m.scope.Attached()
	m.record()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range m.config.Listen {
		l := s.listeners[a.String()]
		if l == nil {
			var err error
			if l, err = listen(a.String(), s.api(a)); err != nil {
				s.sweepLocked()
				return fmt.Errorf("%s: listen: %w", m.config.pos, err)
			}
			s.listeners[a.String()] = l
			log.Infof("API on %s", a)
		}
		l.secure(m.config.TLS)
	}
	return nil
}

// api returns the API of an address.
func (s *shared) api(a address) *api.API {
	return api.New(api.Config{
		Accounts: func() []api.Account { return s.accountsAt(a) },
		Hosts:    func(name, port string) bool { return s.named(a, name, port) },
		Pages:    func() http.Handler { return s.pagesAt(a) },
		Sessions: s.sessions,
		Observe:  observe, Version: scope.Version, Host: hostname(),
	})
}

// named reports whether a host is one that the blocks listen on at an address, by a name
// or an address of their own or one of their certificates, or that they have at any port.
func (s *shared) named(at address, host, port string) bool {
	own := port == "" || port == at.Port
	for _, m := range s.members.All() {
		if m.config.listensAt(at) && slices.Contains(m.config.Hosts, host) {
			return true
		}
		for _, a := range m.config.Listen {
			if own && (a.Port == at.Port && a.Host == host || a.String() == at.String() && certified(m.config.TLS, host)) {
				return true
			}
		}
	}
	return false
}

// pagesAt returns the dashboard if a block wants it at an address, else nil.
func (s *shared) pagesAt(at address) http.Handler {
	for _, m := range s.members.All() {
		if m.config.Dashboard && m.config.listensAt(at) {
			return s.pages()
		}
	}
	return nil
}

// accountsAt returns the accounts that are served at an address, each as its newest block
// has it.
func (s *shared) accountsAt(at address) (accounts []api.Account) {
	seen := make(map[string]bool)
	for _, m := range s.members.All() {
		account := m.account.Load()
		if account == nil || seen[m.config.Account] || !m.config.listensAt(at) {
			continue
		}
		seen[m.config.Account] = true
		accounts = append(accounts, api.Account{
			Account: account, Server: m.config.serverName(), Servers: func() []api.Server { return s.servers(account) }, Streams: m.streams, History: m.history,
			RateLimit: m.config.RateLimit, Guardrails: m.config.Guardrails, HideInternal: m.config.HideInternal,
		})
	}
	return accounts
}

// servers returns the server blocks that serve an account, in the order of the Corefile;
// while a reload goes on those of the instance that ends are not among them.
func (s *shared) servers(account *live.Account) (servers []api.Server) {
	seen := make(map[problem.Pos]bool)
	for _, m := range s.members.All() {
		if m.account.Load() != account || seen[m.config.pos] {
			continue
		}
		seen[m.config.pos] = true
		b := m.scope.Block()
		b.Pos = m.config.pos
		servers = append(servers, api.Server{Block: b, Live: m.block, Addresses: m.scope.Servers()})
	}
	slices.SortFunc(servers, func(a, b api.Server) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line))
	})
	return servers
}

// restore has everything be as those who go on serving say, after others that had begun
// to did not come to their end.
func (s *shared) restore() {
	for _, m := range slices.Backward(s.members.All()) {
		if account := m.account.Load(); account != nil {
			account.KeepHistory(m.config.History)
			account.Detach()
		}
		s.mu.Lock()
		for _, a := range m.config.Listen {
			if l := s.listeners[a.String()]; l != nil {
				l.secure(m.config.TLS)
			}
		}
		s.mu.Unlock()
	}
	s.sweep()
}

// leave tells that a block serves no more. It is not among the members any longer.
func (s *shared) leave(m *member) {
	if account := m.account.Load(); account != nil {
		account.Detach()
	}
	s.sweep()
}

// sweep gives back what no block needs.
func (s *shared) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sweepLocked()
}

func (s *shared) sweepLocked() {
	accounts, stores, addresses := make(map[accountKey]bool), make(map[string]bool), make(map[string]bool)
	for _, m := range s.members.All() {
		accounts[m.key()], stores[m.config.Store] = true, true
		for _, a := range m.config.Listen {
			addresses[a.String()] = true
		}
	}
	for at, l := range s.listeners {
		if !addresses[at] {
			delete(s.listeners, at)
			l.stop()
		}
	}
	for key, account := range s.accounts {
		if !accounts[key] {
			delete(s.accounts, key)
			delete(s.histories, key)
			account.Close()
			if opened := s.stores[key.store]; opened != nil {
				opened.gone(key.name)
			}
		}
	}
	if len(s.accounts) == 0 && s.sampler != nil {
		s.sampler.end()
		s.sampler = nil
	}
	for file, opened := range s.stores {
		if stores[file] {
			continue
		}
		delete(s.stores, file)
		if err := opened.Close(); err != nil {
			log.Errorf("Store %s: %v", file, err)
		}
	}
}
