//go:build peers

// Package peers names the programs that ../../commands.py builds, so that go.mod
// and go.sum pin them.
package peers

import (
	_ "github.com/homeport/dyff/cmd/dyff"
	_ "github.com/josephburnett/jd/v2/jd"
	_ "github.com/opencontainers/runtime-spec/schema"
	_ "github.com/opencontainers/umoci/cmd/umoci"
)
