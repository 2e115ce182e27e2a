//go:build linux

package datagram

import (
	"errors"
	"net"
	"testing"

	"github.com/miekg/dns"
)

// More queries than may be under way are dropped, and told of; afterwards all is as before.
func TestTooManyUnderWay(t *testing.T) {
	f := &fake{held: make(chan struct{})}
	address := loopbackAddress(t)
	serving(t, address, Config{Loops: 1}, f)
	conn := client(t, "", address)
	packet := packed(t, "p.", dns.TypeA, nil)
	const more = 100
	for sent := int64(1); sent <= maxPassing+more; sent++ {
		if _, err := conn.Write(packet); err != nil {
			t.Fatal(err)
		}
		if sent%batch == 0 || sent == maxPassing+more { // the kernel's queue is short
			until(t, "queries are taken", func() bool { return f.entered.Load()+f.dropped.Load() == sent })
		}
	}
	if entered, dropped := f.entered.Load(), f.dropped.Load(); entered != maxPassing || dropped != more {
		t.Errorf("%d queries are under way, %d dropped", entered, dropped)
	}
	if got := asked(t, client(t, "", address), packed(t, "a.", dns.TypeA, nil))[3] & 0xf; got != byLoop {
		t.Errorf("meanwhile answered with %s", dns.RcodeToString[int(got)])
	}
	close(f.held)
	until(t, "queries are answered", func() bool { return f.left.Load() == maxPassing })
	if got := asked(t, client(t, "", address), packet)[3] & 0xf; got != byHandler {
		t.Errorf("afterwards answered with %s", dns.RcodeToString[int(got)])
	}
}

// An address that cannot be had is an error, and leaves nothing behind.
func TestServeFails(t *testing.T) {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0") // without SO_REUSEPORT
	if err != nil {
		t.Fatal(err)
	}
	address := conn.LocalAddr().String()
	f := new(fake)
	for _, address := range []string{address, "192.0.2.1:5353", "nonsense"} {
		if err := Serve(address, Config{Loops: 1}, f); err == nil || errors.Is(err, ErrUnsupported) || errors.Is(err, ErrUnsteered) {
			t.Errorf("%s: %v", address, err)
		}
		if Serving(address) != nil {
			t.Errorf("%s is served", address)
		}
		Release(address, f) // does nothing
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	serving(t, address, Config{Loops: 1}, f)
	Release(address, new(fake)) // another's
	if Serving(address) != f {
		t.Error("released by another")
	}
}

// A writer is of no use once it is closed.
func TestWriterClosed(t *testing.T) {
	address := loopbackAddress(t)
	serving(t, address, Config{Loops: 1}, new(fake))
	groups.mu.Lock()
	conn := groups.byAddress[address].sockets[0].conn
	groups.mu.Unlock()
	at := client(t, "", address)
	w := &writer{conn: conn, client: at.LocalAddr().(*net.UDPAddr)}
	if w.LocalAddr().String() != address || w.RemoteAddr().String() != at.LocalAddr().String() || w.ConnectionState() != nil {
		t.Errorf("%v, %v", w.LocalAddr(), w.RemoteAddr())
	}
	if n, err := w.Write(make([]byte, 20)); n != 20 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if _, err := w.Write(nil); err == nil {
		t.Error("it writes")
	}
	if w.WriteMsg(new(dns.Msg)) == nil || w.Close() == nil {
		t.Error("it writes, or closes twice")
	}
	if err := (&writer{conn: conn}).WriteMsg(&dns.Msg{Question: []dns.Question{{Name: "no end"}}}); err == nil {
		t.Error("a message that cannot be packed is written")
	}
}
