//go:build moby

package main

import v2 "github.com/moby/moby/v2/daemon/pkg/plugin/v2"

// Engines since 29 are published as github.com/moby/moby/v2, whose betas are the
// engine's releases.
type plugin = v2.Plugin
