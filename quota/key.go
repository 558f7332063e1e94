package quota

import "github.com/azproc/azproc/config"

// Key is a client's key, as the configuration has it.
type Key = config.Key
