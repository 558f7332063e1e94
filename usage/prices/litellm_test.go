package prices

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What LiteLLM says that usages cost; testdata/README.md says how it was asked.
func TestCostsAreLiteLLMsWhereThoseAreRight(t *testing.T) {
	file, err := os.Open("testdata/litellm.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	seen := make(map[string]bool)
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		var c struct {
			Model, Tier, USD string
			Usage            struct {
				Input, Output, Cached, Reasoning  int64
				CacheWrite                        int64 `json:"cache_write"`
				AudioInput                        int64 `json:"audio_input"`
				AudioOutput                       int64 `json:"audio_output"`
				ImageInput                        int64 `json:"image_input"`
				ImageOutput                       int64 `json:"image_output"`
				Characters, Images, Width, Height int64
				Seconds                           int64
				Quality                           string
			}
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		u := Usage{
			Tier: TierOf(c.Tier), Input: c.Usage.Input, Output: c.Usage.Output, Cached: c.Usage.Cached, CacheWrite: c.Usage.CacheWrite,
			Reasoning: c.Usage.Reasoning, AudioInput: c.Usage.AudioInput, AudioOutput: c.Usage.AudioOutput,
			ImageInput: c.Usage.ImageInput, ImageOutput: c.Usage.ImageOutput, Characters: c.Usage.Characters,
			Audio:  time.Duration(c.Usage.Seconds) * time.Second,
			Images: Images{Number: c.Usage.Images, Width: c.Usage.Width, Height: c.Usage.Height, Quality: c.Usage.Quality},
		}
		if c.Tier == "batch" {
			u.Tier = Batch
		}
		m := Embedded().Find(Azure, c.Model)
		if m == nil || m.Name != strings.ToLower(c.Model) {
			t.Errorf("line %d: %s is found as %+v", n, c.Model, m)
			continue
		}
		got := m.Cost(&u)
		want, err := strconv.ParseFloat(c.USD, 64)
		if err != nil {
			t.Fatal(err)
		}
		dollars, err := strconv.ParseFloat(got.Amount.Dollars(), 64)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Known() || math.Abs(dollars-want) > 1e-12*want {
			t.Errorf("line %d: %s: %s, unknown %q, LiteLLM has %s", n, lines.Text(), got.Amount.Dollars(), got.Unknown, c.USD)
		}
		seen[c.Model] = true
	}
	if len(seen) < 400 {
		t.Errorf("only %d models were compared", len(seen))
	}
}
