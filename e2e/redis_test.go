package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/azproc/azproc/azure"
	"github.com/azproc/azproc/e2e/fakeazure"
	"github.com/azproc/azproc/e2e/realredis"
)

func TestFourReplicasLetExactlyALimitThrough(t *testing.T) {
	const limit = 20
	server := realredis.Start(t)
	client := server.Client()
	all := startReplicas(t, 4, groups(fleet(t), sharedAt(server, ", on_store_failure: reject"),
		again(member{resource: "a", more: fmt.Sprintf(", rpm: %d, order: 1", limit/3)}, member{resource: "b", more: fmt.Sprintf(", rpm: %d, order: 1", limit-limit/3)})...))
	model, answers := all.inOneMinute(t, client, func(model string) []answer {
		return all.together(2, 6, func(g *gateway) answer { return g.chat(model) })
	})
	if n := statuses(answers); n[200] != limit || n[429] != len(answers)-limit {
		t.Fatalf("%v, want exactly %d", n, limit)
	}
	for _, a := range answers {
		if a.status == 429 {
			checkNoRoom(t, a, map[string]int{"requests": limit})
		}
	}
	if n := counted(t, client); n[model+"-a"].requests != limit/3 || n[model+"-b"].requests != limit-limit/3 {
		t.Errorf("Redis has counted %v", n)
	}
	keys := keysOf(t, client)
	for _, key := range keys {
		if ttl := client.TTL(t.Context(), key).Val(); !strings.HasPrefix(key, "azproc:") || ttl <= 0 || ttl > 2*time.Hour {
			t.Errorf("%s stays for %v", key, ttl)
		}
	}
	if len(keys) > 3*attempts+1 { // one for each deployment, and for each model one that Redis is looked for with
		t.Errorf("%d keys: %v", len(keys), keys)
	}
}

// checkNoRoom checks azproc's own 429 of a model with these limits.
func checkNoRoom(t *testing.T, a answer, limits map[string]int) {
	t.Helper()
	_, code, _ := openAIError(t, a)
	after, _ := strconv.Atoi(a.header.Get("retry-after"))
	if code != "rate_limit_exceeded" || after < 1 || after > 60 {
		t.Errorf("%v %s", a.header, a.body)
	}
	for what, limit := range limits {
		left, err := strconv.Atoi(a.header.Get("x-ratelimit-remaining-" + what))
		if a.header.Get("x-ratelimit-limit-"+what) != strconv.Itoa(limit) || err != nil || left >= limit || a.header.Get("x-ratelimit-reset-"+what) != strconv.Itoa(after) {
			t.Errorf("%s: %v", what, a.header)
		}
	}
}

func TestFourReplicasLetExactlyTheTokensThroughThatFit(t *testing.T) {
	const fit, atATime = 7, 5
	body := `{"model":"%s","messages":[{"role":"user","content":"hi"}],"max_tokens":500}`
	var doc azure.Doc
	if err := doc.Scan(fmt.Appendf(nil, body, "m0")); err != nil {
		t.Fatal(err)
	}
	need := int(doc.Estimate(azure.OpChat))
	limit := fit*need + need - 1
	server := realredis.Start(t)
	client := server.Client()
	azure := fleet(t)
	all := startReplicas(t, 4, groups(azure, sharedAt(server, ", on_store_failure: reject"), again(member{resource: "a", more: fmt.Sprintf(", tpm: %d", limit)})...))
	// Nothing is settled before all is decided: Azure keeps its answers back until then.
	model, answers := all.inOneMinute(t, client, func(model string) []answer {
		gate := azure.Gate("a", "chat-a")
		defer gate.Open()
		var refused, held atomic.Int64
		go func() {
			for {
				if _, err := gate.Stream(t.Context()); err != nil {
					return
				}
				held.Add(1)
			}
		}()
		decided := make(chan []answer)
		go func() {
			decided <- all.together(atATime, 1, func(g *gateway) answer {
				a := do(t, "POST", g.url+"/v1/chat/completions", fmt.Sprintf(body, model))
				if a.status != 200 {
					refused.Add(1)
				}
				return a
			})
		}()
		eventually(t, "all are decided", func() bool { return refused.Load()+held.Load() == 4*atATime })
		gate.Open()
		return <-decided
	})
	if n := statuses(answers); n[200] != fit || n[429] != len(answers)-fit {
		t.Fatalf("%v, want exactly %d", n, fit)
	}
	really := 0
	for _, a := range answers {
		if a.status == 429 {
			checkNoRoom(t, a, map[string]int{"tokens": limit})
			continue
		}
		var told struct {
			Usage struct {
				Total int `json:"total_tokens"`
			}
		}
		if err := json.Unmarshal([]byte(a.body), &told); err != nil {
			t.Error(err)
		}
		really += told.Usage.Total
	}
	eventually(t, "what was not needed is given back", func() bool { return counted(t, client)[model+"-a"] == (inRedis{fit, really}) })
}

