package etcd

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
)

// account is what is known of an account.
type account struct {
	name string
	// lock is held, by sending, by who changes the copy of the account or its head.
	lock chan struct{}

	// For who holds the lock: what etcd has, empty if it has none, nil if that has to be asked.
	head []byte

	mu   sync.Mutex
	shot *shot // the newest that is known of, nil if there is none
	at   position
	told chan struct{} // closed when others have changed the account
}

// position is where the copy of an account is.
type position struct {
	generation uint64 // which account of the file holds it; 0: none
	era        uint64
	last       commitID
	log        total
}

func (a *account) position() position {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at
}

// state returns where the account is, and what is closed when others have changed it since.
func (a *account) state() (store.State, <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return store.State{Revision: a.at.last.revision, Era: a.at.era}, a.told
}

// move says where the copy is now, and tells those who watch if others brought it there.
func (a *account) move(to position, byOthers bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.at = to
	if byOthers {
		close(a.told)
		a.told = make(chan struct{})
	}
}

func (a *account) acquire(ctx context.Context) error {
	select {
	case a.lock <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("etcd: account %s: %w", a.name, ctx.Err())
	}
}

func (a *account) release() { <-a.lock }

// mark is what the file remembers of an account. Another one of its accounts, whose
// name is no number, has the mark of the whole.
type mark struct {
	Account               []byte
	Era, Revision, ID     uint64
	LogEntries, LogOctets uint64
	Whole                 bool   // false: it is still being read
	Path                  string `json:",omitempty"` // of the whole
	Cluster               uint64 `json:",omitempty"` // of the whole
}

const wholeCopy = "copy"

func (a *account) mark(p position, whole bool) []byte {
	b, _ := json.Marshal(mark{ // of octets and numbers
		Account: []byte(a.name), Era: p.era, Revision: p.last.revision, ID: p.last.id,
		LogEntries: p.log.entries, LogOctets: p.log.octets, Whole: whole,
	})
	return b
}

func (m *mark) read(text []byte) error {
	if err := json.Unmarshal(text, m); err != nil {
		return fmt.Errorf("%w: a mark that cannot be read: %w", store.ErrDamaged, err)
	}
	return nil
}

// copyReader reads the copy of an account.
type copyReader struct{ store.Reader }

// Era implements store.Reader. It is that of what is read, wherever the account has come
// to since.
func (r copyReader) Era() (uint64, error) {
	text, err := bolt.Mark(r.Reader)
	if text == nil || err != nil {
		return 0, err
	}
	var m mark
	err = m.read(text)
	return m.Era, err
}

// readCopy reads what the file remembers, and removes what it was kept from removing.
func (s *Store) readCopy() error {
	ctx := context.Background()
	marks, err := s.copy.Marks(ctx)
	if err != nil {
		return err
	}
	var void []uint64
	for name, text := range marks {
		var m mark
		if err := m.read(text); err != nil {
			return fmt.Errorf("%s: account %s: %w", s.opt.Copy, name, err)
		}
		if name == wholeCopy {
			if m.Path != s.keys.root {
				return fmt.Errorf("%s: %w of that kind: it is the copy of what is below %s, not %s: name another file",
					s.opt.Copy, store.ErrNotStore, m.Path, s.keys.root)
			}
			s.cluster = m.Cluster
			continue
		}
		generation, err := strconv.ParseUint(name, 10, 64)
		if err != nil || store.CheckAccount(string(m.Account)) != nil {
			return fmt.Errorf("%s: %w: mark of %s", s.opt.Copy, store.ErrDamaged, name)
		}
		s.generation = max(s.generation, generation)
		a := s.account(string(m.Account))
		if !m.Whole || a.at.generation > generation {
			void = append(void, generation)
			continue
		}
		if a.at.generation != 0 {
			void = append(void, a.at.generation)
		}
		a.at = position{generation, m.Era, commitID{m.Revision, m.ID}, total{m.LogEntries, m.LogOctets}}
	}
	slices.Sort(void)
	for _, generation := range void {
		if err := s.copy.Remove(ctx, strconv.FormatUint(generation, 10)); err != nil {
			return err
		}
	}
	return nil
}

// isCopyOf makes the file remember which cluster it is of.
func (s *Store) isCopyOf(cluster uint64) error {
	s.mu.Lock()
	same := s.cluster == cluster
	s.mu.Unlock()
	if same {
		return nil
	}
	b, err := json.Marshal(mark{Path: s.keys.root, Cluster: cluster})
	if err == nil {
		err = s.copy.Apply(s.ctx, wholeCopy, 0, 0, nil, b)
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cluster = cluster
	return nil
}

func (s *Store) newGeneration() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.generation++
	return s.generation
}

// write brings an account of the file from one position to another.
func (s *Store) write(a *account, from uint64, to position, ops []store.Op, whole bool) error {
	return s.copy.Apply(context.WithoutCancel(s.ctx), strconv.FormatUint(to.generation, 10), from, to.last.revision, ops, a.mark(to, whole))
}

// apply brings the copy of an account on by ops. The caller holds its lock.
func (s *Store) apply(a *account, era uint64, last commitID, log total, ops []store.Op, byOthers bool) error {
	from := a.position()
	to := position{from.generation, era, last, log}
	if to.generation == 0 {
		to.generation = s.newGeneration()
	}
	if err := s.write(a, from.last.revision, to, ops, true); err != nil {
		return err
	}
	a.move(to, byOthers)
	s.revised(a)
	return nil
}

// replace lets another account of the file take the place of the one that was read.
func (s *Store) replace(a *account, by position) error {
	old := a.position()
	if err := s.write(a, by.last.revision, by, nil, true); err != nil {
		return err
	}
	a.move(by, true)
	s.revised(a)
	if old.generation == 0 {
		return nil
	}
	return s.copy.Remove(context.WithoutCancel(s.ctx), strconv.FormatUint(old.generation, 10))
}

// revised lets the snapshots be looked after if the log has become long.
func (s *Store) revised(a *account) {
	if s.isLong(a) {
		select {
		case s.full <- a.name:
		default: // it is looked at again later
		}
	}
}
