package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/store"
)

// otherCorefile declares what others' objects may collide with.
const otherCorefile = `internalzone corp.test {
	record "www A 192.0.2.81"
}
dnsview declared corp.test
dnsview one corp.test
resolverpolicy r1 {
	precedence 1000
	traffic "dns.fqdn == 'fixed.test'"
	view declared
}`

// TestTeamTwin has several accounts over one store make random changes at once, and holds
// at each quiet moment that all are what one that starts then is.
func TestTeamTwin(t *testing.T) {
	seeds := 4
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			corefiles := []string{twinCorefile, twinCorefile, twinCorefile}
			if seed%2 == 1 {
				corefiles[2] = otherCorefile
			}
			tm := newTeam(t, corefiles...)
			players := make([]*player, len(tm.members))
			for i, b := range tm.members {
				players[i] = &player{bench: b, dice: randomDice(uint64(100*seed + i))}
			}
			for round := 0; round < 15 && !t.Failed(); round++ {
				var running sync.WaitGroup
				for _, p := range players {
					running.Go(func() { p.playAlone(6) })
				}
				running.Wait()
				tm.check()
				for _, p := range players {
					p.clock = p.clock.Add(time.Second)
				}
			}
			if seed%2 == 0 {
				wantText(t, "what the first two serve", shown(tm.members[0].blocks[0].Snapshot()), shown(tm.members[1].blocks[0].Snapshot()))
			}
			tm.members[0].checkHistory()
			for i, b := range tm.members {
				s := b.Stats()
				if s.Reloads > 0 || s.Followed == 0 {
					t.Errorf("member %d was read anew %d times and followed %d changes", i, s.Reloads, s.Followed)
				}
				t.Logf("member %d: %d changes, %d followed, %d conflicts", i, s.Changes, s.Followed, s.Conflicts)
			}
		})
	}
}

// playAlone makes changes one after another, each of its own call.
func (p *player) playAlone(n int) {
	for range n {
		var err error
		before := p.Revision()
		switch p.dice.roll(12) {
		case 0:
			err = p.restore()
		case 1, 2:
			err = p.revert()
		case 3:
			_, err = p.Try(p.t.Context(), Call{Method: "TEST"}, p.play)
		default:
			_, err = p.Change(p.t.Context(), Call{Method: "TEST", Force: p.dice.roll(4) == 0}, p.play)
		}
		if errors.Is(err, ErrBusy) || errors.Is(err, store.ErrConflict) || errors.Is(err, errAnew) || errors.Is(err, errBehind) {
			p.t.Errorf("a change at revision %d: %v", before, err)
		}
	}
}

// restore puts a state that was back, as a file does.
func (p *player) restore() error {
	var file bytes.Buffer
	now := p.Revision()
	if now == 0 {
		return nil
	}
	revision := now - uint64(p.dice.roll(int(min(now, 20))))
	if err := p.BackupAt(p.t.Context(), revision, &file); err != nil {
		return err
	}
	_, err := p.Restore(p.t.Context(), Call{Method: "TEST"}, &file)
	return err
}

func (p *player) revert() error {
	now := p.Revision()
	if now == 0 {
		return nil
	}
	entry, err := p.ChangeAt(p.t.Context(), now-uint64(p.dice.roll(int(min(now, 3)))))
	if err != nil || entry == nil {
		return err
	}
	_, err = p.Change(p.t.Context(), Call{Method: "TEST", Force: true}, func(c *Change) error { return c.Revert(entry) })
	return err
}

// What one server does others serve, whichever takes it, and none loses it.
func TestTeamOfWriters(t *testing.T) {
	tm := newTeam(t, "", "", "")
	id := tm.members[0].zone("example.org.")
	tm.settle()
	const each = 60
	revisions := make(chan uint64, 3*each)
	var running sync.WaitGroup
	for i, b := range tm.members {
		for writer := range 2 {
			running.Go(func() {
				for n := range each / 2 {
					made := fmt.Sprintf("n%d-%d-%d A 192.0.2.1", i, writer, n)
					revision, err := b.Change(t.Context(), Call{}, func(c *Change) error {
						_, err := c.AddRecord(id, recordOf(t, "example.org.", made), "")
						return err
					})
					if err != nil {
						t.Error(err)
					}
					revisions <- revision
				}
			})
		}
	}
	running.Wait()
	close(revisions)
	tm.check()
	seen := make(map[uint64]bool)
	for r := range revisions {
		if seen[r] {
			t.Errorf("revision %d was given twice", r)
		}
		seen[r] = true
	}
	if n := tm.members[2].Zone(id).Records; n != 3*each {
		t.Errorf("%d records, want %d", n, 3*each)
	}
}

