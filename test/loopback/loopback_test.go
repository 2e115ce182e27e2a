package loopback

import (
	"net"
	"strconv"
	"testing"
)

func TestReserve(t *testing.T) {
	seen := map[int]bool{}
	for range 200 {
		port, claim, err := Reserve()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { claim.Close() })
		if seen[port] || port < lowest || port >= highest {
			t.Fatalf("port %d is given twice or out of range", port)
		}
		seen[port] = true
		packets, err := net.ListenPacket("udp", net.JoinHostPort(used, strconv.Itoa(port)))
		if err != nil {
			t.Fatalf("a reserved port is not free: %v", err)
		}
		packets.Close()
	}
}

func TestFree(t *testing.T) {
	listener, err := net.Listen("tcp", used+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	for _, host := range []string{used, ""} {
		if free(host, port) {
			t.Errorf("a taken port counts as free on %q", host)
		}
	}
}

func TestEverywhere(t *testing.T) {
	port, err := Everywhere()
	if err != nil {
		t.Fatal(err)
	}
	if port < lowest || port >= highest {
		t.Fatalf("port %d is out of range", port)
	}
	for _, host := range []string{"127.0.0.1", "127.0.0.9", ""} {
		packets, err := net.ListenPacket("udp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			t.Fatalf("%q: the port is not free: %v", host, err)
		}
		packets.Close()
	}
}
