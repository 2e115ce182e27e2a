package etcd_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
	"github.com/internaldns/internaldns/plugin/pkg/store/storetest"
)

// fill makes some commits, each of one key.
func fill(t *testing.T, s store.Store, name string, many int) {
	t.Helper()
	revision := revisionOf(t, s)
	for n := range uint64(many) {
		if err := s.Commit(context.Background(), storetest.Account, revision+n, revision+n+1,
			[]store.Op{storetest.Put(fmt.Sprintf("%s/%06d", name, n), fmt.Sprint(revision+n+1))}); err != nil {
			t.Fatal(err)
		}
	}
}

// A watch that falls behind a compaction goes on where it should, and nothing is void.
func TestCompacted(t *testing.T) {
	m := etcdtest.Start(t)
	p := etcdtest.StartProxy(t, m)
	near, far := open(t, options(t, m.Endpoint())), open(t, options(t, p.Endpoint()))
	fill(t, near, "before", 10)
	state := await(t, far, 10)
	p.Cut()
	fill(t, near, "cut", 200)
	m.Compact()
	storetest.Expect(t, far, storetest.Account, 10, mustContent(t, far))
	p.Drop()
	p.Join()
	if now := await(t, far, 210); now.Era != state.Era {
		t.Errorf("%+v, then %+v", state, now)
	}
	equal(t, near, far)
}

func mustContent(t *testing.T, s store.Store) map[string]string {
	t.Helper()
	_, content := storetest.Content(t, s, storetest.Account)
	return content
}

// The log is shortened by a snapshot, which a new server starts from, and one that was away for
// long goes on from, without an era of its own.
func TestShortened(t *testing.T) {
	m := etcdtest.Start(t)
	p := etcdtest.StartProxy(t, m)
	const long = 50
	bounded := func(endpoint string) etcd.Options {
		return etcd.Bounded(options(t, endpoint), long, 2*time.Second)
	}
	one, two, far := open(t, bounded(m.Endpoint())), open(t, bounded(m.Endpoint())), open(t, bounded(p.Endpoint()))
	fill(t, one, "before", 10)
	state := await(t, far, 10)
	p.Cut()
	stop := make(chan struct{})
	go func() { // snapshots are written while commits go on
		defer close(stop)
		for n := range 12 {
			fill(t, one, fmt.Sprint("after/", n), long)
			revision := revisionOf(t, one)
			storetest.Await(t, two, storetest.Account, revision)
		}
	}()
	<-stop
	logs := func() int {
		return strings.Count(m.Ctl("get", "--prefix", "--keys-only", "/internaldns/account/log/"), "/log/")
	}
	awaitState(t, one, func(store.State) bool { return true })
	for began := time.Now(); logs() > 4*long; time.Sleep(50 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("%d entries are left of %d", logs(), 12*long+10)
		}
	}
	if n := strings.Count(m.Ctl("get", "--prefix", "--keys-only", "/internaldns/snapshot/"), "/snapshot/"); n != 1 {
		t.Errorf("%d parts of snapshots, want that of one", n)
	}
	m.Compact()
	p.Drop()
	p.Join()
	if now := await(t, far, 12*long+10); now.Era != state.Era {
		t.Errorf("%+v, then %+v", state, now)
	}
	equal(t, one, two, far, open(t, bounded(m.Endpoint())))
}

