package internaldns

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"

	"github.com/internaldns/internaldns/plugin/pkg/problem"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd"
)

const (
	etcdWord    = "etcd"
	defaultCopy = "internaldns.copy.db"
)

// etcdBlock is what stands behind `store etcd`, nil behind `store FILE`. The words are those
// of CoreDNS's etcd plugin, and two more.
func (cfg *Config) etcdBlock() *scope.Declaration {
	if cfg.Etcd == nil {
		return nil
	}
	return &scope.Declaration{Object: cfg.object(), Properties: []scope.Property{
		{Usage: "endpoint URL...", Repeat: true, Min: 1, Max: -1, Set: cfg.setEndpoints},
		{Usage: "path PATH", Min: 1, Max: 1, Set: cfg.setPath},
		{Usage: "credentials USERNAME PASSWORD", Min: 2, Max: 2, Secret: true, Set: func(l scope.Line) error {
			cfg.Etcd.Username, cfg.Etcd.Password = l.Words[0], l.Words[1]
			if l.Words[0] == "" || l.Words[1] == "" {
				return errors.New("credentials: neither the name nor the password can be empty")
			}
			return nil
		}},
		{Usage: "tls [CERT KEY] [CACERT]", Min: 1, Max: 3, Set: cfg.setEtcdTLS},
		{Usage: "copy FILE", Min: 1, Max: 1, Set: func(l scope.Line) (err error) {
			cfg.Store, err = filepath.Abs(cfg.file(l.Words[0]))
			return err
		}},
		{Usage: "server NAME", Min: 1, Max: 1, Set: func(l scope.Line) error {
			cfg.Server = l.Words[0]
			if cfg.Server == "" || len(cfg.Server) > store.MaxAccount {
				return fmt.Errorf("server: the name has 1 to %d octets, not %d", store.MaxAccount, len(cfg.Server))
			}
			return nil
		}},
	}}
}

func (cfg *Config) setEndpoints(l scope.Line) error {
	for _, word := range l.Words {
		u, err := url.Parse(word)
		switch {
		case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "":
			return errors.New("endpoint: not a URL such as https://192.0.2.1:2379")
		case u.User != nil: // which messages would show
			return errors.New("endpoint: a URL has no name and password here, write: credentials USERNAME PASSWORD")
		}
		cfg.Etcd.Endpoints = append(cfg.Etcd.Endpoints, word)
	}
	return nil
}

func (cfg *Config) setPath(l scope.Line) error {
	path := l.Words[0]
	if !strings.HasPrefix(path, "/") || strings.Trim(path, "/") == "" {
		return fmt.Errorf("path %q, write one such as %s", path, etcd.DefaultPath)
	}
	cfg.Etcd.Path = path
	return nil
}

// setEtcdTLS reads what CoreDNS's etcd plugin does: one file is the authorities'.
func (cfg *Config) setEtcdTLS(l scope.Line) error {
	files := make([]string, len(l.Words))
	for i, name := range l.Words {
		files[i] = cfg.file(name)
	}
	if len(files) != 2 {
		cfg.Etcd.CA = files[len(files)-1]
	}
	if len(files) > 1 {
		cfg.Etcd.Cert, cfg.Etcd.Key = files[0], files[1]
	}
	return nil
}

// finishEtcd checks what concerns several words about etcd.
func (cfg *Config) finishEtcd() (problems problem.List) {
	if cfg.Etcd == nil {
		return nil
	}
	cfg.Etcd.Copy = cfg.Store
	err := cfg.Etcd.Check()
	if len(cfg.Etcd.Endpoints) == 0 {
		err = errors.New("store etcd: no endpoint; write endpoint URL... into the block behind it")
	}
	if err != nil {
		problems.Errorf(problem.PropertyInvalid, cfg.storePos, cfg.object(), "%s", err)
	}
	return problems
}

// serverName returns how the others of a cluster know this server: two processes of one
// machine cannot listen on one port.
func (cfg *Config) serverName() string {
	name := cmp.Or(cfg.Server, hostname())
	if cfg.Server == "" && len(cfg.Listen) > 0 {
		name += ":" + cfg.Listen[0].Port
	}
	return cmp.Or(name, cfg.Store)
}

// openedStore is a store that accounts of this process are in.
type openedStore struct {
	store.Store
	options *etcd.Options // nil: a file
	cluster store.Cluster // nil: a file

	mu     sync.Mutex
	server store.Server // as it is announced
}

// openStore opens what a block names.
func openStore(cfg *Config) (*openedStore, error) {
	if cfg.Etcd == nil {
		opened, err := bolt.Open(cfg.Store, bolt.Options{})
		if err != nil {
			return nil, err
		}
		return &openedStore{Store: opened}, nil
	}
	opened, err := etcd.Open(*cfg.Etcd)
	if err != nil {
		return nil, err
	}
	o := &openedStore{Store: opened, options: cfg.Etcd, cluster: opened, server: store.Server{
		Name: cfg.serverName(), Version: scope.Version, Accounts: make(map[string]store.State),
	}}
	if len(cfg.Listen) > 0 {
		o.server.Address = cfg.Listen[0].String()
	}
	if link := opened.Link(); !link.Connected {
		log.Warningf("Store etcd: not reached, the copy %s is served: %v", cfg.Store, link.Err)
	}
	return o, nil
}

var errOtherOptions = errors.New("it is open with other words behind store; these count from the next start on")

// fits returns an error if a block says something else of a store than those before: the
// file cannot be opened twice.
func (o *openedStore) fits(cfg *Config) error {
	if !reflect.DeepEqual(o.options, cfg.Etcd) {
		return errOtherOptions
	}
	return nil
}

// moved tells the other servers where this one is with an account.
func (o *openedStore) moved(account string, now store.State) {
	if o.cluster == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.server.Accounts[account] = now
	o.announce()
}

// gone tells them that it serves an account no more.
func (o *openedStore) gone(account string) {
	if o.cluster == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.server.Accounts, account)
	o.announce()
}

func (o *openedStore) announce() {
	next := o.server
	next.Accounts = maps.Clone(next.Accounts)
	if err := o.cluster.Announce(next); err != nil {
		log.Errorf("Server %s is not announced to the others: %v", next.Name, err)
	}
}

// hostname returns the name of the machine, "" if it has none.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		log.Warningf("The machine has no name: %v", err)
	}
	return name
}
