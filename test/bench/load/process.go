package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/miekg/dns"

	"github.com/internaldns/internaldns/test/loopback"
)

// Bounds of a server's start and end.
const (
	readyWithin   = 3 * time.Minute
	stoppedWithin = 15 * time.Second
	askEvery      = 2 * time.Millisecond
)

// The cores that are pinned to.
const (
	serverCore = "0"
	clientCore = "1"
)

// ticks is the unit of processor times in /proc, fixed for programs.
const ticks = 100

func canPin() bool {
	_, err := exec.LookPath("taskset")
	return err == nil && runtime.NumCPU() > 1
}

// pinned puts the argument list of a program on one core.
func (o options) pinned(core string, args ...string) []string {
	if !o.cores {
		return args
	}
	return append([]string{"taskset", "-c", core}, args...)
}

// process is a server that runs. It ends with stop, which is called once.
type process struct {
	site
	cmd    *exec.Cmd
	claims []io.Closer
	exited chan struct{}
	log    *os.File
}

// launch starts a program in a process group of its own, which dies with this
// program whatever becomes of it.
func launch(s site, claims []io.Closer, args []string) (*process, error) {
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.dir, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	p := &process{site: s, cmd: cmd, claims: claims, exited: make(chan struct{}), log: log}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() {
		_ = cmd.Wait() // a server told to end may do so with any status
		close(p.exited)
	}()
	return p, nil
}

// stop ends the process group, by force if it does not end when told to.
func (p *process) stop() {
	group := -p.cmd.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM) // fails if it has ended, which is fine
	select {
	case <-p.exited:
	case <-time.After(stoppedWithin):
	}
	_ = syscall.Kill(group, syscall.SIGKILL)
	<-p.exited
	_ = p.log.Close()
	for _, c := range p.claims {
		_ = c.Close()
	}
}

// said returns the end of what the process wrote, to explain a failure.
func (p *process) said() string {
	text, _ := os.ReadFile(p.log.Name())
	return string(bytes.TrimSpace(text[max(0, len(text)-2000):]))
}

// ready waits until the server answers the probe as a client of the world would see it.
func (p *process) ready(ctx context.Context, client string, probe record) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	c := dns.Client{Timeout: time.Second, Dialer: &net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(client)}}}
	m := new(dns.Msg).SetQuestion(dns.Fqdn(probe.name), dns.TypeA)
	again := time.NewTicker(askEvery)
	defer again.Stop()
	for {
		r, _, err := c.ExchangeContext(ctx, m, fmt.Sprintf("127.0.0.1:%d", p.port))
		if err == nil && has(r, probe.address) {
			return nil
		}
		select {
		case <-p.exited:
			return fmt.Errorf("the program ended; it said:\n%s", p.said())
		case <-ctx.Done():
			return fmt.Errorf("no answer %s to %s (last: %v, %w); the program said:\n%s", probe.address, probe.name, r, ctx.Err(), p.said())
		case <-again.C:
		}
	}
}

// has reports whether the last record of an answer is the address.
func has(r *dns.Msg, address string) bool {
	if len(r.Answer) == 0 {
		return false
	}
	a, ok := r.Answer[len(r.Answer)-1].(*dns.A)
	return ok && a.A.String() == address
}

// place makes a directory below root and reserves the ports of one server.
func place(root string, profile bool) (site, []io.Closer, error) {
	dir, err := os.MkdirTemp(root, "server")
	if err != nil {
		return site{}, nil, err
	}
	s := site{dir: dir}
	ports := []*int{&s.port, &s.metrics}
	if profile {
		ports = append(ports, &s.profile)
	}
	var claims []io.Closer
	for _, to := range ports {
		port, claim, err := loopback.Reserve()
		if err != nil {
			return s, claims, err
		}
		*to, claims = port, append(claims, claim)
	}
	return s, claims, nil
}

// usage is what a process group has used up and holds.
type usage struct {
	cpu float64 // seconds
	mib float64 // resident; of all but the largest process only what it does not share
}

// usage adds up the processes of the group, ended ones of the leader's children included.
func (p *process) usage() (usage, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return usage{}, err
	}
	var u usage
	largest := 0.0
	for _, stat := range stats {
		text, err := os.ReadFile(stat)
		if err != nil {
			continue // it ended just now
		}
		group, used, err := parseStat(string(text))
		if err != nil {
			return u, fmt.Errorf("%s: %w", stat, err)
		}
		if group != p.cmd.Process.Pid {
			continue
		}
		u.cpu += used
		resident, private, err := memory(filepath.Dir(stat))
		if err != nil {
			return u, err
		}
		u.mib += private
		largest = max(largest, resident-private)
	}
	u.mib += largest
	return u, nil
}

// parseStat reads the process group and the processor time in seconds from the
// line in /proc/PID/stat.
func parseStat(line string) (group int, seconds float64, err error) {
	fields := strings.Fields(line[strings.LastIndexByte(line, ')')+1:]) // the name before it may hold anything
	if len(fields) < 15 {
		return 0, 0, fmt.Errorf("unknown form: %q", line)
	}
	if group, err = strconv.Atoi(fields[2]); err != nil {
		return 0, 0, err
	}
	for _, field := range fields[11:15] { // utime, stime, and those of children that were waited for
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, 0, err
		}
		seconds += float64(n) / ticks
	}
	return group, seconds, nil
}

// memory returns what a process has resident and how much of it is its own, in MiB.
func memory(dir string) (resident, private float64, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "smaps_rollup"))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[2] != "kB" {
			continue
		}
		kib, err := strconv.ParseFloat(fields[1], 64)
		if err != nil {
			return 0, 0, err
		}
		switch fields[0] {
		case "Rss:":
			resident = kib / 1024
		case "Private_Clean:", "Private_Dirty:":
			private += kib / 1024
		}
	}
	return resident, private, nil
}
