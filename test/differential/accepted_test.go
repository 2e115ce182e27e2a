package differential

import (
	"slices"

	"github.com/miekg/dns"
)

// accepted is a difference that is not ours to mend, with its one reason. Where the
// specification does not decide, it holds only if another peer answers as we do.
type accepted struct {
	code   string
	peers  []string // none: any
	fields []field  // none: all but RA
	spec   string   // section of the specification that decides it; or empty
	reason string
	match  func(d *difference) bool
}

func (a *accepted) accepts(d *difference) bool {
	if len(a.fields) == 0 && d.field == fieldRA || len(a.fields) > 0 && !slices.Contains(a.fields, d.field) {
		return false
	}
	return (len(a.peers) == 0 || slices.Contains(a.peers, d.peer)) && (a.spec != "" || d.agree) && a.match(d)
}

// maxLinks is how many aliases our server follows (SPEC 4).
const maxLinks = 16

// acceptedDifferences is tried in order.
var acceptedDifferences = []accepted{
	{
		code: "ra", fields: []field{fieldRA}, spec: "2",
		reason: "to its clients the suite is a resolver: RA follows RD",
		match:  func(d *difference) bool { return d.ours.ra == d.question.rd && !d.theirs.ra },
	}, {
		code: "into-itself", spec: "3", fields: []field{fieldRcode, fieldAnswer, fieldAuthority},
		reason: "a DNAME into itself is applied until the name no longer fits: YXDOMAIN (RFC 6672 section 2.2)",
		match: func(d *difference) bool {
			return d.ours.rcode == dns.RcodeYXDomain && redirectsIntoItself(d.ours) &&
				(d.peer != "named" || d.theirs.rcode == dns.RcodeServerFailure) // named does as we do, if eleven links suffice
		},
	}, {
		code: "loop", spec: "4", fields: []field{fieldRcode, fieldAnswer, fieldAuthority, fieldAdditional},
		reason: "of a loop or a chain of over 16 links, the first alias alone is given with NOERROR",
		match: func(d *difference) bool {
			return firstAliasAlone(d.ours) && slices.ContainsFunc(d.all, func(r *reply) bool {
				return r != nil && (r.chain.loop || r.chain.links > maxLinks || redirectsIntoItself(r))
			})
		},
	}, {
		code: "zone-to-zone", peers: []string{"named", "knotd"},
		reason: "an alias that leads to another zone served is followed there by us and by nsd only",
		match:  leavesZone,
	}, {
		code: "ds-of-alias", spec: "2.3", fields: []field{fieldRcode, fieldAuthority},
		reason: "DS at an apex is answered by the parent zone of the view, also at the end of a chain",
		match: func(d *difference) bool {
			return d.question.kind == dns.TypeDS && d.ours.chain.links > 0 && len(d.ours.authority) == 1 &&
				d.ours.chain.last == d.question.zoneOf(d.ours.chain.last)
		},
	}, {
		code: "rrsig-of-alias", peers: []string{"named", "knotd"}, spec: "4",
		reason: "RRSIG at an alias follows it; named and knotd take RRSIG for the alias's own",
		match: func(d *difference) bool {
			return d.question.kind == dns.TypeRRSIG && d.ours.chain.links > d.theirs.chain.links && subset(d.theirs.answer, d.ours.answer)
		},
	}, {
		code: "any-one", peers: []string{"nsd", "knotd"}, fields: []field{fieldAnswer}, spec: "2",
		reason: "ANY is answered with one RRset of the node (RFC 8482)",
		match: func(d *difference) bool {
			return d.question.kind == dns.TypeANY && len(d.theirs.answer) > 0 && subset(d.theirs.answer, d.ours.answer)
		},
	}, {
		code: "any-followed", peers: []string{"nsd", "knotd"},
		reason: "ANY below a DNAME is answered with the records of its target",
		match: func(d *difference) bool {
			return d.question.kind == dns.TypeANY && len(unsigned(d.ours.records)) == 2 && subset(d.ours.answer, d.theirs.answer)
		},
	}, {
		code: "five-links", peers: []string{"knotd"},
		reason: "knotd follows five aliases",
		match:  func(d *difference) bool { return d.theirs.chain.links == 5 && d.ours.chain.links > 5 },
	}, {
		code: "eleven-links", peers: []string{"named"},
		reason: "named starts over eleven times, then fails",
		match: func(d *difference) bool {
			return d.theirs.rcode == dns.RcodeServerFailure && d.theirs.chain.links == 12 && d.ours.chain.links >= 12
		},
	}, {
		code: "dname-twice", peers: []string{"knotd"}, fields: []field{fieldAnswer},
		reason: "knotd gives a DNAME that redirects to its own owner a second time as the record asked for",
		match: func(d *difference) bool {
			return d.question.kind == dns.TypeDNAME && subset(d.ours.answer, d.theirs.answer) && subset(d.theirs.answer, d.ours.answer)
		},
	}, {
		code: "too-long", peers: []string{"knotd"}, fields: []field{fieldRcode, fieldAuthority},
		reason: "knotd gives NXDOMAIN where a DNAME's target does not fit",
		match: func(d *difference) bool {
			return d.ours.rcode == dns.RcodeYXDomain && d.theirs.rcode == dns.RcodeNameError
		},
	}, {
		code: "no-room", peers: []string{"knotd"}, fields: []field{fieldAuthority},
		reason: "knotd leaves the SOA out rather than truncate",
		match: func(d *difference) bool {
			return !d.question.tcp && d.question.edns != 4096 && len(d.theirs.authority) == 0
		},
	}, {
		code: "one-tree", peers: []string{"nsd"}, fields: []field{fieldRcode},
		reason: "to nsd a name exists in every zone above it once any zone holds it",
		match: func(d *difference) bool {
			name := dns.CanonicalName(d.question.name)
			return d.ours.rcode == dns.RcodeNameError && d.theirs.rcode == dns.RcodeSuccess &&
				(d.question.kind == dns.TypeDS && d.question.zoneOf(name) == name || name == "host.child.parent.example.")
		},
	}, {
		code: "hosts-of-view", fields: []field{fieldAdditional}, spec: "2",
		reason: "addresses of hosts come from every zone of the view",
		match:  func(d *difference) bool { return d.ours.positive && onlyForeign(d) },
	}, {
		code: "hosts-below-cut", peers: []string{"nsd", "knotd"}, fields: []field{fieldAdditional},
		reason: "hosts below a cut get the addresses the zone holds for them",
		match:  func(d *difference) bool { return d.ours.positive && subset(d.ours.additional, d.theirs.additional) },
	}, {
		code: "hosts-of-wildcard", peers: []string{"nsd"}, fields: []field{fieldAdditional},
		reason: "nsd gives hosts no addresses of a wildcard under their name",
		match:  func(d *difference) bool { return d.ours.positive && subset(d.theirs.additional, d.ours.additional) },
	}, {
		code: "hosts-of-svcb", peers: []string{"knotd"}, fields: []field{fieldAdditional},
		reason: "knotd gives no addresses with SVCB and HTTPS",
		match: func(d *difference) bool {
			return (d.question.kind == dns.TypeSVCB || d.question.kind == dns.TypeHTTPS) && len(d.theirs.additional) == 0
		},
	}, {
		code: "thirteen-hosts", peers: []string{"named"}, fields: []field{fieldAdditional},
		reason: "named gives no addresses for more than 13 hosts",
		match:  func(d *difference) bool { return len(d.ours.answer) > 13 && len(d.theirs.additional) == 0 },
	}, {
		code: "only-glue", peers: []string{"named"}, fields: []field{fieldAdditional},
		reason: "named gives a referral no addresses but those below a cut",
		match:  func(d *difference) bool { return d.ours.referral && subset(d.theirs.additional, d.ours.additional) },
	}, {
		code: "any-dnskey", peers: []string{"named"}, fields: []field{fieldAnswer}, spec: "2",
		reason: "named leaves DNSKEY out of the answer to ANY in an unsigned zone",
		match: func(d *difference) bool {
			return d.question.kind == dns.TypeANY && onlyLacks(d.theirs, d.ours, dns.TypeDNSKEY)
		},
	}, {
		code: "nsec-of-cut", peers: []string{"named"},
		reason: "named answers NSEC at a cut, where the others refer",
		match: func(d *difference) bool {
			return d.question.kind == dns.TypeNSEC && d.ours.referral && d.theirs.positive
		},
	}, {
		code: "rrsig-of-nsec", peers: []string{"knotd"}, fields: []field{fieldAnswer},
		reason: "knotd gives RRSIG without the signature of the NSEC",
		match: func(d *difference) bool {
			return d.question.kind == dns.TypeRRSIG && subset(d.theirs.answer, d.ours.answer)
		},
	}, {
		code: "fewer-proofs", peers: []string{"knotd"}, fields: []field{fieldAuthority},
		reason: "knotd proves one wildcard of a chain, and leaves out that a name is not there where a wildcard lacks the type",
		match:  func(d *difference) bool { return d.question.do && subset(d.theirs.authority, d.ours.authority) },
	}, {
		code: "opted-out", peers: []string{"knotd"}, fields: []field{fieldAA, fieldAuthority},
		reason: "knotd proves nothing where the closest encloser was opted out",
		match: func(d *difference) bool {
			return d.question.do && d.ours.rcode == dns.RcodeNameError && len(d.theirs.authority) == 0
		},
	}, {
		code: "more-proofs", peers: []string{"nsd"}, fields: []field{fieldAuthority},
		reason: "nsd proves the closest encloser where the NSEC3 of the name suffices, and takes another one if the name was opted out",
		match:  func(d *difference) bool { return d.question.do && len(d.theirs.proofs) > 0 },
	}, {
		code: "backslash", peers: []string{"nsd"},
		reason: "nsd reads an owner that is one escaped backslash as something else",
		match:  func(d *difference) bool { return dns.CanonicalName(d.question.name) == `\\.odd.example.` },
	},
}

