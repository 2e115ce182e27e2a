package api

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/plugin/pkg/querylog"
)

// manyQueries makes an account with a zone, view and policy, whose ids it returns, and
// keeps queries of it.
func manyQueries(s *server) (path, zone, view, rule string) {
	s.t.Helper()
	path = "/accounts/" + s.account() + "/internal_dns/queries"
	s.must("GET", path, "") // has queries be kept
	zone = s.zone("corp.example")
	view = s.view("office", zone)
	rule = s.id("POST", "/accounts/"+s.account()+"/gateway/rules", ruleText("everyone", view))
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_000, time.UTC)
	s.asked(querylog.Entry{
		Time: at, Took: 1500 * time.Microsecond, Client: netip.MustParseAddr("192.0.2.7"), Port: 5353, Local: netip.MustParseAddrPort("192.0.2.53:53"),
		Location: "hq", Name: "WWW.corp.example.", Type: dns.TypeAAAA, Policy: "everyone", View: "office", Viewed: true, Zone: zone, Inside: time.Millisecond,
	})
	s.asked(querylog.Entry{
		Time: at.Add(time.Second), Client: netip.MustParseAddr("2001:db8::7"), Local: netip.MustParseAddrPort("[::]:53"), TCP: true,
		Name: "example.org.", Type: dns.TypeA, Rcode: dns.RcodeNameError, Policy: "everyone", View: "office", Viewed: true,
		Internal: dns.RcodeRefused, Fallback: true, Trigger: "refused",
	})
	s.asked(querylog.Entry{Time: at.Add(-time.Second), Name: ".", Type: dns.TypeNS, Rcode: 3841})
	return path, zone, view, rule
}

// The fields have Cloudflare's names, and the API's ids (CLOUDFLARE-API 6.5).
func TestQueryFields(t *testing.T) {
	s := serve(t)
	path, zone, view, rule := manyQueries(s)
	var got []map[string]any
	if err := json.Unmarshal(s.must("GET", path, "").Result, &got); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{{
		"Datetime": "2026-01-02T03:04:06.000678Z", "QueryName": "example.org", "QueryType": 1., "QueryTypeName": "A", "RCode": 3., "ResponseTimeMs": 0.,
		"ResponseTimeUs": 0., "SrcIP": "2001:db8::7", "DstPort": 53., "Protocol": "tcp", "ResolverPolicyID": rule, "ResolverPolicyName": "everyone",
		"InternalDNSViewID": view, "InternalDNSViewName": "office", "InternalDNSZoneID": "", "InternalDNSZoneName": "",
		"InternalDNSReferenceZoneID": "", "InternalDNSRCode": 5., "InternalDNSDurationMs": 0., "InternalDNSFallbackStrategy": "public_dns",
		"InternalDNSFallbackTrigger": "refused", "Server": "dns://127.0.0.1:53",
	}, {
		"Datetime": "2026-01-02T03:04:05.000678Z", "QueryName": "www.corp.example", "QueryType": 28., "QueryTypeName": "AAAA", "RCode": 0., "ResponseTimeMs": 1.,
		"ResponseTimeUs": 1500., "SrcIP": "192.0.2.7", "SrcPort": 5353., "DstIP": "192.0.2.53", "DstPort": 53., "Protocol": "udp", "Location": "hq",
		"ResolverPolicyID": rule, "ResolverPolicyName": "everyone", "InternalDNSViewID": view, "InternalDNSViewName": "office",
		"InternalDNSZoneID": zone, "InternalDNSZoneName": "corp.example", "InternalDNSReferenceZoneID": "", "InternalDNSRCode": 0.,
		"InternalDNSDurationMs": 1., "InternalDNSFallbackStrategy": "", "InternalDNSFallbackTrigger": "", "Server": "dns://127.0.0.1:53",
	}, {
		"Datetime": "2026-01-02T03:04:04.000678Z", "QueryName": ".", "QueryType": 2., "QueryTypeName": "NS", "RCode": 3841., "ResponseTimeMs": 0.,
		"ResponseTimeUs": 0., "Protocol": "udp", "ResolverPolicyID": "", "ResolverPolicyName": "",
		"InternalDNSViewID": "", "InternalDNSViewName": "", "InternalDNSZoneID": "", "InternalDNSZoneName": "",
		"InternalDNSReferenceZoneID": "", "InternalDNSRCode": nil, "InternalDNSDurationMs": nil, "InternalDNSFallbackStrategy": "",
		"InternalDNSFallbackTrigger": "", "Server": "dns://127.0.0.1:53",
	}}
	if len(got) != len(want) {
		t.Fatalf("%d queries", len(got))
	}
	for i := range want {
		if got[i]["ID"] == "" {
			t.Errorf("query %d has no id", i)
		}
		delete(got[i], "ID")
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("query %d is %v\nwant %v", i, got[i], want[i])
		}
	}
}

