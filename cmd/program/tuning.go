package program

import (
	"os"
	"sync"

	"github.com/coredns/caddy"

	"github.com/internaldns/internaldns/cmd/coredns/tune"
	"github.com/internaldns/internaldns/plugin/pkg/model"
	"github.com/internaldns/internaldns/plugin/pkg/scope"
)

// tuneEnv switches off, with the value "off", what package tune does to the runtime.
const tuneEnv = "INTERNALDNS_TUNE"

// tuneOnUse has the runtime tuned when the first load uses the suite; with a stock
// Corefile the program runs as the stock program does.
func tuneOnUse() {
	if os.Getenv(tuneEnv) == "off" {
		return
	}
	var once sync.Once
	caddy.RegisterParsingCallback("dns", model.ReferenceDirective, func(caddy.Context) error {
		if scope.InUse() {
			once.Do(tune.Runtime)
		}
		return nil
	})
}