// firstAliasAlone reports whether an answer is one CNAME, with its DNAME if that made it.
func firstAliasAlone(r *reply) bool {
	records := unsigned(r.records)
	if r.rcode != dns.RcodeSuccess || len(r.authority) > 0 || len(records) == 0 || len(records) > 2 {
		return false
	}
	_, ok := records[len(records)-1].(*dns.CNAME)
	return ok
}

// unsigned returns records without signatures.
func unsigned(rrs []dns.RR) (out []dns.RR) {
	for _, rr := range rrs {
		if rr.Header().Rrtype != dns.TypeRRSIG {
			out = append(out, rr)
		}
	}
	return out
}

// redirectsIntoItself reports whether an answer holds a DNAME whose target lies at or below it.
func redirectsIntoItself(r *reply) bool {
	return slices.ContainsFunc(r.records, func(rr dns.RR) bool {
		d, ok := rr.(*dns.DNAME)
		return ok && dns.IsSubDomain(d.Hdr.Name, d.Target)
	})
}

// leavesZone reports whether the peer stopped where the chain leaves the zone it
// began in, for another one of the view.
func leavesZone(d *difference) bool {
	q := d.question
	to := q.zoneOf(d.theirs.chain.last)
	return d.theirs.chain.links > 0 && subset(d.theirs.answer, d.ours.answer) && to != "" && to != q.zoneOf(q.name)
}

// onlyLacks reports whether an answer is another one without its records of a type.
func onlyLacks(r, of *reply, kind uint16) bool {
	var rest []dns.RR
	for _, rr := range of.records {
		if rr.Header().Rrtype != kind {
			rest = append(rest, rr)
		}
	}
	return len(rest) < len(of.records) && slices.Equal(r.answer, keys(rest))
}

// onlyForeign reports whether all additional records that the peer lacks belong to
// another zone than the question.
func onlyForeign(d *difference) bool {
	for _, rr := range d.ours.hosts {
		foreign := d.question.zoneOf(dns.CanonicalName(rr.Header().Name)) != d.question.zoneOf(dns.CanonicalName(d.question.name))
		if !foreign && !slices.Contains(d.theirs.additional, key(rr)) {
			return false
		}
	}
	return subset(d.theirs.additional, d.ours.additional)
}

func subset(some, of []string) bool {
	return !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(of, s) })
}
