package model

import "maps"

// What is said of selectors that have no counterpart.
const (
	ofAnswer      = "a selector of the answer: a policy is chosen by the query, before there is one"
	ofApplication = "there are no applications here; name their domains with dns.domains, or in a list"
)

// hints leads from selectors of Cloudflare's network and HTTP policies, and of
// other products, to those of queries; and tells of which selectors of Cloudflare's
// DNS policies there is none here. A name that looks much like another may mean
// something else: dns.resolved_ips are the addresses of the answer, dns.resolved_ip
// is the server's.
func hints() map[string]string {
	out := map[string]string{
		"net.src.ip":           "write dns.src_ip",
		"net.dst.ip":           "write dns.src_ip for the client's address, dns.resolved_ip for the server's",
		"ip.src":               "write dns.src_ip",
		"net.sni.host":         "write dns.fqdn",
		"net.sni.domains":      "write dns.domains",
		"http.request.host":    "write dns.fqdn",
		"http.request.domains": "write dns.domains",
		"http.host":            "write dns.fqdn",
		"dns.query_name":       "write dns.fqdn",
		"dns.type":             "write dns.query_rtype",
		"cf.threat_category":   "write dns.security_category",
		"identity.location.id": "write dns.location",

		"identity.service_token_uuid": "there are no service tokens here; a program shows a client certificate, write identity.email or identity.name",

		"true":            "leave the expression out: without one a policy is for every query",
		"http.*":          "write a selector of DNS policies, such as dns.fqdn",
		"net.onramp.type": "queries enter by no on-ramp here; tell clients apart by dns.location or dns.src_ip",
		"net.is_isolated": "there is no browser isolation here; leave it out, or tell clients apart by dns.location or dns.src_ip",
		"net.*":           "write a selector of DNS policies, such as dns.src_ip",
	}
	maps.Copy(out, withoutCounterpart())
	return out
}

// withoutCounterpart tells why selectors of Cloudflare's DNS policies do not exist here.
func withoutCounterpart() map[string]string {
	return map[string]string{
		"dns.resolved_ips*":       ofAnswer + "; dns.resolved_ip, which has another meaning, is the address of the server that was asked",
		"dns.resolved_ip.*":       ofAnswer,
		"dns.dst.*":               ofAnswer + "; dns.src.geo.country and dns.src.geo.continent tell where the client is, not where the answer leads",
		"dns.response*":           ofAnswer,
		"dns.answer*":             ofAnswer,
		"dns.cname*":              ofAnswer,
		"dns.mx*":                 ofAnswer,
		"dns.ptr*":                ofAnswer,
		"dns.txt*":                ofAnswer,
		"dns.rcode*":              ofAnswer,
		"dns.authoritative_ns*":   ofAnswer,
		"dns.resolved_country*":   ofAnswer,
		"dns.resolved_continent*": ofAnswer,

		"app.*":             ofApplication,
		"dns.app.*":         ofApplication,
		"dns.app_*":         ofApplication,
		"dns.application*":  ofApplication,
		"dns.indicator*":    "there are no indicator feeds here; name domains in a list, or by dns.security_category",
		"dns.categories_*":  "categories are not read from the query here; those of names are dns.content_category and dns.security_category",
		"dns.src_internal*": "the only address known of a client is the one its query comes from, dns.src_ip",

		"device_posture.checks.failed*": "of the checks of a device only those it passed are known, write not any(device_posture.checks.passed[*] ...)",
	}
}
