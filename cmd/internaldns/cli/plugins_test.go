package cli

// The stock plugins that the Corefiles of these tests use; the tests of the
// assembled server, in test, link all of them.
import (
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/file"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/log"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/pprof"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
	_ "github.com/coredns/coredns/plugin/root"
	_ "github.com/coredns/coredns/plugin/template"
	_ "github.com/coredns/coredns/plugin/tls"
	_ "github.com/coredns/coredns/plugin/view"
	_ "github.com/coredns/coredns/plugin/whoami"

	_ "github.com/internaldns/internaldns/plugin/dnsview"
	_ "github.com/internaldns/internaldns/plugin/internaldns"
	_ "github.com/internaldns/internaldns/plugin/internalzone"
	_ "github.com/internaldns/internaldns/plugin/referencezone"
	_ "github.com/internaldns/internaldns/plugin/resolverpolicy"
)