// A change that names a revision is made on that or refused, and waits for one that is yet
// to come here.
func TestTeamIfMatch(t *testing.T) {
	tm := newTeam(t, "", "")
	one, two := tm.members[0], tm.members[1]
	id := one.zone("example.org.")
	at := one.Revision()
	add := func(b *bench, match uint64, name string) error {
		_, err := b.Change(t.Context(), Call{IfMatch: &match}, func(c *Change) error {
			_, err := c.AddRecord(id, recordOf(t, "example.org.", name+" A 192.0.2.1"), "")
			return err
		})
		return err
	}
	if err := add(two, at, "a"); err != nil {
		t.Errorf("on the revision that another server has answered: %v", err)
	}
	if err := add(one, at, "b"); !errors.Is(err, ErrRevision) {
		t.Errorf("on a revision that is no more: %v", err)
	}
	tm.check()
	if n := one.Zone(id).Records; n != 1 {
		t.Errorf("%d records, want 1", n)
	}
}

// Without the others everything is served and shown, and nothing written; what was missed
// arrives.
func TestTeamCutOff(t *testing.T) {
	tm := newTeam(t, "", "")
	one, two := tm.members[0], tm.members[1]
	id := one.zone("example.org.", "a A 192.0.2.1")
	tm.settle()
	tm.peers[1].setCut(true)
	one.add(id, "b A 192.0.2.2")
	two.refused(store.ErrUnreachable.Error(), func(c *Change) error { _, err := c.CreateZone("other.example."); return err })
	if link, shared := two.Link(); link.Connected || !shared {
		t.Errorf("the link is %v, %v", link, shared)
	}
	if _, err := two.Try(t.Context(), Call{}, func(c *Change) error { _, err := c.CreateZone("other.example."); return err }); err != nil {
		t.Errorf("a preview: %v", err)
	}
	wantText(t, "cut off", two.answers(two.blocks[0], id), "a.example.org. 300 IN A 192.0.2.1\n")
	ctx, end := context.WithCancel(t.Context())
	end()
	if err := two.Await(ctx, one.Revision()); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for a revision that does not come: %v", err)
	}
	tm.peers[1].setCut(false)
	if err := two.Await(t.Context(), one.Revision()); err != nil {
		t.Error(err)
	}
	tm.check()
	wantText(t, "joined", two.answers(two.blocks[0], id), "a.example.org. 300 IN A 192.0.2.1\nb.example.org. 300 IN A 192.0.2.2\n")
}

// What cannot be followed is read anew: a history that does not reach back, a store whose
// state was replaced.
func TestTeamReadsAnew(t *testing.T) {
	tm := newTeam(t, "", "", otherCorefile)
	one, two := tm.members[0], tm.members[1]
	id := one.zone("example.org.", "a A 192.0.2.1", "sub NS ns.example.net", "@ NS ns.example.net")
	tm.check()
	tm.peers[1].setCut(true)
	one.KeepHistory(time.Minute)
	for i := range 3 {
		one.clock = one.clock.Add(2 * time.Hour)
		one.add(id, fmt.Sprintf("b%d A 192.0.2.2", i))
	}
	one.change(func(c *Change) error { c.CreateView("one", []string{id}); return nil })
	tm.peers[1].setCut(false)
	tm.check()
	if n := two.Stats().Reloads; n != 1 {
		t.Errorf("%d reloads after a history that does not reach back, want 1", n)
	}
	if len(tm.members[2].Quarantined()) != 1 {
		t.Errorf("quarantined: %v", tm.members[2].Quarantined())
	}
	if err := two.follower.store.View(t.Context(), "default", func(store.Reader) error { return nil }); err != nil {
		t.Error(err)
	}
	tm.hub.mu.Lock()
	log := append([]committed(nil), tm.hub.log[:1]...)
	tm.hub.mu.Unlock()
	tm.hub.replace(log)
	tm.check()
	for i, b := range tm.members {
		if n := b.Zone(id).Records; n != 3 {
			t.Errorf("member %d: %d records after a backup was put in place, want 3", i, n)
		}
	}
	two.add(id, "after A 192.0.2.3")
	tm.check()
}