// A list is filtered by any field, and by names or ids of what decided.
func TestQueryFilters(t *testing.T) {
	s := serve(t)
	path, zone, view, rule := manyQueries(s)
	for query, want := range map[string]string{
		"": "example.org www.corp.example .", "per_page=1&page=2": "www.corp.example",
		"QueryName=Example.ORG": "example.org", "QueryName=example": "", "QueryName.contains=EXAMPLE": "example.org www.corp.example",
		"QueryType=28": "www.corp.example", "SrcPort=5353": "www.corp.example", "InternalDNSRCode=0": "www.corp.example",
		"InternalDNSRCode=": ".", "InternalDNSZoneID=" + zone: "www.corp.example", "Location=HQ": "www.corp.example", "Protocol=tcp": "example.org",
		"name=example.org.": "example.org", "name=.": ".", "rcode=nxdomain": "example.org", "rcode=3841": ".", "rcode=0&rcode=3": "example.org www.corp.example",
		"view=office": "example.org www.corp.example", "view=" + view: "example.org www.corp.example", "view=": ".",
		"zone=corp.example": "www.corp.example", "zone=CORP.example.": "www.corp.example", "zone=" + zone: "www.corp.example", "zone=.": "",
		"policy=everyone": "example.org www.corp.example", "policy=" + rule: "example.org www.corp.example", "policy=nobody": "",
		"client=192.0.2.7": "www.corp.example", "client=2001:db8::/32": "example.org", "client=192.0.2.0/24&client=::/0": "example.org www.corp.example",
		"type=aaaa": "www.corp.example", "type=TYPE2&type=A": "example.org .",
		"fallback=none": "www.corp.example .", "fallback=public_dns": "example.org", "fallback=refused": "example.org", "fallback=nodata": "",
		"type=A&view=office": "example.org", "type=A&view=none": "", "colour=red": "example.org www.corp.example .",
	} {
		var got []struct{ QueryName string }
		if err := json.Unmarshal(s.must("GET", path+"?"+query, "").Result, &got); err != nil {
			t.Fatal(err)
		}
		names := []string{}
		for _, one := range got {
			names = append(names, one.QueryName)
		}
		if text := strings.Join(names, " "); text != want {
			t.Errorf("%s: %q, want %q", query, text, want)
		}
	}
	for _, query := range []string{"client=192.0.2", "client=192.0.2.0/33", "type=NO", "per_page=0", strings.Repeat("rcode=0&", maxConditions+1)} {
		s.want(query, s.call("GET", path+"?"+query, ""), http.StatusBadRequest, codeInvalid)
	}
}

// The ids are those of now: of what is gone since, only the name is known.
func TestQueryOfGone(t *testing.T) {
	s := serve(t)
	path, zone, _, rule := manyQueries(s)
	s.must("DELETE", "/accounts/"+s.account()+"/gateway/rules/"+rule, "")
	s.must("DELETE", "/zones/"+zone+"?force=true", "")
	var got []queryObject
	if err := json.Unmarshal(s.must("GET", path+"?type=AAAA", "").Result, &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].ResolverPolicyID != "" || got[0].ResolverPolicyName != "everyone" ||
		got[0].InternalDNSZoneID != zone || got[0].InternalDNSZoneName != "" || got[0].InternalDNSViewName != "office" {
		t.Errorf("%+v", got)
	}
}
