package usage

import (
	"sync/atomic"

	"github.com/azproc/azproc/config"
)

// purse keeps what is less than a micro-dollar, so that a counter of whole ones loses
// nothing of many small costs. It is safe for concurrent use.
type purse struct{ rest atomic.Int64 }

// add puts pico-dollars in, and takes out what that makes in whole micro-dollars.
func (p *purse) add(pico int64) (micro int64) {
	for {
		rest := p.rest.Load()
		sum := rest + pico%config.MicroDollar
		if p.rest.CompareAndSwap(rest, sum%config.MicroDollar) {
			return pico/config.MicroDollar + sum/config.MicroDollar
		}
	}
}
