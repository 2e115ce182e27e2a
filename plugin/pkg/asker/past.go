package asker

import (
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// Past is a query that came, with what was kept of it.
type Past struct {
	Asker
	Name      string // canonical
	Type      uint16
	Time      time.Time
	Certified bool // the client showed a certificate, which was not kept
	Subnet    bool // the query named the network of another client (RFC 7871), which was not kept
}

// Policy returns the policy that the query would get of a server block if it came at its
// time, nil for none. It is found as for a query that is served. It reports whether that
// is known: it is not if a policy is found by what was not kept.
func (p *Past) Policy(b *scope.Block) (policy *model.Policy, known bool) {
	request := new(dns.Msg).SetQuestion(p.Name, p.Type)
	q := model.Query{Name: p.Name, Type: p.Type, At: p.Time, Client: p.At(b, p.Name, request)}
	if q.Client.Facts == nil {
		return b.Snapshot.Select(&q), true
	}
	facts := &kept{Facts: q.Client.Facts, past: p}
	q.Client.Facts = facts
	return b.Snapshot.Select(&q), !facts.missed
}

// kept is what was kept of who asked. It belongs to one query.
type kept struct {
	model.Facts
	past   *Past
	missed bool // something that was not kept was asked for
}

// lacks notes that a field is asked for, and reports whether its value was not kept.
func (k *kept) lacks(field int) bool {
	lacking := false
	switch field {
	case model.FieldCountry, model.FieldContinent:
		lacking = k.past.Subnet
	case model.FieldEmail, model.FieldName, model.FieldGroupIDs, model.FieldGroupNames, model.FieldGroupEmails,
		model.FieldAttributes, model.FieldClaims, model.FieldClaimTexts, model.FieldPosture:
		lacking = k.past.Certified
	}
	k.missed = k.missed || lacking
	return lacking
}

// String implements model.Facts.
func (k *kept) String(field int) (string, bool) {
	if k.lacks(field) {
		return "", false
	}
	return k.Facts.String(field)
}

// Strings implements model.Facts.
func (k *kept) Strings(field int) ([]string, bool) {
	if k.lacks(field) {
		return nil, false
	}
	return k.Facts.Strings(field)
}

// Map implements model.Facts.
func (k *kept) Map(field int, key string) ([]string, bool) {
	if k.lacks(field) {
		return nil, false
	}
	return k.Facts.Map(field, key)
}
