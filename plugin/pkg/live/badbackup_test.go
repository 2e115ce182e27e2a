package live_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/problem"
)

// smallBackup is a backup with an object of each kind.
const smallBackup = `{"format":"internaldns backup","version":2,
"settings":null,
"zones":[
{"zone":{"id":"00000000000000000000000000000001","name":"corp.example.","created":"2026-01-02T03:04:05.000006Z","modified":"2026-01-02T03:04:05.000006Z","serial":7,"records":2,"settings":{"flatten_all_cnames":false,"internal_dns":{"flatten":true},"multi_provider":false,"nameservers":{"type":"cloudflare.standard"},"ns_ttl":86400,"secondary_overrides":false,"soa":{"mname":null,"rname":"","refresh":10000,"retry":2400,"expire":604800,"min_ttl":1800,"ttl":3600},"zone_mode":"dns_only"}},"records":[
{"id":"00000000000000000000000000000002","name":"www.corp.example.","type":"A","ttl":1,"content":"192.0.2.1","created":"2026-01-02T03:04:05.000006Z","modified":"2026-01-02T03:04:05.000006Z"},
{"id":"00000000000000000000000000000003","name":"zmail.corp.example.","type":"MX","ttl":300,"priority":5,"content":"Mail.Example.org","created":"2026-01-02T03:04:05.000006Z","modified":"2026-01-02T03:04:05.000006Z"}
]}
],
"views":[
{"id":"00000000000000000000000000000004","name":"office","zones":["00000000000000000000000000000001"],"created":"2026-01-02T03:04:05.000006Z","modified":"2026-01-02T03:04:05.000006Z"}
],
"rules":[
{"id":"00000000-0000-0000-0000-000000000005","name":"to office","enabled":true,"precedence":10,"version":1,"created":"2026-01-02T03:04:05.000006Z","modified":"2026-01-02T03:04:05.000006Z","action":0,"view_id":"00000000000000000000000000000004"}
],
"tokens":[
{"id":"00000000000000000000000000000006","name":"first","status":"active","issued_on":"2026-01-02T03:04:05.000006Z","modified_on":"2026-01-02T03:04:05.000006Z","policies":[{"effect":"allow","permission_groups":[{"id":"82e64a83756745bbbb1c9c2701bf816b","name":"DNS Read"}],"resources":{"com.cloudflare.api.account.*":"*"}}],"hash":"0100000000000000000000000000000000000000000000000000000000000000"}
],
"lists":[
{"id":"00000000-0000-0000-0000-000000000007","name":"names","type":"DOMAIN","items":[{"value":"a.example","created":"2026-01-02T03:04:05.000006Z"},{"value":"b.example","description":"why","created":"2026-01-02T03:04:05.000006Z"}],"created":"2026-01-02T03:04:05.000006Z","modified":"2026-01-02T03:04:05.000006Z"}
],
"locations":[
{"id":"00000000000000000000000000000008","name":"office","client_default":true,"networks":["192.0.2.0/24"],"endpoints":{"doh":{"enabled":true,"networks":["198.51.100.0/24"]}},"doh_subdomain":"ab12cd34ef","max_ttl":"override","ttl_secs":600,"created":"2026-01-02T03:04:05.000006Z","modified":"2026-01-02T03:04:05.000006Z"}
],
"gateway":{"max_ttl_secs":300,"others":{"fips":{"tls":true}},"modified":"2026-01-02T03:04:05.000006Z"}
}
`

// badFile is a mistake in smallBackup, and what is said of it.
type badFile struct {
	old, new string
	line     int
	text     string
}