// TestRedisMayGoUnderLoad: with the default policy nobody feels more of it than
// a limit that is not exact, and it is exact again when Redis is back.
func TestRedisMayGoUnderLoad(t *testing.T) {
	const limit = 20
	for _, tt := range []struct {
		name      string
		replicas  int
		goes, ret func(*realredis.Server)
	}{
		{"killed", 4, (*realredis.Server).Kill, (*realredis.Server).Restart},
		{"hanging", 2, (*realredis.Server).Freeze, (*realredis.Server).Thaw},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := realredis.Start(t)
			client := server.Client()
			all := startReplicas(t, tt.replicas, groups(fleet(t), sharedAt(server, ""),
				append(again(member{resource: "b", more: fmt.Sprintf(", rpm: %d", limit)}), member{group: "load", resource: "a", more: ", rpm: 40"})...))
			var sent atomic.Int64
			stop, answers := make(chan struct{}), make(chan []answer)
			go func() {
				answers <- all.together(2, 1, func(g *gateway) (last answer) {
					for {
						select {
						case <-stop:
							return last
						default:
						}
						last = g.chat("load")
						sent.Add(1)
						if last.status == 429 {
							checkNoRoom(t, last, map[string]int{"requests": 40})
						} else if last.status != 200 {
							t.Errorf("%d %s", last.status, last.body)
							return last
						}
					}
				})
			}()
			more := func() {
				t.Helper()
				from := sent.Load()
				eventually(t, "requests are served", func() bool { return sent.Load() > from+50 })
			}
			more()
			tt.goes(server)
			more()
			eventually(t, "all say that Redis is gone", func() bool { return all.say("redis is gone") })
			more()
			tt.ret(server)
			eventually(t, "all say that it is back", func() bool { return all.say("redis is back") })
			more()
			close(stop)
			<-answers
			_, after := all.inOneMinute(t, client, func(model string) []answer {
				return all.together(2, 6, func(g *gateway) answer { return g.chat(model) })
			})
			if n := statuses(after); n[200] != limit || n[429] != len(after)-limit {
				t.Errorf("when Redis is back: %v, want exactly %d", n, limit)
			}
		})
	}
}

func TestWhatIsDoneWithoutRedisIsConfigured(t *testing.T) {
	const limit = 2
	for _, tt := range []struct {
		policy string
		status int
		code   string
	}{
		{"local", 429, "rate_limit_exceeded"}, // it knows what was counted
		{"reject", 503, "limits_unavailable"},
		{"allow", 200, ""},
	} {
		for how, goes := range map[string]func(*realredis.Server){"killed": (*realredis.Server).Kill, "hanging": (*realredis.Server).Freeze} {
			t.Run(tt.policy+" "+how, func(t *testing.T) {
				server := realredis.Start(t)
				client := server.Client()
				g := start(t, groups(fleet(t), sharedAt(server, ", on_store_failure: "+tt.policy),
					append(again(member{resource: "a", more: fmt.Sprintf(", rpm: %d", limit)}), member{group: "free", resource: "b"})...))
				aMinuteAhead(t)
				model, _ := replicas{g}.inOneMinute(t, client, func(model string) []answer {
					return replicas{g}.together(1, limit, func(g *gateway) answer { return g.chat(model) })
				})
				goes(server)
				for range 3 {
					got, code := g.chat(model), ""
					if got.status != 200 {
						_, code, _ = openAIError(t, got)
					}
					if got.status != tt.status || code != tt.code {
						t.Errorf("%d %s", got.status, got.body)
					}
				}
				if got := g.chat("free"); got.status != 200 {
					t.Errorf("a model without a limit: %d %s", got.status, got.body)
				}
			})
		}
	}
}

func TestCooldownsAreShared(t *testing.T) {
	server := realredis.Start(t)
	azure := fleet(t)
	config := groups(azure, sharedAt(server, ""), member{group: "m", resource: "a"}, member{group: "m", resource: "b"})
	all := startReplicas(t, 2, config)
	azure.Script("a", "chat-a", fakeazure.TooManyRequests(40*time.Second))
	if got := all[0].chat("m"); got.status != 200 || asked(azure) != "a b" {
		t.Fatalf("%d, asked %s", got.status, asked(azure))
	}
	rests := func(g *gateway) {
		t.Helper()
		eventually(t, "the deployment rests", func() bool { return g.deployments()["m-a"].Cooldown != nil })
		if cool := g.deployments()["m-a"].Cooldown; cool.Fault != "throttled" || math.Abs(cool.Seconds-35) > 10 {
			t.Errorf("rests for %v seconds: %s, %s", cool.Seconds, cool.Fault, cool.Why)
		}
		azure.Reset()
		if got := g.chat("m"); got.status != 200 || asked(azure) != "b" {
			t.Errorf("%d, asked %s", got.status, asked(azure))
		}
	}
	rests(all[1])
	rests(start(t, config)) // it was not there when that was told
}

