package program

import (
	_ "github.com/coredns/coredns/core/plugin" // every plugin of the stock program

	_ "github.com/internaldns/internaldns/plugin/dnsview"        // the suite's own
	_ "github.com/internaldns/internaldns/plugin/internaldns"    //
	_ "github.com/internaldns/internaldns/plugin/internalzone"   //
	_ "github.com/internaldns/internaldns/plugin/referencezone"  //
	_ "github.com/internaldns/internaldns/plugin/resolverpolicy" //
)
