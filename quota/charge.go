package quota

import (
	"context"
	"math/rand/v2"

	"github.com/azproc/azproc/config"
)

// Charge counts money that nobody has reserved, in pico-dollars: that of a batch, whose
// cost is known long after it was asked for. It counts in the period that runs now. It
// may ask the shared store, so nobody should be waiting for it. Call it once.
func (b *Books) Charge(ctx context.Context, key *config.Key, cost int64) {
	if key.Budget <= 0 || cost <= 0 {
		return
	}
	v := b.View(ctx, key) // begins the period
	b.Settle(Hold{Key: key.Name, ID: rand.Uint64(), Period: v.Period, Until: b.memory.now().Add(Kept).Unix()}, 0, cost)
}
