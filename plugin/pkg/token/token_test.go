package token

import (
	"encoding/json"
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"
)

const (
	account = "00000000000000000000000000000abc"
	corp    = "11111111111111111111111111111111"
	lab     = "22222222222222222222222222222222"
	view    = "33333333333333333333333333333333"
)

// policies reads policies of which each is `effect groups resources`.
func policies(t *testing.T, specs ...[3]string) *Token {
	t.Helper()
	var out Token
	for _, s := range specs {
		var groups []map[string]string
		for _, name := range strings.Split(s[1], ", ") {
			groups = append(groups, map[string]string{"name": name})
		}
		text, err := json.Marshal(map[string]any{"effect": s[0], "permission_groups": groups, "resources": json.RawMessage(s[2])})
		if err != nil {
			t.Fatal(err)
		}
		var p Policy
		if err := json.Unmarshal(text, &p); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		out.Policies = append(out.Policies, p)
	}
	return &out
}

func inZone(id, name string, views ...string) Resource {
	return Resource{Account: account, Zone: &Zone{ID: id, Name: name, Views: views}}
}

func inRecord(zone Resource, name, rrtype string) Resource {
	zone.Record = &Record{Name: name, Type: rrtype}
	return zone
}

func TestAllows(t *testing.T) {
	corpZone, labZone := inZone(corp, "corp.example", view), inZone(lab, "lab.example")
	all := `{"com.cloudflare.api.account.` + account + `": "*"}`
	listed := `{"com.cloudflare.api.account.zone.` + corp + `": "*"}`
	nested := `{"com.cloudflare.api.account.` + account + `": {"com.cloudflare.api.account.zone.*": "*"}}`
	ofViewZones := `{"internaldns.view.` + view + `": "*"}`
	acme := `{"com.cloudflare.api.account.zone.*": {"name ends_with": "_acme-challenge.www.corp.example", "type": "TXT"}}`
	challenge := "_acme-challenge.www.corp.example"
	for _, tc := range []struct {
		name  string
		token *Token
		want  Permission
		on    Resource
		allow bool
	}{
		{"account, zone", policies(t, [3]string{"allow", "DNS Read", all}), DNSRead, corpZone, true},
		{"account, itself", policies(t, [3]string{"allow", "DNS View Write", all}), DNSViewWrite, Resource{Account: account}, true},
		{"other account", policies(t, [3]string{"allow", "DNS View Write", all}), DNSViewWrite, Resource{Account: "x"}, false},
		{"write includes read", policies(t, [3]string{"allow", "DNS Write", all}), DNSRead, corpZone, true},
		{"read is no write", policies(t, [3]string{"allow", "DNS Read", all}), DNSWrite, corpZone, false},
		{"zone write is no DNS write", policies(t, [3]string{"allow", "Zone Write", all}), DNSWrite, corpZone, false},
		{"name of the dashboard", policies(t, [3]string{"allow", "DNS Views Edit", all}), DNSViewWrite, Resource{Account: account}, true},
		{"listed zone", policies(t, [3]string{"allow", "DNS Write", listed}), DNSWrite, corpZone, true},
		{"zone not listed", policies(t, [3]string{"allow", "DNS Write", listed}), DNSWrite, labZone, false},
		{"listed zone, account", policies(t, [3]string{"allow", "DNS View Write", listed}), DNSViewWrite, Resource{Account: account}, false},
		{"nested, any zone", policies(t, [3]string{"allow", "Zone Write", nested}), ZoneWrite, labZone, true},
		{"nested, a zone to be made", policies(t, [3]string{"allow", "Zone Write", nested}), ZoneWrite, inZone("", "new.example"), true},
		{"listed, a zone to be made", policies(t, [3]string{"allow", "Zone Write", listed}), ZoneWrite, inZone("", "new.example"), false},
		{"zones of a view", policies(t, [3]string{"allow", "DNS Read", ofViewZones}), DNSRead, corpZone, true},
		{"zone of no view", policies(t, [3]string{"allow", "DNS Read", ofViewZones}), DNSRead, labZone, false},
		{"attributes, zone", policies(t, [3]string{"allow", "DNS Write", acme}), DNSWrite, corpZone, true},
		{"attributes, other zone", policies(t, [3]string{"allow", "DNS Write", acme}), DNSWrite, labZone, false},
		{"attributes, name that ends alike", policies(t, [3]string{"allow", "DNS Write", acme}), DNSWrite, inZone(lab, "orp.example"), false},
		{"attributes, record", policies(t, [3]string{"allow", "DNS Write", acme}), DNSWrite, inRecord(corpZone, challenge, "TXT"), true},
		{"attributes, type", policies(t, [3]string{"allow", "DNS Write", acme}), DNSWrite, inRecord(corpZone, challenge, "A"), false},
		{"attributes, name", policies(t, [3]string{"allow", "DNS Write", acme}), DNSWrite, inRecord(corpZone, "www.corp.example", "TXT"), false},
		{"attributes, name without its dot", policies(t, [3]string{"allow", "DNS Write", acme}), DNSWrite, inRecord(corpZone, "x"+challenge, "TXT"), false},
		{"deny wins", policies(t, [3]string{"allow", "DNS Write", all}, [3]string{"deny", "DNS Write", listed}), DNSWrite, corpZone, false},
		{"deny elsewhere", policies(t, [3]string{"allow", "DNS Write", all}, [3]string{"deny", "DNS Write", listed}), DNSWrite, labZone, true},
		{"deny of reading denies writing", policies(t, [3]string{"allow", "DNS Write", all}, [3]string{"deny", "DNS Read", listed}), DNSWrite, corpZone, false},
		{"deny of some records leaves the zone", policies(t, [3]string{"allow", "DNS Write", all}, [3]string{"deny", "DNS Write", acme}), DNSWrite, corpZone, true},
		{"deny of some records", policies(t, [3]string{"allow", "DNS Write", all}, [3]string{"deny", "DNS Write", acme}), DNSWrite, inRecord(corpZone, challenge, "TXT"), false},
		{"Zero Trust holds lists", policies(t, [3]string{"allow", "Zero Trust Write", all}), ListsWrite, Resource{Account: account, List: "l"}, true},
		{"one list", policies(t, [3]string{"allow", "Lists Write", `{"internaldns.list.l": "*"}`}), ListsWrite, Resource{Account: account, List: "l"}, true},
		{"another list", policies(t, [3]string{"allow", "Lists Write", `{"internaldns.list.l": "*"}`}), ListsWrite, Resource{Account: account, List: "m"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.token.Allows(tc.want, tc.on); got != tc.allow {
				t.Errorf("Allows(%s, %+v) = %t, want %t", tc.want, tc.on, got, tc.allow)
			}
		})
	}
}

