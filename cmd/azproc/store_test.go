package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/azproc/azproc/envoy"
)

// withRedis is a configuration of one deployment, whose credential is that of a
// tenant's client, and of a Redis at an address where nothing is.
func withRedis(client, more string) string {
	return fmt.Sprintf(`router_settings: {redis_host: 127.0.0.1, redis_port: 1%s}
model_list:
- model_name: m
  litellm_params: {model: azure/d, api_base: "http://127.0.0.1:1/", client_id: %s, tenant_id: t, client_secret: s}
`, more, client)
}

func TestAReloadThatIsRefusedBecauseOfRedisChangesNothing(t *testing.T) {
	t.Setenv("AZURE_AUTHORITY_HOST", "https://127.0.0.1:1")
	file := filepath.Join(t.TempDir(), "config.yaml")
	g, err := newGateway(&settings{config: file, listen: "127.0.0.1:0"}, envoy.Options{Listen: "127.0.0.1:0", GRPC: "127.0.0.1:0"}, io.Discard, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer g.stop(t.Context())
	reload := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		g.reload(t.Context())
	}

	reload(withRedis("first", ""))
	table, store := g.table.Load(), g.store
	if table == nil || store == nil || g.once.Load() != store {
		t.Fatalf("the first configuration is not taken: %v, %v", table, store)
	}
	credential := table.Deployments[0].Deployment.Credential
	source := g.credentials.Source(credential)

	reload(withRedis("second", ", redis_ssl: true, redis_ssl_ca_certs: /no/such/file"))
	if g.table.Load() != table || g.store != store || g.once.Load() != store {
		t.Error("the table or the store is another one")
	}
	if g.credentials.Source(credential) != source {
		t.Error("the credential that serves is refreshed no more")
	}

	reload(withRedis("first", "") + "# once more\n")
	if g.table.Load() == table || g.store != store {
		t.Error("a good file with the same Redis is to have another table and the same store")
	}
	reload(withRedis("first", ", redis_db: 1"))
	if g.store == store || g.once.Load() != g.store || g.store.at.DB != 1 {
		t.Error("a good file with another Redis is to have another store")
	}
}
