package test

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// sandbox runs the program that is below a root as the image and the unit have it run: as a
// user with no right of root's, below that root, which cannot be written, but for a folder.
const sandbox = `mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" &&
mount --bind "$2" "$1/var/lib/internaldns" && cd / &&
exec setpriv --no-new-privs chroot --userspec=65532:65532 --groups= "$1" "$3" -conf /etc/internaldns/Corefile`

// unpacked builds the packages and returns what they install, by kind. Compiling the program
// without the race detector and nfpm takes minutes, so somebody has to ask for it.
func unpacked(t *testing.T) map[string]string {
	t.Helper()
	if os.Getenv("INTERNALDNS_PACKAGES") == "" {
		t.Skip("INTERNALDNS_PACKAGES=1 builds the packages")
	}
	for _, tool := range []string{"make", "dpkg-deb", "rpm2cpio", "cpio", "setpriv"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s in the PATH: apt-get install make dpkg rpm2cpio cpio util-linux", tool)
		}
	}
	dir := t.TempDir()
	build := exec.Command("make", "-C", "..", "packages", "BIN="+dir, "VERSION=1.2.3", "ARCH=amd64")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("make packages: %v\n%s", err, out)
	}
	roots := make(map[string]string)
	for kind, command := range map[string]string{
		"deb": `dpkg-deb -x "$1"/internaldns_1.2.3_amd64.deb "$2"`,
		"rpm": `cd "$2" && rpm2cpio "$1"/internaldns-1.2.3-1.x86_64.rpm | cpio -idm --quiet --no-absolute-filenames`,
	} {
		roots[kind] = t.TempDir()
		if out, err := exec.Command("sh", "-c", command, "sh", dir, roots[kind]).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", kind, err, out)
		}
	}
	return roots
}

// What the packages install, which is also what the image holds, serves with the Corefile
// that they install, without a library, a right or a file of the system's.
func TestPackages(t *testing.T) {
	for kind, root := range unpacked(t) {
		t.Run(kind, func(t *testing.T) {
			isStatic(t, filepath.Join(root, "usr/bin/internaldns"))
			if to, err := os.Readlink(filepath.Join(root, "usr/lib/internaldns/coredns")); err != nil || to != "../../bin/internaldns" {
				t.Errorf("the server is a link to %q: %v", to, err)
			}
			serves(t, root)
		})
	}
}

func isStatic(t *testing.T, name string) {
	t.Helper()
	f, err := elf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("%s needs libraries: it has a header %v", name, p.Type)
		}
	}
}

// serves starts the installed program in the sandbox, with ports of its own.
func serves(t *testing.T, root string) {
	t.Helper()
	if out, err := exec.Command("unshare", "--mount", "mount", "--make-rprivate", "/").CombinedOutput(); err != nil {
		t.Skipf("no mounts of its own, for which root is needed: %v %s", err, out)
	}
	s := newLive(t, t.TempDir())
	ready := reserve(t)
	corefile := filepath.Join(root, "etc/internaldns/Corefile")
	text, err := os.ReadFile(corefile)
	if err != nil {
		t.Fatal(err)
	}
	api := "127.0.0.1:" + strconv.Itoa(s.api)
	changed := strings.NewReplacer("\n. {", "\n.:"+strconv.Itoa(s.dns)+" {", "127.0.0.1:9153", reserve(t), "127.0.0.1:8180", reserve(t),
		"127.0.0.1:8181", ready, "listen 127.0.0.1:8080", "listen "+api, "/etc/resolv.conf", "127.0.0.1:1").Replace(string(text))
	if err := os.WriteFile(corefile, []byte(changed), 0o644); err != nil { // #nosec G306 -- another user reads it
		t.Fatal(err)
	}
	for _, dir := range []string{root, filepath.Join(root, stateDir)} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, 0o755); err != nil { // #nosec G302 -- another user reads it
			t.Fatal(err)
		}
	}
	if err := os.Chown(s.dir, 65532, 65532); err != nil {
		t.Fatal(err)
	}
	s.run(exec.Command("unshare", "--mount", "sh", "-c", sandbox, "sh", root, s.dir, "/usr/lib/internaldns/coredns"))
	s.await("the API", s.answers)
	s.await("/ready", func() bool { return isReady(s, "http://"+ready+"/ready") })
	s.await("DNS", s.resolves)
	zone := s.zone("example.org")
	s.call("POST", "/zones/"+zone+"/dns_records", aRecord("www.example.org", "192.0.2.1"), nil)
	s.wantAnswer("www.example.org.", "NOERROR", "192.0.2.1")
	info, err := os.Stat(filepath.Join(s.dir, "internaldns.db"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the store: %v %v", info, err)
	}
}