// A restored backup is noticed, whether the cluster has another id or not, and whether its
// revision is lower or, by now, higher than what was there.
func TestRestored(t *testing.T) {
	for name, c := range map[string]struct {
		token string
		more  int
	}{"lower": {"", 0}, "equal": {"", 10}, "higher": {"", 20}, "other cluster": {"other", 20}, "other cluster, lower": {"other", 5}} {
		t.Run(name, func(t *testing.T) {
			m := etcdtest.Start(t)
			p := etcdtest.StartProxy(t, m)
			writer, reader := open(t, options(t, m.Endpoint())), open(t, options(t, p.Endpoint()))
			fill(t, writer, "before", 10)
			backup := m.Save()
			fill(t, writer, "void", 10)
			state := await(t, reader, 20)
			p.Cut()
			if err := writer.Close(); err != nil {
				t.Error(err)
			}
			m.Restore(backup, c.token)
			fresh := open(t, options(t, m.Endpoint()))
			fill(t, fresh, "after", c.more)
			content := mustContent(t, fresh)
			seen := watchContents(t, reader)
			p.Drop()
			p.Join()
			now := awaitState(t, reader, func(at store.State) bool { return at.Era != state.Era })
			if now.Revision != uint64(10+c.more) {
				t.Errorf("%+v", now)
			}
			storetest.Expect(t, reader, storetest.Account, uint64(10+c.more), content)
			for _, keys := range seen() {
				if keys != 20 && keys != 10+c.more {
					t.Errorf("at a time it had %d keys", keys)
				}
			}
			equal(t, reader, fresh)
			if a, b := awaitState(t, fresh, func(at store.State) bool { return at.Era == now.Era }), awaitState(t, reader, func(store.State) bool { return true }); a.Era != b.Era {
				t.Errorf("eras %d and %d", a.Era, b.Era)
			}
		})
	}
}

// watchContents reads a store all the time until what it returns is called, which returns
// the numbers of keys that there were.
func watchContents(t *testing.T, s *etcd.Store) func() []int {
	t.Helper()
	stop, ended := make(chan struct{}), make(chan []int)
	go func() {
		var seen []int
		for {
			_, content, err := storetest.Read(s, storetest.Account)
			if err != nil {
				t.Error(err)
			}
			if seen = append(seen, len(content)); len(seen) > 1 && seen[len(seen)-2] == len(content) {
				seen = seen[:len(seen)-1]
			}
			select {
			case <-stop:
				ended <- seen
				return
			default:
			}
		}
	}()
	return func() []int { close(stop); return <-ended }
}

// An etcd that knows nothing of what the copy holds does not empty it.
func TestEmptied(t *testing.T) {
	m := etcdtest.Start(t)
	opt := options(t, m.Endpoint())
	s := open(t, opt)
	fill(t, s, "key", 3)
	content := mustContent(t, s)
	m.Empty("other")
	m.Restart()
	for began := time.Now(); s.Link().Err == nil || !strings.Contains(s.Link().Err.Error(), "served on"); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("%+v", s.Link())
		}
	}
	err := s.Commit(context.Background(), storetest.Account, 3, 4, nil)
	if !errors.Is(err, store.ErrUnreachable) || errors.Is(err, store.ErrUncertain) || !strings.Contains(err.Error(), "restore") {
		t.Error(err)
	}
	storetest.Expect(t, s, storetest.Account, 3, content)
	_ = s.Close()
	s = open(t, opt)
	storetest.Expect(t, s, storetest.Account, 3, content)
}

// noise returns octets that cannot be compressed.
func noise(n int) []byte {
	b := make([]byte, n)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(b)
	return b
}

// LIVE 10: a commit is seen whole or not at all, however large.
func TestLarge(t *testing.T) {
	m := etcdtest.Start(t)
	one, other := open(t, options(t, m.Endpoint())), open(t, options(t, m.Endpoint()))
	content := noise(101 << 20)
	size, each := 100<<20, 25_000
	if !isLong() {
		size = 30 << 20
	}
	var ops []store.Op
	for at := 0; at < size; at += each {
		ops = append(ops, store.Op{Key: fmt.Appendf(nil, "key/%06d", at/each), Value: content[at : at+each]})
	}
	began := time.Now()
	seen := watchContents(t, other)
	if err := one.Commit(context.Background(), storetest.Account, 0, 1, ops); err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	await(t, other, 1)
	t.Logf("%d octets: %s, on the other after %s", size, took, time.Since(began))
	for _, keys := range seen() {
		if keys != 0 && keys != len(ops) {
			t.Errorf("at a time it had %d keys", keys)
		}
	}
	equal(t, one, other)
	revision := revisionOf(t, one)
	large := []store.Op{{Key: []byte("large"), Value: bytes.Repeat(content, 2)}}
	if err := one.Commit(context.Background(), storetest.Account, revision, revision+1, large); !errors.Is(err, store.ErrFull) {
		t.Error(err)
	}
	if n := strings.Count(m.Ctl("get", "--prefix", "--keys-only", "/internaldns/part/"), "/part/"); n > size/(1<<20)+2 {
		t.Errorf("%d parts are left", n)
	}
}

