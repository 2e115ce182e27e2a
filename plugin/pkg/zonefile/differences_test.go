package zonefile

// caseDifferences are the cases of testdata that BIND reads in another way, and
// why that is right. None of them is a limit of a library: those are told apart below.
var caseDifferences = map[string]string{
	"cloudflare": "the export of Cloudflare is read as it is meant (SPEC 3)",

	"dir-quoted": "a quoted origin can only be meant as one",

	"gen-bad-range4":    "BIND overlooks what follows the numbers of a range",
	"gen-range-open":    "BIND overlooks what follows the numbers of a range",
	"gen-esc":           "rdata of several words is read, as CoreDNS does",
	"gen-txt-quoted":    "rdata of several words is read, as CoreDNS does",
	"gen-txt-unq":       "rdata of several words is read, as CoreDNS does",
	"gen-mx-unq":        "rdata of several words is read, as CoreDNS does",
	"gen-paren":         "parentheses mean the same everywhere",
	"gen-mid":           "an offset holds for its own $; BIND keeps it for the ones behind, against its manual",
	"no-ttl":            "the last TTL stated goes before the SOA's MINIMUM (SPEC 3)",
	"no-ttl-before-soa": "Options.DefaultTTL goes in where BIND gives up (SPEC 3)",
	"bitstring":         "bit-string labels are gone (RFC 6891 section 5), the escape means what it says",
	"names":             "Unicode owners and names become Punycode (SPEC 3)",
	"utf8-owner":        "Unicode owners become Punycode (SPEC 3)",
}

// rdataDifferences are the same for single records.
var rdataDifferences = map[string]string{
	// Limits of miekg/dns, which has no such type or one that BIND lacks: \# reads and
	// writes those that BIND alone knows (RFC 3597).
	"A6 0 2001:db8::1": "historic (RFC 6563)",
	"NSAP 0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00": "historic (RFC 9121)",
	"NXT a. A NXT":         "obsolete (RFC 3755)",
	"WKS 192.0.2.1 tcp 25": "obsolete in practice (RFC 1123 section 2.2)",
	"MD foo":               "obsolete, but what it says is clear",
	"MF foo":               "obsolete, but what it says is clear",
	"GID 5":                "known to miekg/dns",
	"UID 5":                "known to miekg/dns",
	`UINFO "x"`:            "known to miekg/dns",

	// What is right, or means the same to all who read it.
	"HTTPS 1 . key65535=x":                  "reserved (RFC 9460 section 14.3.2)",
	"IPSECKEY 10 0 0 .":                     "a record without a key is legal (RFC 4025 section 2.4)",
	"LOC 52 N 4 E 5M":                       "the case of the unit does not matter",
	"LOC 52 n 4 e 5":                        "the case of the direction does not matter",
	"LOC 52 N 4 E 5 90000000.01":            "more than RFC 1876 section 2 can say",
	`NAPTR 100 10 "" "" "a\"b\\c" .`:        "the syntax of the regular expression is left to its users",
	`NAPTR 1 2 "ab" "" "!a" .`:              "the syntax of the regular expression is left to its users",
	"NAPTR 1 2 3 4 5 6":                     "the syntax of the regular expression is left to its users",
	"URI 10 1 https://www.example.org/path": "a target without quotes can only be meant as one",
	`SOA \# 22 00 00 00000001 00000001 00000001 00000001 00000001`: "where a SOA may stand is for the zone to say",
}