func badFiles() []badFile {
	return []badFile{
		{`{"format"`, `["format"`, 1, "no backup"},
		{`internaldns backup`, `something else`, 1, "no backup"},
		{`"version":2`, `"version":3`, 1, "reads the forms up to 2"},
		{`"version":2`, `"version":"1"`, 1, "wrong type"},
		{`"views"`, `"rules"`, 9, `"views" is needed here`},
		{`"settings":null`, `"settings":{"x":1}`, 2, `unknown field "x"`},
		{`"records":2`, `"records":3`, 4, "has 3 records and has 2"},
		{`"type":"A"`, `"type":"AAAA"`, 5, "no content of AAAA"},
		{`192.0.2.1`, `192.0.2.1"x`, 5, "not JSON"},
		{`"ttl":300`, `"ttl":"300"`, 6, "wrong type"},
		{`"ttl":300`, `"ttx":300`, 6, "unknown field"},
		{`zmail.corp.example.`, `zmail.corp.test.`, 6, "outside"},
		{`zmail.corp.example.`, `Zmail.corp.example.`, 6, "canonical"},
		{`00000000000000000000000000000003"`, `00000000000000000000000000000002"`, 4, "two records"},
		{`00000000000000000000000000000003"`, `3"`, 6, `"3" is no id`},
		{`"zmail.corp.example.","type":"MX","ttl":300,"priority":5`, `"www.corp.example.","type":"CNAME","ttl":300`, 6, "CNAME"},
		{`"name":"corp.example."`, `"name":"corp.example"`, 4, "final dot"},
		{`"mname":null`, `"mname":"a..b"`, 4, "soa"},
		{`"internal_dns":{"flatten":true}`, `"internal_dns":{"flatten":true,"reference_zone_id":"00000000000000000000000000000009"}`, 4, "no zone"},
		{`"zones":["00000000000000000000000000000001"]`, `"zones":["00000000000000000000000000000009"]`, 10, "no zone"},
		{`"name":"office"`, `"name":" "`, 10, "no name"},
		{`"action":0`, `"action":9`, 13, "not known"},
		{`"00000000-0000-0000-0000-000000000005"`, `"00000000000000000000000000000005"`, 13, "no id"},
		{`"precedence":10`, `"precedence":10,"traffic":"dns.fqdn =="`, 13, "expression"},
		{`"status":"active"`, `"status":"x"`, 16, "status"},
		{`"hash":"01`, `"hash":"1`, 16, "64 hexadecimal digits"},
		{`"type":"DOMAIN"`, `"type":"NAMES"`, 19, `"NAMES" is not known`},
		{`"b.example"`, `"A.example."`, 19, "in the list already"},
		{`"b.example"`, `"*.example"`, 19, "without wildcards"},
		{`-000000000007"`, `-0000000000071"`, 19, "no id"},
		{`"version":2`, `"version":1`, 18, `"}" is needed here`},
		{`"192.0.2.0/24"`, `"192.0.2.1/24"`, 22, "has host bits set"},
		{`"192.0.2.0/24"`, `"192.0.2.0/24","192.0.2.0/24"`, 22, "is a network of the location"},
		{`"ab12cd34ef"`, `"AB12cd34ef"`, 22, "lower case"},
		{`"ttl_secs":600`, `"ttl_secs":6`, 22, "6 is not from 60 to 36000"},
		{`"max_ttl":"override"`, `"max_ttl":"x"`, 22, "allowed: inherit, override, disabled"},
		{`"max_ttl_secs":300`, `"max_ttl_secs":59`, 24, "59 is not from 60"},
		{"Z\"}\n}\n", "Z\"}\n", 25, "not whole"},
		{"Z\"}\n}\n", "Z\"}\n}{\n", 25, "behind the end"},
		{`,"content":"192.0.2.1"`, `,"content":"` + strings.Repeat("x", 33<<20) + `"`, 5, "more than"},
	}
}

// What is wrong with a file is told with its line, and nothing of it is taken.
func TestRestoreRefused(t *testing.T) {
	k := newKept(t, 1)
	k.restore(smallBackup)
	if again := k.backup(); again != smallBackup {
		t.Fatalf("the file is written again as\n%s", again)
	}
	for _, c := range badFiles() {
		file := strings.Replace(smallBackup, c.old, c.new, 1)
		if strings.HasPrefix(c.old, "Z") {
			file = strings.TrimSuffix(smallBackup, c.old) + c.new
		}
		_, err := k.Restore(t.Context(), live.Call{}, strings.NewReader(file))
		list, ok := errors.AsType[problem.List](err)
		if !ok || len(list) == 0 || list[0].Pos.Line != c.line || !strings.Contains(list.Error(), c.text) {
			t.Errorf("%.60s for %s: got %v (%+v), want line %d: …%s…", c.new, c.old, err, list, c.line, c.text)
		}
	}
	old := strings.Replace(smallBackup, `"version":2`, `"version":1`, 1)
	begin, end := strings.Index(old, ",\n\"lists\""), strings.LastIndex(old, "\n}")
	k.restore(old[:begin] + old[end:])
	if n := len(k.Lists()) + len(k.Locations()); n > 0 || len(k.Rules()) != 1 || k.Gateway().MaxTTL > 0 {
		t.Errorf("of a file of old: %d lists and locations, %d rules", n, len(k.Rules()))
	}
	k.restore(smallBackup)
	if again := k.backup(); again != smallBackup {
		t.Errorf("a file that was refused has left\n%s", again)
	}
}

