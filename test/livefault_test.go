package test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallLive returns a server whose directory is a small file system, or skips the test.
func smallLive(t *testing.T) *liveServer {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skip("no file system can be mounted here:", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return newLive(t, dir)
}

// A full disk fails changes, and nothing else, as long as it is full.
func TestLiveFullDisk(t *testing.T) {
	s := smallLive(t)
	s.start(liveCorefile)
	zone := s.zone("example.org")
	records := "/zones/" + zone + "/dns_records"
	s.call(http.MethodPost, records, aRecord("a.example.org", "192.0.2.1"), nil)
	ballast := filepath.Join(s.dir, "ballast")
	_ = os.WriteFile(ballast, make([]byte, 8<<20), 0o600) // as much of it as there is room for
	var text strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&text, "b%d.example.org. 60 A 192.0.2.%d\n", i, i%250)
	}
	for range 3 {
		s.refused(http.MethodPost, records+"/import", formOf(text.String()), http.StatusInsufficientStorage,
			"nothing was changed: no space is left for the store; make room and repeat the call")
		s.wantAnswer("a.example.org.", "NOERROR", "192.0.2.1")
		s.wantAnswer("b7.example.org.", "NXDOMAIN", "")
		s.call(http.MethodGet, records, nil, nil)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	s.call(http.MethodPost, records+"/import", formOf(text.String()), nil)
	s.wantAnswer("b7.example.org.", "NOERROR", "192.0.2.7")
	s.kill()
	s.start(liveCorefile)
	s.wantAnswer("b7.example.org.", "NOERROR", "192.0.2.7")
}

// Starts that fail say why, and of which file or address.
func TestLiveStartFails(t *testing.T) {
	dir := t.TempDir()
	s := newLive(t, dir)
	s.start(liveCorefile)
	s.zone("example.org")
	second := newLive(t, dir)
	second.fails(liveCorefile, "plugin/internaldns: Corefile:3: store: store "+dir+"/store.db: in use by another process")
	s.kill()

	taken, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", second.api))
	if err != nil {
		t.Fatal(err)
	}
	second.fails(liveCorefile, "plugin/internaldns: Corefile:3: listen: listen tcp 127.0.0.1:", "address already in use")
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	second.start(liveCorefile)
	second.kill()

	for name, corefile := range map[string]string{
		"insecure":  strings.Replace(liveCorefile, "127.0.0.1:API", "0.0.0.0:API", 1),
		"tls files": strings.Replace(liveCorefile, "rate_limit", "tls none.pem none.key\nrate_limit", 1),
		"contrary":  liveCorefile + strings.Replace(strings.Replace(liveCorefile, ".:DNS", "example.net:DNS", 1), "rate_limit 100000000", "", 1),
		"no folder": strings.Replace(liveCorefile, "DIR/store.db", "DIR/Corefile/store.db", 1),
	} {
		second.fails(corefile, map[string]string{
			"insecure":  "tokens would cross the network as plain text; add tls CERT KEY",
			"tls files": "none.pem",
			"contrary":  "another server block says something else of this account, at Corefile:3; write the same in both",
			"no folder": dir + "/Corefile",
		}[name])
	}
	damage(t, filepath.Join(dir, "store.db"))
	second.fails(liveCorefile, "plugin/internaldns: Corefile:3: store", dir+"/store.db", "damaged")
	if err := os.WriteFile(filepath.Join(dir, "store.db"), []byte("no store at all, but a text of some length"), 0o600); err != nil {
		t.Fatal(err)
	}
	second.fails(liveCorefile, "store "+dir+"/store.db: not a store")
}

// damage overwrites what lies behind the head of a store.
func damage(t *testing.T, name string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for i := 8192; i < len(text); i++ {
		text[i] ^= 0x55
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// On a file system that is read-only a start says so.
func TestLiveReadOnly(t *testing.T) {
	s := smallLive(t)
	s.start(liveCorefile)
	s.zone("example.org")
	s.kill()
	s.write(liveCorefile)
	if err := syscall.Mount("tmpfs", s.dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skip("it cannot be made read-only:", err)
	}
	s.launch()
	<-s.ended
	if out := s.out.String(); !strings.Contains(out, "store "+s.dir+"/store.db: cannot be written") {
		t.Errorf("the start said:\n%s", out)
	}
}

// A check reads what a start would, and neither opens nor makes a store.
func TestLiveCheck(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.write(liveCorefile)
	cmd := programAs(t, "internaldns", "check", "-conf", filepath.Join(s.dir, "Corefile"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("check: %v\n%s", err, out)
	}
	files, err := os.ReadDir(s.dir)
	if err != nil || len(files) != 1 {
		t.Errorf("after a check there are %v, %v", files, err)
	}
	s.start(liveCorefile)
	cmd = programAs(t, "internaldns", "check", "-conf", filepath.Join(s.dir, "Corefile"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("check beside a server: %v\n%s", err, out)
	}
}

// Two blocks that name one account serve the same; two accounts with stores of their own
// share nothing.
func TestLiveAccounts(t *testing.T) {
	s := newLive(t, t.TempDir())
	s.start(liveCorefile + strings.Replace(liveCorefile, ".:DNS", "example.org:DNS", 1) + secondBlock)
	zone := s.zone("example.org")
	s.call(http.MethodPost, "/zones/"+zone+"/dns_records", aRecord("a.example.org", "192.0.2.1"), nil)
	s.wantAnswer("a.example.org.", "NOERROR", "192.0.2.1")
	s.wantAnswer("a.example.com.", "REFUSED", "")
	own := s.account()
	text, err := os.ReadFile(filepath.Join(s.dir, "internaldns.other.token"))
	if err != nil {
		t.Fatal(err)
	}
	s.token = strings.TrimSpace(string(text))
	other := s.zone("example.net")
	s.wantAnswer("b.example.net.", "NXDOMAIN", "")
	s.refused(http.MethodGet, "/zones/"+zone, nil, http.StatusNotFound, "there is no zone")
	s.refused(http.MethodDelete, "/zones/"+zone, nil, http.StatusNotFound, "there is no zone")
	s.refused(http.MethodGet, "/accounts/"+own+"/dns_settings/views", nil, http.StatusForbidden, "lacks the permission")
	if a := s.call(http.MethodGet, "/zones", nil, nil); strings.Contains(a.text, zone) || !strings.Contains(a.text, other) {
		t.Errorf("zones %s", a.text)
	}
}
