// Command floor is CoreDNS with one plugin that answers from a map and does
// nothing else: what is left to gain for a plugin that is handed its queries by
// dnsserver. Its directive is
//
//	floor packed|messages FILE ORIGIN
//
// once for each zone; all names are in one map.
// `packed` writes prepared octets where the name exists, `messages` a dns.Msg with shared records, as
// plugins do. It knows names and A records; all other names do not exist.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/plugin"
	_ "github.com/coredns/coredns/plugin/bind" // the directives beside floor
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/pprof"

	"github.com/internaldns/internaldns/cmd/coredns/tune"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run() error {
	flags := flag.NewFlagSet("floor", flag.ExitOnError) // CoreDNS has its own -conf in the common set
	conf := flags.String("conf", "Corefile", "the Corefile")
	tuned := flags.Bool("tuned", false, "tune the runtime as cmd/coredns does")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	text, err := os.ReadFile(*conf)
	if err != nil {
		return err
	}
	plugin.Register("floor", setup)
	if err := dnsserver.SetDirectives([]string{"bind", "pprof", "prometheus", "errors", "floor"}); err != nil {
		return err
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, os.Interrupt, syscall.SIGTERM)
	instance, err := caddy.Start(caddy.CaddyfileInput{Filepath: *conf, Contents: text, ServerTypeName: "dns"})
	if err != nil {
		return err
	}
	if *tuned {
		tune.Runtime()
	}
	<-ended
	return instance.Stop()
}