// A full etcd is told, and takes commits again when there is room.
func TestFullEtcd(t *testing.T) {
	m := etcdtest.Start(t, "--quota-backend-bytes", fmt.Sprint(16<<20))
	one, other := open(t, options(t, m.Endpoint())), open(t, options(t, m.Endpoint()))
	content := noise(300_000)
	var err error
	revision := uint64(0)
	for ; revision < 200 && err == nil; revision++ {
		err = one.Commit(context.Background(), storetest.Account, revision, revision+1, []store.Op{{Key: []byte("key"), Value: content}})
	}
	if !errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrUncertain) {
		t.Fatal(revision, err)
	}
	revision--
	await(t, other, revision)
	if link := one.Link(); !link.Connected {
		t.Errorf("%+v", link)
	}
	m.Restart("--quota-backend-bytes", fmt.Sprint(64<<20))
	m.Ctl("alarm", "disarm")
	uncertain := false
	for began := time.Now(); ; {
		err := other.Commit(context.Background(), storetest.Account, revision, revision+1, []store.Op{storetest.Put("key", "value")})
		if err == nil || uncertain && errors.Is(err, store.ErrConflict) { // with what it has done itself
			break
		}
		uncertain = uncertain || errors.Is(err, store.ErrUncertain)
		if time.Since(began) > 20*time.Second {
			t.Fatal(err)
		}
	}
	equal(t, one, other)
}

// What a full etcd says no to has not been done, and what it has done it is not said no to: it
// counts once more when the last commit is done already.
func TestFullEtcdTold(t *testing.T) {
	m := etcdtest.Start(t, "--quota-backend-bytes", fmt.Sprint(16<<20))
	one := open(t, options(t, m.Endpoint()))
	content := noise(300_000)
	done := make([]uint64, 12)
	var committing sync.WaitGroup
	for i := range done {
		committing.Go(func() { // all at once, so that many are under way when there is no room left
			name, err := fmt.Sprint("account-", i), error(nil)
			for err == nil {
				if err = one.Commit(context.Background(), name, done[i], done[i]+1, []store.Op{{Key: []byte("key"), Value: content}}); err == nil {
					done[i]++
				}
			}
			if !errors.Is(err, store.ErrFull) || errors.Is(err, store.ErrUncertain) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	committing.Wait()
	all := strings.Fields(m.Ctl("get", "--prefix", "--keys-only", "/internaldns/account/log/"))
	for i, n := range done {
		prefix := fmt.Sprintf("/internaldns/account/log/account-%d/", i)
		has := 0
		for _, key := range all {
			if strings.HasPrefix(key, prefix) {
				has++
			}
		}
		if uint64(has) != n {
			t.Errorf("account %d: %d commits are said to be done, and %d are", i, n, has)
		}
	}
}

// What is no value of ours is told, and never served.
func TestDamaged(t *testing.T) {
	m := etcdtest.Start(t)
	opt := options(t, m.Endpoint())
	s := open(t, opt)
	fill(t, s, "key", 3)
	content := mustContent(t, s)
	m.Ctl("put", "/internaldns/account/log/default/0000000000000004-0000000000000001", "junk")
	m.Ctl("put", "/internaldns/account/head/default", "junk")
	for began := time.Now(); !errors.Is(s.Link().Err, store.ErrDamaged); time.Sleep(20 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("%+v", s.Link())
		}
	}
	if err := s.Commit(context.Background(), storetest.Account, 3, 4, nil); !errors.Is(err, store.ErrDamaged) {
		t.Error(err)
	}
	storetest.Expect(t, s, storetest.Account, 3, content)
	opt.Copy = filepath.Join(t.TempDir(), "new.db")
	opt.DialTimeout = time.Second
	if _, err := etcd.Open(opt); !errors.Is(err, store.ErrDamaged) {
		t.Error(err)
	}
}