func TestAllowsAny(t *testing.T) {
	tok := policies(t, [3]string{"allow", "DNS Read", `{"com.cloudflare.api.account.zone.` + corp + `": "*"}`})
	if !tok.AllowsAny(DNSRead) || tok.AllowsAny(DNSWrite) || tok.AllowsAny(ZoneRead) {
		t.Error("AllowsAny does not follow the groups")
	}
}

func TestPolicyErrors(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"effect", `{"effect":"maybe","permission_groups":[{"name":"DNS Read"}],"resources":{"com.cloudflare.api.account.zone.*":"*"}}`, `effect "maybe", allowed: allow, deny`},
		{"no groups", `{"effect":"allow","resources":{"com.cloudflare.api.account.zone.*":"*"}}`, "a policy needs permission_groups"},
		{"unknown group", `{"effect":"allow","permission_groups":[{"id":"x"}],"resources":{"com.cloudflare.api.account.zone.*":"*"}}`, `there is no permission group "x"`},
		{"no resources", `{"effect":"allow","permission_groups":[{"name":"DNS Read"}],"resources":{}}`, `a policy needs resources, such as "com.cloudflare.api.account.zone.*": "*"`},
		{"unknown resource", `{"effect":"allow","permission_groups":[{"name":"DNS Read"}],"resources":{"zone.1":"*"}}`, `unknown resource "zone.1"`},
		{"value", `{"effect":"allow","permission_groups":[{"name":"DNS Read"}],"resources":{"com.cloudflare.api.account.zone.1":"a"}}`, `the value "a", allowed: "*", or an object`},
		{"attribute", `{"effect":"allow","permission_groups":[{"name":"DNS Read"}],"resources":{"com.cloudflare.api.account.zone.1":{"ttl":1}}}`, `unknown attribute "ttl"`},
		{"nested twice", `{"effect":"allow","permission_groups":[{"name":"DNS Read"}],"resources":{"com.cloudflare.api.account.1":{"com.cloudflare.api.account.2":{"com.cloudflare.api.account.zone.*":"*"}}}}`, "stands in another account"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var p Policy
			if err := json.Unmarshal([]byte(tc.text), &p); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
	var p Policy
	err := json.Unmarshal([]byte(`{"permission_groups":[{"id":"x"}],"resources":{"com.cloudflare.api.account.zone.*":"*"}}`), &p)
	if _, ok := errors.AsType[*UnknownGroupError](err); !ok {
		t.Errorf("error %#v, want an *UnknownGroupError", err)
	}
}

