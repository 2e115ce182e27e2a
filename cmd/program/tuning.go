package program

import (
	"os"
	"sync"

	"github.com/coredns/caddy"

	"github.com/internaldns/internaldns/cmd/coredns/tune"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// tuneEnv switches off or on, with the values "off" and "on", what package tune does to the
// runtime. Without it the runtime is tuned if a server block of the suite has no fast_udp,
// which needs none of it.
const tuneEnv = "INTERNALDNS_TUNE"

// tuneOnUse has the runtime tuned when the first load uses the suite; with a stock
// Corefile the program runs as the stock program does.
func tuneOnUse() {
	var once sync.Once
	switch os.Getenv(tuneEnv) {
	case "off":
		return
	case "on":
		tune.Runtime()
		return
	}
	caddy.RegisterParsingCallback("dns", model.ReferenceDirective, func(caddy.Context) error {
		if scope.InUse() {
			once.Do(tune.Runtime)
		}
		return nil
	})
}
