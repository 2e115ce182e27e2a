package live

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/record"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// dice decide what a test does: octets that a fuzzer gives, or random numbers.
type dice struct {
	octets []byte
	random *rand.Rand
}

func randomDice(seed uint64) *dice { return &dice{random: rand.New(rand.NewPCG(seed, 1))} }

func (d *dice) over() bool { return d.random == nil && len(d.octets) == 0 }

// roll returns a number from 0 up to n.
func (d *dice) roll(n int) int {
	if d.random != nil {
		return d.random.IntN(n)
	}
	if len(d.octets) == 0 {
		return 0
	}
	first := d.octets[0]
	d.octets = d.octets[1:]
	return int(first) % n
}

func pick[T any](d *dice, list []T) T { return list[d.roll(len(list))] }

// player makes random changes.
type player struct {
	*bench
	dice *dice
	log  []string
}

var errGivenUp = errors.New("given up")

// group makes changes that share a commit. What one of them returns is known, and none
// sees what another does not.
func (p *player) group() {
	p.clock = p.clock.Add(time.Duration(p.dice.roll(3)) * time.Second)
	p.log = nil
	changes := make([]*pending, 1+p.dice.roll(3))
	for i := range changes {
		changes[i] = &pending{ctx: p.t.Context(), call: Call{Method: "TEST"}, do: p.play}
	}
	full := p.dice.roll(12) == 0
	if full {
		p.store.err = errGivenUp
	}
	before := p.Revision()
	p.writer.Lock()
	p.commit(changes)
	for _, c := range changes {
		for !c.done { // it has to begin a group
			p.commit(p.take())
		}
	}
	p.writer.Unlock()
	p.store.err = nil
	accepted := make(map[uint64]bool)
	for _, c := range changes {
		if c.err == nil {
			accepted[c.revision] = true
		}
	}
	delete(accepted, before)
	if full && p.Revision() != before || int(p.Revision()-before) != len(accepted) {
		p.t.Errorf("revision %d after %d with %v", p.Revision(), before, accepted)
	}
}

// play makes a change of some steps.
func (p *player) play(c *Change) error {
	p.log = append(p.log, "change")
	for range 1 + p.dice.roll(4) {
		steps := []func(*Change) error{
			p.addRecord, p.addRecord, p.addRecord, p.replaceRecord, p.replaceRecord, p.deleteRecord, p.createZone, p.deleteZone,
			p.setZone, p.reference, p.createView, p.updateView, p.deleteView, p.createRule, p.updateRule, p.deleteRule, p.others,
			p.createList, p.updateList, p.deleteList, p.createLocation, p.updateLocation, p.deleteLocation, p.setGateway,
		}
		i := p.dice.roll(len(steps))
		err := steps[i](c)
		p.log = append(p.log, fmt.Sprintf("step %d: %v", i, err))
		if err != nil {
			if p.dice.roll(3) == 0 {
				return err // else the change goes on without the step
			}
			if list := codes(err); len(list) == 0 {
				return err
			}
		}
	}
	switch p.dice.roll(16) {
	case 0:
		return errGivenUp
	case 1:
		panic("given up")
	}
	return nil
}

func (p *player) zoneID(c *Change) string {
	var ids []string
	for id := range c.zones.all() {
		ids = append(ids, id)
	}
	if len(ids) == 0 {
		return "none"
	}
	slices.Sort(ids)
	return pick(p.dice, ids)
}

func (p *player) record(zone string) *record.Record {
	texts := []string{
		"A 192.0.2.1", "A 192.0.2.2", "A 192.0.2.3", "AAAA 2001:db8::1", "TXT \"one\"", "TXT \"two\"", "MX 10 mail.example.net",
		"CNAME www.example.net", "CNAME www.example.org", "NS ns.example.net", "NS ns.example.org", "CAA 0 issue \"ca.example.net\"",
	}
	owner := pick(p.dice, []string{"@", "a", "b", "c", "x.a", "*", "*.b"}) + pick(p.dice, []string{"", "", "/60"})
	return recordOf(p.t, zone, owner+" "+pick(p.dice, texts))
}

func (p *player) addRecord(c *Change) error {
	z, err := c.Zone(p.zoneID(c))
	if err != nil {
		return err
	}
	_, err = c.AddRecord(z.ID, p.record(z.Name), "/posts/0")
	return err
}