func TestPolicyJSON(t *testing.T) {
	for _, tc := range []struct{ name, in, out string }{
		{"by id", `{"effect":"allow","permission_groups":[{"id":"82e64a83756745bbbb1c9c2701bf816b"}],"resources":{"com.cloudflare.api.account.zone.*":"*"}}`,
			`{"effect":"allow","permission_groups":[{"id":"82e64a83756745bbbb1c9c2701bf816b","name":"DNS Read"}],"resources":{"com.cloudflare.api.account.zone.*":"*"}}`},
		{"resources as a text", `{"effect":"deny","permission_groups":[{"name":"DNS Edit"}],"resources":"{\"com.cloudflare.api.account.zone.*\": \"*\"}"}`,
			`{"effect":"deny","permission_groups":[{"id":"4755a26eedb94da69e1066d98aa820be","name":"DNS Write"}],"resources":{"com.cloudflare.api.account.zone.*":"*"}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var p, again Policy
			if err := json.Unmarshal([]byte(tc.in), &p); err != nil {
				t.Fatal(err)
			}
			out, err := json.Marshal(p)
			if err != nil || string(out) != tc.out {
				t.Errorf("%s, %v; want %s", out, err, tc.out)
			}
			if err := json.Unmarshal(out, &again); err != nil || !reflect.DeepEqual(p, again) {
				t.Errorf("read again: %+v, %v; want %+v", again, err, p)
			}
		})
	}
}

func TestUsable(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	before, after := now.Add(-time.Hour), now.Add(time.Hour)
	home, away := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("2001:db8::7")
	office := &Condition{RequestIP: &RequestIP{In: prefixes(t, "192.0.2.0/24"), NotIn: prefixes(t, "192.0.2.9")}}
	for _, tc := range []struct {
		name   string
		token  Token
		client netip.Addr
		want   bool
	}{
		{"plain", Token{Status: StatusActive}, away, true},
		{"disabled", Token{Status: StatusDisabled}, home, false},
		{"expired", Token{Status: StatusActive, ExpiresOn: &now}, home, false},
		{"not expired", Token{Status: StatusActive, ExpiresOn: &after}, home, true},
		{"too early", Token{Status: StatusActive, NotBefore: &after}, home, false},
		{"in time", Token{Status: StatusActive, NotBefore: &before}, home, true},
		{"from the office", Token{Status: StatusActive, Condition: office}, home, true},
		{"mapped address", Token{Status: StatusActive, Condition: office}, netip.MustParseAddr("::ffff:192.0.2.7"), true},
		{"from elsewhere", Token{Status: StatusActive, Condition: office}, away, false},
		{"from the place left out", Token{Status: StatusActive, Condition: office}, netip.MustParseAddr("192.0.2.9"), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.token.Usable(now, tc.client); got != tc.want {
				t.Errorf("Usable = %t, want %t", got, tc.want)
			}
		})
	}
	if s := (&Token{Status: StatusActive, ExpiresOn: &before}).State(now); s != StatusExpired {
		t.Errorf("state %q, want expired", s)
	}
}

func prefixes(t *testing.T, texts ...string) []Prefix {
	t.Helper()
	out := make([]Prefix, len(texts))
	for i, text := range texts {
		if err := out[i].UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestDelegates(t *testing.T) {
	all := `{"com.cloudflare.api.account.` + account + `": "*"}`
	zones := `{"com.cloudflare.api.account.zone.*": "*"}`
	listed := `{"com.cloudflare.api.account.zone.` + corp + `": "*"}`
	narrow := `{"com.cloudflare.api.account.zone.*": {"name ends_with": ".corp.example", "type": ["TXT", "A"]}}`
	narrower := `{"com.cloudflare.api.account.zone.` + corp + `": {"name ends_with": "x.corp.example", "type": "TXT"}}`
	later := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	with := func(t *Token, change func(*Token)) *Token { change(t); return t }
	expires := func(t *Token) { t.ExpiresOn = &later }
	for _, tc := range []struct {
		name  string
		maker *Token
		made  *Token
		want  bool
	}{
		{"the same", policies(t, [3]string{"allow", "DNS Write", all}), policies(t, [3]string{"allow", "DNS Write", all}), true},
		{"less", policies(t, [3]string{"allow", "DNS Write", all}), policies(t, [3]string{"allow", "DNS Read", listed}), true},
		{"more rights", policies(t, [3]string{"allow", "DNS Read", all}), policies(t, [3]string{"allow", "DNS Write", listed}), false},
		{"more zones", policies(t, [3]string{"allow", "DNS Write", listed}), policies(t, [3]string{"allow", "DNS Write", zones}), false},
		{"zones of a view", policies(t, [3]string{"allow", "DNS Write", zones}), policies(t, [3]string{"allow", "DNS Write", `{"internaldns.view.v": "*"}`}), true},
		{"narrower attributes", policies(t, [3]string{"allow", "DNS Write", narrow}), policies(t, [3]string{"allow", "DNS Write", narrower}), true},
		{"wider attributes", policies(t, [3]string{"allow", "DNS Write", narrower}), policies(t, [3]string{"allow", "DNS Write", narrow}), false},
		{"attributes left out", policies(t, [3]string{"allow", "DNS Write", narrow}), policies(t, [3]string{"allow", "DNS Write", listed}), false},
		{"a denial left out", policies(t, [3]string{"allow", "DNS Write", all}, [3]string{"deny", "DNS Write", listed}), policies(t, [3]string{"allow", "DNS Write", zones}), false},
		{"a denial repeated", policies(t, [3]string{"allow", "DNS Write", all}, [3]string{"deny", "DNS Write", listed}),
			policies(t, [3]string{"allow", "DNS Write", zones}, [3]string{"deny", "DNS Write", listed}), true},
		{"lives longer", with(policies(t, [3]string{"allow", "DNS Write", all}), expires), policies(t, [3]string{"allow", "DNS Read", all}), false},
		{"lives as long", with(policies(t, [3]string{"allow", "DNS Write", all}), expires), with(policies(t, [3]string{"allow", "DNS Read", all}), expires), true},
		{"from anywhere", with(policies(t, [3]string{"allow", "DNS Write", all}), func(x *Token) {
			x.Condition = &Condition{RequestIP: &RequestIP{In: prefixes(t, "192.0.2.0/24")}}
		}), policies(t, [3]string{"allow", "DNS Read", all}), false},
		{"from a part", with(policies(t, [3]string{"allow", "DNS Write", all}), func(x *Token) {
			x.Condition = &Condition{RequestIP: &RequestIP{In: prefixes(t, "192.0.2.0/24")}}
		}), with(policies(t, [3]string{"allow", "DNS Read", all}), func(x *Token) {
			x.Condition = &Condition{RequestIP: &RequestIP{In: prefixes(t, "192.0.2.128/25")}}
		}), true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.maker.Delegates(tc.made); got != tc.want {
				t.Errorf("Delegates = %t, want %t", got, tc.want)
			}
		})
	}
}

func TestText(t *testing.T) {
	seen := make(map[string]bool)
	for range 1000 {
		text := NewText()
		if len(text) != 51 || !strings.HasPrefix(text, "idns_") || seen[text] || Malformed(text) {
			t.Fatalf("token %q", text)
		}
		seen[text] = true
		other := text[:20] + string(digits[(strings.IndexByte(digits, text[20])+1)%62]) + text[21:]
		if !Malformed(other) || !Malformed(text[:50]) {
			t.Errorf("a mistyped %q passes", text)
		}
		if !HashOf(text).Equal(HashOf(text)) || HashOf(text).Equal(HashOf(other)) {
			t.Error("hashes do not tell tokens apart")
		}
	}
	if Malformed("anything else") {
		t.Error("a token of others is malformed")
	}
}

func TestGroups(t *testing.T) {
	seen := make(map[string]bool)
	for i, g := range Groups() {
		if g.Permission != Permission(i) {
			t.Errorf("group %q stands at %d, its permission is %d", g.Name, i, g.Permission)
		}
		if seen[g.ID] || len(g.ID) != 32 {
			t.Errorf("group %q has the id %q", g.Name, g.ID)
		}
		seen[g.ID] = true
		if g.Permission.write() != (strings.HasSuffix(g.Name, "Write")) {
			t.Errorf("group %q: writing is %t", g.Name, g.Permission.write())
		}
	}
	if len(Groups()) != len(Permissions()) {
		t.Errorf("%d groups for %d permissions", len(Groups()), len(Permissions()))
	}
}

func TestHashText(t *testing.T) {
	want := HashOf("text")
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Hash
	if err := json.Unmarshal(text, &got); err != nil || got != want {
		t.Errorf("%s is read as %x, %v", text, got, err)
	}
	for _, bad := range []string{`"00"`, `[1,2]`, `"` + strings.Repeat("x", 64) + `"`} {
		if json.Unmarshal([]byte(bad), &got) == nil {
			t.Errorf("%s is taken for a hash", bad)
		}
	}
}
