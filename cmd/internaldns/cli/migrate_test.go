package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/live"
	"github.com/internaldns/internaldns/plugin/pkg/store/bolt"
	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
)

// LIVE 10: an account goes to etcd and back, and is the same.
func TestMigrate(t *testing.T) {
	etcd := etcdtest.Start(t)
	first, second := filepath.Join(t.TempDir(), "first.db"), filepath.Join(t.TempDir(), "second.db")
	fillStore(t, first)
	run := func(want string, words ...string) {
		t.Helper()
		if got := invoke(false, append([]string{"migrate", "-etcd", etcd.Endpoint()}, words...)...); !strings.Contains(got, want) {
			t.Errorf("migrate %q:\n%swant %q", words, got, want)
		}
	}
	const same = "1 zones, 0 records, 1 views, 0 policies, 0 lists, 0 locations, 0 tokens; both backups are the same"
	run(same, first, "etcd")
	run("-force replaces it", first, "etcd")
	run(same, "-force", first, "etcd")
	run(same, "etcd", second)
	if a, b := invoke(false, "backup", "-store", first), invoke(false, "backup", "-store", second); a != b || !strings.Contains(a, "corp.example.") {
		t.Errorf("the account came back as:\n%swas:\n%s", b, a)
	}
	run(`has no account "other"`, "-account", "other", "etcd", second)
	run("there is no store", "/nowhere/store.db", "etcd")
	run("say from where to where", first, second)
	run("say from where to where", "etcd", "etcd")
}

// fillStore makes a store with a zone and a view.
func fillStore(t *testing.T, file string) {
	t.Helper()
	opened, err := bolt.Open(file, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	account, err := live.Open(t.Context(), live.Config{Name: "default", Store: opened})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := account.Change(t.Context(), live.Call{}, func(c *live.Change) error {
		z, err := c.CreateZone("corp.example.")
		if err == nil {
			c.CreateView("office", []string{z.ID})
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	account.Close()
	if err := opened.Close(); err != nil {
		t.Fatal(err)
	}
}