// recordID returns the id of a record of a zone as the change sees it, "" if it has none.
func (p *player) recordID(c *Change, zone string) string {
	var ids []string
	for _, name := range []string{"", "a.", "b.", "c.", "x.a.", "*.", "*.b."} {
		owner := name + c.zones.get(zone).Name
		if c.zones.get(zone).Name == "." && name != "" {
			owner = name
		}
		found, err := c.owners.get(ownerName{zone, owner})
		if err != nil {
			p.t.Error(err)
			continue
		}
		for _, r := range found.records {
			ids = append(ids, r.ID)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return pick(p.dice, ids)
}

func (p *player) replaceRecord(c *Change) error {
	z, err := c.ownZone(p.zoneID(c))
	if err != nil {
		return err
	}
	r := p.record(z.Name)
	if r.ID = p.recordID(c, z.ID); r.ID == "" {
		return nil
	}
	_, err = c.ReplaceRecord(z.ID, r, "/puts/0")
	return err
}

func (p *player) deleteRecord(c *Change) error {
	z, err := c.ownZone(p.zoneID(c))
	if err != nil {
		return err
	}
	if id := p.recordID(c, z.ID); id != "" {
		_, err = c.DeleteRecord(z.ID, id)
	}
	return err
}

func (p *player) createZone(c *Change) error {
	_, err := c.CreateZone(pick(p.dice, []string{"example.org.", "example.org.", "sub.example.org.", ".", "corp.test."}))
	return err
}

func (p *player) deleteZone(c *Change) error { return c.DeleteZone(p.zoneID(c), p.dice.roll(2) == 0) }

func (p *player) setZone(c *Change) error {
	_, err := c.UpdateZone(p.zoneID(c), func(z *Zone) error {
		s := &z.Settings
		switch p.dice.roll(6) {
		case 0:
			s.NSTTL = pick(p.dice, []uint32{60, 600, 86400})
		case 1:
			s.SOA.Refresh = uint32(1000 + p.dice.roll(3))
		case 2:
			s.InternalDNS.Flatten = !s.InternalDNS.Flatten
		case 3:
			ttl := uint32(p.dice.roll(3) * 100)
			s.InternalDNS.NegativeTTL = &ttl
		case 4:
			s.InternalDNS.NegativeTTL = nil
		case 5:
			z.Paused = !z.Paused
		}
		return nil
	})
	return err
}

func (p *player) reference(c *Change) error {
	to := pick(p.dice, []string{"", p.zoneID(c), p.zoneID(c), DeclaredID("default", "zone", "corp.test")})
	_, err := c.UpdateZone(p.zoneID(c), func(z *Zone) error {
		z.Settings.InternalDNS.ReferenceZoneID = to
		z.Settings.InternalDNS.ReferenceNoData = p.dice.roll(2) == 0
		return nil
	})
	return err
}

func (p *player) viewZones(c *Change) (zones []string) {
	for range p.dice.roll(4) {
		if id := pick(p.dice, []string{p.zoneID(c), p.zoneID(c), DeclaredID("default", "zone", "corp.test")}); id != "none" && !slices.Contains(zones, id) {
			zones = append(zones, id)
		}
	}
	return zones
}

func (p *player) viewID(c *Change) string {
	ids := []string{DeclaredID("default", "view", "declared")}
	for id := range c.views.all() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return pick(p.dice, ids)
}

func (p *player) createView(c *Change) error {
	c.CreateView(pick(p.dice, []string{"one", "two", "three", "declared"}), p.viewZones(c))
	return nil
}

func (p *player) updateView(c *Change) error {
	_, err := c.UpdateView(p.viewID(c), func(v *View) error {
		if p.dice.roll(2) == 0 {
			v.Name = pick(p.dice, []string{"one", "two", "four"})
		}
		v.Zones = p.viewZones(c)
		return nil
	})
	return err
}

func (p *player) deleteView(c *Change) error { return c.DeleteView(p.viewID(c), p.dice.roll(2) == 0) }

func (p *player) ruleID(c *Change) string {
	ids := []string{"none"}
	for id := range c.rules.all() {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return pick(p.dice, ids)
}

func (p *player) createRule(c *Change) error {
	r := rule(pick(p.dice, []string{"r1", "r2", "r3", "free"}), p.viewID(c), uint32(998+p.dice.roll(6)))
	if p.dice.roll(4) == 0 {
		r.Action, r.ViewID = model.UsePublic, ""
	}
	c.CreateRule(r)
	return nil
}

func (p *player) updateRule(c *Change) error {
	_, err := c.UpdateRule(p.ruleID(c), func(r *Rule) error {
		switch p.dice.roll(6) {
		case 4:
			var err error
			r.Schedule, err = ParseSchedule([]byte(pick(p.dice, []string{`{}`, `{"mon":"08:00-09:00"}`, `{"tue":"8-9"}`, `{"mon":"00:00-24:00","time_zone":"Europe/Nowhere"}`})))
			return err
		case 5:
			r.DevicePosture = pick(p.dice, []string{"", `dns.fqdn ==`, `dns.query_rtype == "A"`})
		case 0:
			r.Enabled = !r.Enabled
		case 1:
			r.Precedence = uint32(998 + p.dice.roll(6))
		case 2:
			r.Traffic = pick(p.dice, []string{"", `dns.fqdn == "a.test"`, `dns.fqdn ==`, p.inLists(c), p.inLists(c), p.atLocation(c)})
		case 3:
			r.Name = pick(p.dice, []string{"r1", "r4", "r5"})
		}
		return nil
	})
	return err
}

func (p *player) deleteRule(c *Change) error { return c.DeleteRule(p.ruleID(c)) }

func (p *player) others(c *Change) error {
	switch p.dice.roll(3) {
	case 0:
		s := c.Settings()
		s.EnforceDNSOnly = !s.EnforceDNSOnly
		s.ZoneDefaults.NSTTL = pick(p.dice, []uint32{60, 7200})
		c.SetSettings(s)
	case 1:
		c.SetToken(&Token{Token: token.Token{Name: "t", IssuedOn: c.Now()}})
	case 2:
		for id := range c.tokens.all() {
			return c.DeleteToken(id)
		}
	}
	return nil
}