// A closed account hears of nothing any more.
func TestTeamClose(t *testing.T) {
	tm := newTeam(t, "", "")
	one, two := tm.members[0], tm.members[1]
	id := one.zone("example.org.")
	tm.settle()
	two.Close()
	one.add(id, "a A 192.0.2.1")
	if two.Revision() != 1 {
		t.Errorf("revision %d of a closed account", two.Revision())
	}
	two.refusedClosed()
}

func (b *bench) refusedClosed() {
	b.t.Helper()
	if _, err := b.Change(b.t.Context(), Call{}, func(*Change) error { return nil }); !errors.Is(err, ErrClosed) {
		b.t.Errorf("a change of a closed account: %v", err)
	}
}

// BenchmarkFollow is what a change of another server costs: one record of a zone with
// 100,000.
func BenchmarkFollow(b *testing.B) {
	tm := newTeam(b, "", "")
	one, two := tm.members[0], tm.members[1]
	id := one.zone("example.org.")
	one.change(func(c *Change) error {
		for i := range 100_000 {
			if _, err := c.AddRecord(id, recordOf(b, "example.org.", fmt.Sprintf("n%d A 192.0.2.1", i)), ""); err != nil {
				return err
			}
		}
		return nil
	})
	tm.settle()
	two.Close() // it is followed here
	two.closed = false
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		one.add(id, fmt.Sprintf("m%d A 192.0.2.2", i))
		tm.peers[1].catchUp()
		b.StartTimer()
		two.writer.Lock()
		err := two.catchUp(b.Context())
		two.writer.Unlock()
		if err != nil || two.Revision() != one.Revision() {
			b.Fatal(err)
		}
	}
	if two.Stats().Reloads > 0 {
		b.Errorf("read anew %d times", two.Stats().Reloads)
	}
}

// catchUp has the copy be what the hub has.
func (p *peer) catchUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hub.mu.Lock()
	defer p.hub.mu.Unlock()
	p.pull()
}

// What has taken the place of the account at the same revision is not changed as if it
// were what was there before, whether that was told yet or not: the change is checked on
// what there is.
func TestTeamReplaced(t *testing.T) {
	other := newTeam(t, "").members[0]
	other.ids = 100 // so that it is not the zone that is gone
	kept := other.zone("example.net.")
	for name, replace := range map[string]func(p *peer, with []committed) (told func()){
		"before the change": func(p *peer, with []committed) func() {
			arrived, told := make(chan struct{}), make(chan struct{})
			p.mu.Lock()
			p.tells = func() { close(arrived); <-told }
			p.mu.Unlock()
			p.hub.replace(with)
			<-arrived
			p.mu.Lock()
			p.tells = nil
			p.mu.Unlock()
			return func() { close(told) }
		},
		"before the commit": func(p *peer, with []committed) func() {
			p.mu.Lock()
			p.commits = func() { p.hub.replace(with); p.catchUp() }
			p.mu.Unlock()
			return func() {}
		},
	} {
		t.Run(name, func(t *testing.T) {
			tm := newTeam(t, "")
			one := tm.members[0]
			gone := one.zone("example.org.")
			told := replace(tm.peers[0], other.store.Store.(*peer).hub.log)
			add := func(zone, apex string) error {
				_, err := one.Change(t.Context(), Call{}, func(c *Change) error {
					_, err := c.AddRecord(zone, recordOf(t, apex, "a A 192.0.2.1"), "")
					return err
				})
				return err
			}
			var missing *NotFoundError
			if err := add(gone, "example.org."); !errors.As(err, &missing) {
				t.Errorf("a change of what is gone: %v", err)
			}
			if err := add(kept, "example.net."); err != nil {
				t.Errorf("a change of what is there: %v", err)
			}
			told()
			tm.check()
		})
	}
}
