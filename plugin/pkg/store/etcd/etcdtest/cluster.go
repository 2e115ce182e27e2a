package etcdtest

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// Cluster is members that belong together.
type Cluster []*Member

// Endpoints returns the URLs of all members.
func (c Cluster) Endpoints() (urls []string) {
	for _, m := range c {
		urls = append(urls, m.client)
	}
	return urls
}

// Kill ends all members at once.
func (c Cluster) Kill() {
	for _, m := range c {
		m.Kill()
	}
}

// Restart starts all members on the data that they have, and waits until they answer.
func (c Cluster) Restart() {
	for _, m := range c {
		m.Launch()
	}
	for _, m := range c {
		m.Await()
	}
}

// Empty ends all members and removes what they have. A token other than "" makes it
// another cluster.
func (c Cluster) Empty(token string) {
	for _, m := range c {
		m.Empty(token)
	}
}

// Save writes a backup to a file, and returns its name.
func (c Cluster) Save() string { return c[0].Save() }

// Restore puts a backup in the place of what all members have, and starts them.
func (c Cluster) Restore(backup, token string) {
	for _, m := range c {
		m.restore(backup, token)
	}
	c.Restart()
}

// Save writes a backup to a file, and returns its name.
func (m *Member) Save() string {
	m.t.Helper()
	name := filepath.Join(m.t.TempDir(), "backup.db")
	m.Ctl("snapshot", "save", name)
	return name
}

// Restore puts a backup in the place of what a cluster of one has, and starts it. A token
// other than "" makes it another cluster.
func (m *Member) Restore(backup, token string) {
	m.t.Helper()
	Cluster{m}.Restore(backup, token)
}

func (m *Member) restore(backup, token string) {
	m.t.Helper()
	m.Empty(token)
	text, err := exec.Command("etcdctl", "snapshot", "restore", backup, "--data-dir", m.data(), "--name", m.name, // #nosec G204 -- of a test
		"--initial-cluster", m.cluster, "--initial-advertise-peer-urls", m.peer, "--initial-cluster-token", m.token).CombinedOutput()
	if err != nil {
		m.t.Fatalf("etcdctl snapshot restore: %v: %s", err, text)
	}
}

// Fill puts values beside what is there until it takes no more: its disk is full, as far
// as its quota goes.
func (m *Member) Fill() {
	m.t.Helper()
	for n := range 100 {
		command := exec.Command("etcdctl", "--endpoints", m.client, "--command-timeout", "30s", "put", fmt.Sprintf("/filler/%d", n)) // #nosec G204 -- of a test
		command.Stdin = bytes.NewReader(bytes.Repeat([]byte("x"), 1<<20))
		switch text, err := command.CombinedOutput(); {
		case err == nil:
		case strings.Contains(string(text), "space exceeded"):
			return
		default:
			m.t.Fatalf("etcdctl put: %v: %s", err, text)
		}
	}
	m.t.Fatal("etcd has room for all of it: its quota is too large for this test")
}

// MakeRoom takes away what Fill has put there, as operators do.
func (m *Member) MakeRoom() {
	m.t.Helper()
	m.Ctl("del", "--prefix", "/filler/")
	m.Compact()
	m.Ctl("defrag")
	m.Ctl("alarm", "disarm")
}
