package token

import (
	"encoding/json"
	"reflect"
	"testing"
)

// What a client sends as a policy is read or refused, and what was read is written
// so that it reads as the same.
func FuzzPolicy(f *testing.F) {
	for _, seed := range []string{
		`{"effect":"allow","permission_groups":[{"name":"DNS Read"}],"resources":{"com.cloudflare.api.account.zone.*":"*"}}`,
		`{"effect":"deny","permission_groups":[{"id":"82e64a83756745bbbb1c9c2701bf816b"}],"resources":{"com.cloudflare.api.account.a":{"com.cloudflare.api.account.zone.*":{"name ends_with":".corp.example","type":["TXT"]}}}}`,
		`{"permission_groups":[{"name":"DNS Edit"}],"resources":"{\"internaldns.view.v\":\"*\"}"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p, again Policy
		if json.Unmarshal([]byte(text), &p) != nil {
			return
		}
		out, err := json.Marshal(p)
		if err != nil {
			t.Fatalf("%+v: %v", p, err)
		}
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if !reflect.DeepEqual(p.Resources.grants, again.Resources.grants) || !reflect.DeepEqual(p.Permissions, again.Permissions) {
			t.Errorf("read again as %+v, was %+v", again, p)
		}
	})
}