// A rule of a file is in force at times that the API would take, or none of it is taken.
func TestRestoreTimesRefused(t *testing.T) {
	k := newKept(t, 1)
	for members, want := range map[string]string{
		`"device_posture":"x ="`:                   "there is no operator",
		`"schedule":[]`:                            "is no object of days and hours",
		`"schedule":"mon"`:                         "is no object of days and hours",
		`"schedule":{"mon":8}`:                     "mon is no text",
		`"schedule":{"monday":"08:00-09:00"}`:      "monday is not known",
		`"schedule":{"time_zone":"Europe/Berlin"}`: "no day",
		`"schedule":{"mon":"8-9"}`:                 "no window of a day",
		`"schedule":{"mon":"08:00-09:00","time_zone":"Europe/Nowhere"}`: "no time zone",
		`"expiration":{}`:                                                    "expires_at is not from the year 1970",
		`"expiration":{"expires_at":"2030"}`:                                 "2030",
		`"expiration":{"expires_at":"9999-12-31T23:59:59-01:00"}`:            "to 9999",
		`"expiration":{"expires_at":"2030-01-01T00:00:00Z","duration":4}`:    "duration 4 is not from 5",
		`"expiration":{"expires_at":"2030-01-01T00:00:00Z","duration":1e30}`: "wrong type",
	} {
		file := strings.Replace(smallBackup, `"precedence":10`, `"precedence":10,`+members, 1)
		_, err := k.Restore(t.Context(), live.Call{}, strings.NewReader(file))
		list, ok := errors.AsType[problem.List](err)
		if !ok || len(list) == 0 || list[0].Pos.Line != 13 || !strings.Contains(list.Error(), want) {
			t.Errorf("%s: got %v, want line 13: …%s…", members, err, want)
		}
	}
	const times = `"schedule":{"mon":"08:00-09:00","sun":null},"expiration":{"expires_at":"2014-01-01T00:00:00+01:00","duration":5},`
	k.restore(strings.Replace(smallBackup, `"version":1,"created"`, times+`"version":1,"created"`, 1))
	if again := k.backup(); !strings.Contains(again, times) {
		t.Errorf("written again as\n%s", again)
	}
}

// A file that ends anywhere is not whole.
func TestRestoreCutShort(t *testing.T) {
	for n := range len(smallBackup) - 1 {
		if _, err := live.ReadBackup(t.Context(), strings.NewReader(smallBackup[:n])); err == nil {
			t.Fatalf("the first %d octets are taken for a backup", n)
		}
	}
}

// What keeps a file from being read is not what is wrong with it.
func TestRestoreUnreadable(t *testing.T) {
	broken := errors.New("the disk is broken")
	for _, n := range []int{0, 10, 500, 1800} {
		_, err := live.ReadBackup(t.Context(), io.MultiReader(strings.NewReader(smallBackup[:n]), failing{broken}))
		if !errors.Is(err, broken) {
			t.Errorf("after %d octets: %v", n, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	k := newKept(t, 1)
	if err := k.Backup(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("a backup that was given up: %v", err)
	}
	if err := k.Backup(t.Context(), failing{broken}); !errors.Is(err, broken) {
		t.Errorf("a backup that cannot be written: %v", err)
	}
}

// failing reads and writes nothing.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error)  { return 0, f.err }
func (f failing) Write([]byte) (int, error) { return 0, f.err }

// FuzzBackup holds that a file is refused, or restored and written again so that the next
// backup is the same.
func FuzzBackup(f *testing.F) {
	f.Add(smallBackup)
	f.Add(`{"format":"internaldns backup","version":1,"settings":null,"zones":[],"views":[],"rules":[],"tokens":[]}`)
	f.Fuzz(func(t *testing.T, file string) {
		if _, err := live.ReadBackup(t.Context(), strings.NewReader(file)); err != nil {
			return
		}
		k := newKept(t, 1)
		if _, err := k.Restore(t.Context(), live.Call{}, strings.NewReader(file)); err != nil {
			return
		}
		once := k.backup()
		k.restore(once)
		if again := k.backup(); again != once {
			t.Errorf("%q is backed up as %q and then as %q", file, once, again)
		}
	})
}
