package main

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/miekg/dns"
)

// How others than the flooder ask: one question at a time, so often, and again when there is no
// answer for a while.
const (
	askAgain  = 250 * time.Millisecond
	askPace   = 10 * time.Millisecond
	patience  = 40 // times that a question is asked
	askedName = "host-1." + apex + "."
)

// asker is one of them and what it saw.
type asker struct {
	address     string
	asked       int // questions that were answered
	again, lost int // times asked again, questions given up
	took        []time.Duration
}

// askings is what all of them saw.
type askings struct {
	each []asker // who asked again most often first
	took []time.Duration
}

// asking has others ask while something is done.
func asking(ctx context.Context, port int, during func()) askings {
	all := askings{each: make([]asker, askers)}
	ctx, end := context.WithCancel(ctx)
	var running sync.WaitGroup
	for i := range all.each {
		a := &all.each[i]
		a.address = fmt.Sprintf("127.0.64.%d", i+1)
		running.Go(func() { a.ask(ctx, port) })
	}
	during()
	end()
	running.Wait()
	for _, a := range all.each {
		all.took = append(all.took, a.took...)
	}
	slices.Sort(all.took)
	slices.SortFunc(all.each, func(a, b asker) int { return b.again - a.again })
	return all
}

func (a *asker) ask(ctx context.Context, port int) {
	client := dns.Client{Timeout: askAgain, Dialer: &net.Dialer{LocalAddr: &net.UDPAddr{IP: net.ParseIP(a.address)}}}
	conn, err := client.Dial(net.JoinHostPort(localhost, strconv.Itoa(port)))
	if err != nil {
		a.lost++
		return
	}
	defer conn.Close()
	pace := time.NewTicker(askPace)
	defer pace.Stop()
	for {
		m, began, tries := new(dns.Msg).SetQuestion(askedName, dns.TypeA), time.Now(), 0
		for ctx.Err() == nil {
			if r, _, err := client.ExchangeWithConn(m, conn); err == nil && has(r, address(1)) {
				a.asked++
				a.took = append(a.took, time.Since(began))
				break
			}
			if tries++; tries == patience {
				a.lost++
				break
			}
			a.again++
		}
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
		}
	}
}

// at returns the time that a part of the answers took at most.
func (a askings) at(part float64) time.Duration {
	if len(a.took) == 0 {
		return 0
	}
	return a.took[min(len(a.took)-1, int(part*float64(len(a.took))))]
}

// sums returns what askers saw together.
func sums(of []asker) (asked, again, lost int) {
	for _, a := range of {
		asked, again, lost = asked+a.asked, again+a.again, lost+a.lost
	}
	return asked, again, lost
}
