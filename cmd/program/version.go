package program

import (
	"flag"
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/coredns/caddy"
	"github.com/coredns/coredns/core/dnsserver"
	clog "github.com/coredns/coredns/plugin/pkg/log"

	"github.com/internaldns/internaldns/cmd/suite"
)

// announceVersion sees to it that the suite's version is shown wherever CoreDNS
// shows its own: on -version, and once when the server has started.
func announceVersion() {
	// Run parses again, prints and exits by itself. A wrong flag ends the program
	// here as it would there.
	flag.Parse()
	if flag.Lookup("version").Value.String() == "true" {
		fmt.Println(versionLine())
		return
	}
	var once sync.Once // the event is sent for a reload too
	caddy.RegisterEventHook("internaldns-version", func(event caddy.EventName, _ any) error {
		if event == caddy.InstanceStartupEvent && !dnsserver.Quiet {
			once.Do(showVersion)
		}
		return nil
	})
}

func showVersion() {
	if clog.IsJSON() {
		clog.Info(versionLine())
		return
	}
	fmt.Println(versionLine())
}

// versionLine returns the suite's version in the form CoreDNS gives its own, with
// the commit if the build recorded one.
func versionLine() string {
	line := "internaldns-" + suite.Version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return line
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && len(setting.Value) >= 8 {
			line += ", " + setting.Value[:8]
		}
	}
	return line
}
