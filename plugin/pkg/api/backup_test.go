package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/internaldns/internaldns/plugin/pkg/api"
	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/token"
)

// keeper is an API over an account in a new store.
type keeper struct {
	*testing.T
	account *live.Account
	server  *httptest.Server
}

func newKeeper(t *testing.T) *keeper {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "internaldns.db"), bolt.Options{MapSize: 1 << 26})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	account, err := live.Open(t.Context(), live.Config{Name: "default", Store: s})
	if err != nil {
		t.Fatal(err)
	}
	k := &keeper{T: t, account: account}
	k.server = httptest.NewServer(api.New(api.Config{
		Accounts: func() []api.Account { return []api.Account{{Account: account, RateLimit: 10000}} },
	}))
	t.Cleanup(k.server.Close)
	return k
}

// token makes a token of policies and returns its text.
func (k *keeper) token(expires *time.Time, policies string) string {
	k.Helper()
	var read []token.Policy
	if err := json.Unmarshal([]byte(strings.ReplaceAll(policies, "ACCOUNT", k.account.ID())), &read); err != nil {
		k.Fatal(err)
	}
	text := token.NewText()
	if _, err := k.account.Change(k.Context(), live.Call{}, func(c *live.Change) error {
		c.SetToken(&live.Token{
			Token: token.Token{Name: "t", Status: token.StatusActive, IssuedOn: c.Now(), Modified: c.Now(), ExpiresOn: expires, Policies: read}, Hash: token.HashOf(text),
		})
		return nil
	}); err != nil {
		k.Fatal(err)
	}
	return text
}

// full makes a token with all rights.
func (k *keeper) full(expires *time.Time) string {
	k.Helper()
	policy, err := token.Full(k.account.ID())
	if err != nil {
		k.Fatal(err)
	}
	text, err := json.Marshal([]token.Policy{policy})
	if err != nil {
		k.Fatal(err)
	}
	return k.token(expires, string(text))
}

func (k *keeper) call(bearer, method, path, body string) (int, string) {
	k.Helper()
	req, err := http.NewRequestWithContext(k.Context(), method, k.server.URL+"/client/v4/accounts/"+k.account.ID()+"/internal_dns"+path, strings.NewReader(body))
	if err != nil {
		k.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+bearer)
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		k.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		k.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// What is backed up and restored by calls is the same.
func TestBackupCalls(t *testing.T) {
	k := newKeeper(t)
	bearer := k.full(nil)
	if _, err := k.account.Change(t.Context(), live.Call{}, func(c *live.Change) error { _, err := c.CreateZone("corp.example."); return err }); err != nil {
		t.Fatal(err)
	}
	code, file := k.call(bearer, http.MethodGet, "/backup", "")
	if code != http.StatusOK || !strings.HasPrefix(file, `{"format":"internaldns backup"`) {
		t.Fatalf("%d %s", code, file)
	}
	into := newKeeper(t)
	code, text := into.call(into.full(nil), http.MethodPost, "/restore", file)
	if code != http.StatusOK || !strings.Contains(text, `"revision":2,"zones":1,"records":0,"views":0,"rules":0,"tokens":1`) {
		t.Fatalf("%d %s", code, text)
	}
	if code, again := into.call(bearer, http.MethodGet, "/backup", ""); code != http.StatusOK || again != file {
		t.Errorf("%d: the backup after a restore differs:\n%s", code, again)
	}
	for body, want := range map[string]string{
		"":                        `line 1: this is no backup of internaldns`,
		file[:len(file)-40]:       `not whole`,
		file + "x":                `behind the end`,
		file[:2] + "x" + file[2:]: `line 1: `,
	} {
		if code, text := into.call(bearer, http.MethodPost, "/restore", body); code != http.StatusBadRequest || !strings.Contains(text, want) {
			t.Errorf("%.30s…: %d %s, want %s", body, code, text, want)
		}
	}
}

// A backup shows everything, and a restore makes tokens: neither is for who has not all.
func TestBackupNeedsEverything(t *testing.T) {
	k := newKeeper(t)
	for _, policies := range []string{
		`[{"permission_groups":[{"name":"API Tokens Write"}],"resources":{"com.cloudflare.api.account.ACCOUNT":"*"}}]`,
		`[{"permission_groups":[{"name":"DNS Write"}],"resources":{"com.cloudflare.api.account.zone.*":"*"}}]`,
	} {
		bearer := k.token(nil, policies)
		for method, path := range map[string]string{http.MethodGet: "/backup", http.MethodPost: "/restore"} {
			if code, text := k.call(bearer, method, path, "{}"); code != http.StatusForbidden {
				t.Errorf("%s %s by %s: %d %s", method, path, policies, code, text)
			}
		}
	}
	policy, err := token.Full(k.account.ID())
	if err != nil {
		t.Fatal(err)
	}
	all, err := json.Marshal(policy)
	if err != nil {
		t.Fatal(err)
	}
	denied := k.token(nil, `[`+string(all)+`,{"effect":"deny","permission_groups":[{"name":"DNS Read"}],"resources":{"com.cloudflare.api.account.zone.00000000000000000000000000000001":"*"}}]`)
	if code, text := k.call(denied, http.MethodGet, "/backup", ""); code != http.StatusForbidden {
		t.Errorf("a token that is denied a zone: %d %s", code, text)
	}
	// One that ends cannot make one that does not.
	_, file := k.call(k.full(nil), http.MethodGet, "/backup", "")
	soon := time.Now().Add(time.Hour)
	other := newKeeper(t)
	if code, text := other.call(other.full(&soon), http.MethodPost, "/restore", file); code != http.StatusForbidden || !strings.Contains(text, "lives longer") {
		t.Errorf("a token that ends: %d %s", code, text)
	}
	ends := k.full(&soon)
	_, file = k.call(ends, http.MethodGet, "/backup", "")
	if code, text := k.call(ends, http.MethodPost, "/restore", file); code != http.StatusOK {
		t.Errorf("a token that ends restores the tokens that there are: %d %s", code, text)
	}
}
