package test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/internaldns/internaldns/plugin/pkg/store/etcd/etcdtest"
)

// addTo adds a record by each server, as soon as that can be done.
func (c *liveCluster) addTo(name string) {
	c.t.Helper()
	for i := range c.servers {
		c.addWhen(i, fmt.Sprintf("%s%d", name, i))
	}
	c.settle()
}

// refuse holds that no server takes a change, and that all say why, by one of some codes.
func (c *liveCluster) refuse(status int, codes ...int) {
	c.t.Helper()
	for i, s := range c.servers {
		a := s.refused(http.MethodPost, "/zones/"+c.zone+"/dns_records", aRecord("lost.example.org", "192.0.2.1"), status, `"success":false`)
		if len(a.Errors) != 1 || !slices.Contains(codes, a.Errors[0].Code) {
			c.t.Errorf("server %d refuses with %s", i, a.text)
		}
		s.wantAnswer("lost.example.org.", "NXDOMAIN", "")
	}
}

// LIVE 10: a member of etcd that is lost keeps nobody from anything. When all are, what is
// known is served, also beside an etcd that begins anew and knows nothing; once a backup
// is restored, all have what that has.
func TestClusterLosesEtcd(t *testing.T) {
	members := etcdtest.StartCluster(t, 3)
	c := newClusterOn(t, members)
	stop := c.query()
	c.addTo("whole")
	members[1].Kill()
	c.addTo("without-one")
	members[1].Launch()
	members[1].Await()
	c.add(0, "kept.example.org")
	backup := members.Save()
	c.add(1, "void.example.org")
	c.settle()

	members.Kill()
	c.refuse(http.StatusServiceUnavailable, 10519, 10520) // a call may have been on its way
	members.Restart()
	c.addTo("back")

	members.Kill()
	members.Empty("nothing")
	members.Restart()
	for _, s := range c.servers {
		s.await("a status that tells what is to be done", func() bool {
			status := s.status()
			return !status.Store.Connected && strings.Contains(status.Store.Error, "restore a backup")
		})
	}
	c.refuse(http.StatusServiceUnavailable, 10519, 10520)
	c.kill(1)
	c.restart(1)
	c.servers[1].wantAnswer("void.example.org.", "NOERROR", "192.0.2.1")

	members.Restore(backup, "restored")
	c.addTo("restored")
	for _, s := range c.servers {
		s.wantAnswer("kept.example.org.", "NOERROR", "192.0.2.1")
		s.wantAnswer("void.example.org.", "NXDOMAIN", "")
	}
	stop()
	c.same()
	t.Logf("%d queries answered", c.asked.Load())
}

// An etcd whose disk is full takes no change, which is told as such (507) and keeps nobody
// from asking; when there is room, and its alarm is disarmed, it goes on.
func TestClusterFullEtcd(t *testing.T) {
	c := newCluster(t, "--quota-backend-bytes", fmt.Sprint(16<<20))
	stop := c.query()
	c.addTo("before")
	c.etcd.Fill()
	c.refuse(http.StatusInsufficientStorage, 10505)
	if status := c.servers[0].status(); !status.Store.Connected {
		t.Errorf("the status is %+v", status.Store)
	}
	c.etcd.MakeRoom()
	c.addTo("after")
	stop()
	c.same()
	t.Logf("%d queries answered", c.asked.Load())
}
