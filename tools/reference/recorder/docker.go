//go:build !moby

package main

import v2 "github.com/docker/docker/plugin/v2"

// Engines before 29 are published as github.com/docker/docker.
type plugin = v2.Plugin