// users are Redis' settings for a user that may do what docs/redis.md says that
// azproc needs, and nothing else.
var users = []string{
	"--requirepass", "administrator",
	"--user", "azproc", "on", ">s3cret of redis", "~azproc:*", "resetchannels", "&azproc:*", "-@all",
	"+eval", "+evalsha", "+time", "+hmget", "+hget", "+hgetall", "+hset", "+set", "+hincrby", "+hdel", "+expire", "+publish", "+subscribe", "+ping",
}

func TestRedisIsSpokenToByTLSAsAUser(t *testing.T) {
	server := realredis.Start(t, users...)
	client := server.Client("default", "administrator")
	fronts := realredis.NewFronts(t, "localhost")
	port := fronts.Listen("0", server.Port()).Port()
	for name, settings := range map[string]string{
		"a URL":         fmt.Sprintf("redis_url: 'rediss://azproc:s3cret%%20of%%20redis@localhost:%s'", port),
		"host and port": fmt.Sprintf("redis_host: localhost, redis_port: %s, redis_ssl: true, redis_username: azproc, redis_password: s3cret of redis", port),
	} {
		t.Run(name, func(t *testing.T) {
			if err := client.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			azure := fleet(t)
			all := startReplicas(t, 2, groups(azure, fmt.Sprintf("router_settings: {%s, redis_ssl_ca_certs: %s}", settings, fronts.CAFile), append(
				again(member{resource: "c", more: ", rpm: 6"}), member{group: "m", resource: "a"}, member{group: "m", resource: "b"})...))
			_, answers := all.inOneMinute(t, client, func(model string) []answer {
				return all.together(1, 5, func(g *gateway) answer { return g.chat(model) })
			})
			if n := statuses(answers); n[200] != 6 || n[429] != 4 {
				t.Errorf("%v", n)
			}
			azure.Script("a", "chat-a", fakeazure.TooManyRequests(time.Minute))
			if got := all[0].chat("m"); got.status != 200 {
				t.Errorf("%d %s", got.status, got.body)
			}
			eventually(t, "the other one hears of the cool-down", func() bool { return all[1].deployments()["m-a"].Cooldown != nil })
			for _, g := range all {
				if log := g.log.String(); strings.Contains(log, "level=WARN") || strings.Contains(log, "s3cret") {
					t.Errorf("the log:\n%s", log)
				}
			}
		})
	}
}

func TestAWrongPasswordOfRedisIsLikeNoRedisAndSaidOnce(t *testing.T) {
	server := realredis.Start(t, users...)
	client := server.Client("default", "administrator")
	g := start(t, groups(fleet(t), sharedAt(server, ", redis_username: azproc, redis_password: wrong password"), member{group: "m", resource: "a", more: ", rpm: 1000"}))
	for range 20 {
		if got := g.chat("m"); got.status != 200 {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	eventually(t, "Redis is tried again and again", func() bool { return realredis.Calls(t, client)["auth"] > 2 })
	if log := g.log.String(); strings.Count(log, "WRONGPASS") != 1 || strings.Contains(log, "wrong password") {
		t.Errorf("the log:\n%s", log)
	}
	if got := g.chat("m"); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
}

func TestAClusterSharesLimits(t *testing.T) {
	const limit, others = 12, 9
	nodes := realredis.Cluster(t, nil)
	members := again(member{resource: "a", more: fmt.Sprintf(", rpm: %d", limit)})
	for i := range others { // so that every node has some
		members = append(members, member{group: fmt.Sprintf("other-%d", i), resource: "b", more: ", rpm: 1000"})
	}
	all := startReplicas(t, 2, groups(fleet(t), fmt.Sprintf("router_settings: {redis_startup_nodes: [{host: 127.0.0.1, port: %s}]}", nodes[1].Port()), members...))
	_, answers := all.inOneMinute(t, nodes[0].Client(), func(model string) []answer {
		return all.together(2, 4, func(g *gateway) answer { return g.chat(model) })
	})
	if n := statuses(answers); n[200] != limit || n[429] != len(answers)-limit {
		t.Errorf("%v, want exactly %d", n, limit)
	}
	everywhere := func() {
		t.Helper()
		for i := range others {
			if n := statuses(all.together(1, 1, func(g *gateway) answer { return g.chat(fmt.Sprintf("other-%d", i)) })); n[200] != len(all) {
				t.Errorf("%v", n)
			}
		}
	}
	everywhere()
	for _, n := range nodes {
		if len(keysOf(t, n.Client())) == 0 {
			t.Error("a node has nothing")
		}
	}
	nodes[2].Kill()
	everywhere()
	eventually(t, "all say that Redis is gone", func() bool { return all.say("redis is gone") })
	nodes[2].Restart()
	eventually(t, "all say that it is back", func() bool { return all.say("redis is back") })
	everywhere()
}
