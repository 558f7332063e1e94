package redis

import (
	"testing"
	"time"

	"github.com/azproc/azproc/config"
	"github.com/azproc/azproc/quota"
)

func TestWhatNobodyHasReservedIsChargedInRedis(t *testing.T) {
	_, s := fixed(t)
	k := daily(1000)
	reserve(t, s, &quota.Ask{Key: k, Cost: 600})
	b := quota.NewBooks(nil, func() time.Time { return noon })
	b.Use(s, config.StoreLocal)
	for range 2 {
		b.Charge(t.Context(), k, 30*config.MicroDollar)
	}
	eventually(t, "both are charged", func() bool { return look(t, s, k).Budget.Used == 660 })
	if v := look(t, s, k); v.Held != 600 {
		t.Errorf("%+v", v)
	}
}
