package usage

import (
	"sync"
	"time"

	"github.com/tidwall/gjson"
)

// keptBatches is how many batches are remembered as counted.
const keptBatches = 10_000

// Batches counts what finished batches have used, each once, although clients ask
// for them again and again. It is safe for concurrent use.
//
// first says whether nobody else has counted a batch yet: the store that replicas
// share. known is false when there is none, or it does not answer; then a batch
// counts when it ended since this process began and this process has not seen it.
//
// cost is what tokens have cost in a batch on a resource, in pico-dollars, of a
// deployment when the batch names it; known is false when nobody knows. charge puts
// what is known of it onto the budget of a key.
type Batches struct {
	metrics *Metrics
	charge  func(key string, picodollars int64)
	cost    func(resource, deployment string, used Tokens) (picodollars int64, known bool)
	first   func(key string) (first, known bool)
	began   time.Time

	mu   sync.Mutex
	seen map[string]bool
	last []string // the order in which they were seen; a ring
	next int
}

// NewBatches makes a count that has seen nothing. first may be nil.
func NewBatches(m *Metrics, cost func(resource, deployment string, used Tokens) (picodollars int64, known bool), first func(key string) (first, known bool),
	charge func(key string, picodollars int64),
) *Batches {
	return &Batches{metrics: m, cost: cost, first: first, charge: charge, began: time.Now(), seen: make(map[string]bool), last: make([]string, keptBatches)}
}

// ends are the statuses of a batch that has ended, and when it did.
var ends = map[string]string{"completed": "completed_at", "failed": "failed_at", "expired": "expired_at", "cancelled": "cancelled_at"}

// Read reads a batch as Azure describes it. resource tells batches of the same id
// apart; by is the name of the key that is charged for it, "" for nobody. It may ask the
// store, so nobody should be waiting for it.
func (b *Batches) Read(resource, by string, batch []byte) {
	if !gjson.ValidBytes(batch) {
		return
	}
	o := gjson.ParseBytes(batch)
	status := o.Get("status").Str
	at, ended := ends[status]
	if !ended || o.Get("id").Str == "" {
		return
	}
	key := resource + " " + o.Get("id").Str
	if !b.remember(key) {
		return
	}
	if b.first != nil {
		if first, known := b.first(key); known {
			if first {
				b.count(resource, by, status, &o)
			}
			return
		}
	}
	if o.Get(at).Int() >= b.began.Unix() {
		b.count(resource, by, status, &o)
	}
}

// remember says whether a batch was not seen before.
func (b *Batches) remember(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.seen[key] {
		return false
	}
	delete(b.seen, b.last[b.next])
	b.seen[key], b.last[b.next] = true, key
	b.next = (b.next + 1) % len(b.last)
	return true
}

func (b *Batches) count(resource, by, status string, o *gjson.Result) {
	used, _ := parse(`"usage":` + o.Get("usage").Raw)
	b.metrics.BatchEnded(status, by, used)
	if used.Total() == 0 {
		return
	}
	picodollars, known := b.cost(resource, o.Get("model").Str, used)
	if picodollars > 0 {
		b.charge(by, picodollars)
	}
	if known {
		b.metrics.BatchCost(by, picodollars)
	} else {
		b.metrics.BatchCostUnknown()
	}
}
