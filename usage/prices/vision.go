package prices

import "strings"

// vision is what an image costs a family of models at most.
type vision struct {
	// names are what a model's name begins with, up to its end or a dash.
	names []string
	// tokens are the most that one image is.
	tokens int64
	// hidden is how many times more tokens an image is charged with than it takes of the
	// model's window; 0 is as many.
	hidden int64
}

// tiled is a model that sees an image in squares of 512 pixels: what has been made to
// fit into 2048 x 2048 and to be 768 high or wide has 8 of them.
func tiled(base, tile int64) int64 { return base + 8*tile }

// patched is a model that sees at most so many patches of 32 x 32 pixels, each of them a
// number of hundredths of a token.
func patched(patches, hundredths int64) int64 { return (patches*hundredths + 99) / 100 }

// unsaid is the multiplier of the patches where none is documented: the largest one.
const unsaid = 246

// visions are from OpenAI, "Images and vision" (Model sizing behavior, Calculating
// costs), and from Anthropic, "Images and vision" (resolution tiers), at their largest
// detail. Azure says the same of its models ("Use vision-enabled chat models"). The first
// row that fits counts.
var visions = []vision{
	// Their tokens of an image are made for the bill: to the window it is what it is to gpt-4o.
	{names: []string{"gpt-4o-mini"}, tokens: tiled(2833, 5667), hidden: 34},
	{names: []string{"gpt-4.1-mini", "gpt-5-mini", "gpt-5.4-mini"}, tokens: patched(1536, 162)},
	{names: []string{"gpt-4.1-nano", "gpt-5-nano", "gpt-5.4-nano"}, tokens: patched(1536, 246)},
	{names: []string{"o4-mini"}, tokens: patched(1536, 172)},
	{names: []string{"gpt-5-codex", "gpt-5-pro", "gpt-5.1", "gpt-5.2", "gpt-5.3", "codex-mini"}, tokens: patched(1536, unsaid)},
	{names: []string{"gpt-5.4", "gpt-5.5"}, tokens: patched(10_000, unsaid)},
	{names: []string{"gpt-5.6", "gpt-6", "gpt-6.1"}, tokens: patched(30_000, 120)},
	{names: []string{"gpt-5"}, tokens: tiled(70, 140)},
	{names: []string{"gpt-4o", "chatgpt-4o", "gpt-4.1", "gpt-4.5", "gpt-4-turbo", "gpt-4-vision"}, tokens: tiled(85, 170)},
	{names: []string{"o1", "o3"}, tokens: tiled(75, 150)},
	{names: []string{"computer-use"}, tokens: tiled(65, 129)},
	// Scaled to 512 pixels, and 6,240 for high fidelity.
	{names: []string{"gpt-image"}, tokens: 65 + 4*129 + 6240},
	// Models before 4.7 see 1568.
	{names: []string{"claude"}, tokens: 4784},
}

// ImageTokens is how many tokens one image in a request to a model is at most, as its
// bill has them, and how many times more that is than it takes of the model's window;
// ok is false where that is not known.
func ImageTokens(name string) (tokens, hidden int64, ok bool) {
	name = strings.ToLower(name[strings.LastIndexByte(name, '/')+1:])
	for _, v := range visions {
		for _, prefix := range v.names {
			if rest, fits := strings.CutPrefix(name, prefix); fits && (rest == "" || rest[0] == '-') {
				return v.tokens, max(v.hidden, 1), true
			}
		}
	}
	return 0, 1, false
}
